import { newApp } from "./api.ts";
import { runScheduled } from "./cron.ts";
import { runtimeOf } from "./lib/context.ts";
import { consumeBatch } from "./queues.ts";

export { AuthorFeed } from "../durable-objects/author-feed.ts";
export { HomeTimeline } from "../durable-objects/home-timeline.ts";
export { PullList } from "../durable-objects/pull-list.ts";

const app = newApp();

export default {
  fetch: (request, env, execution) => app.fetch(request, env, execution),
  queue: (batch, env, execution) => consumeBatch(runtimeOf(env), batch, execution),
  scheduled: (controller, env, execution) => runScheduled(runtimeOf(env), controller, execution),
} satisfies ExportedHandler<Env>;
