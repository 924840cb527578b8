import { Hono } from "hono";
import { presentTimeline } from "../hydrate/answers.ts";
import { requireSelf } from "../lib/require-self.ts";
import { handle, type AppEnv } from "../lib/route.ts";
import { getHomeTimelineOperation, getMentionsOperation, getUserTimelineOperation } from "./contract.ts";
import { readHomeTimeline, readMentions, readUserTimeline } from "./read-timelines.ts";

const routes = new Hono<AppEnv>();

handle(routes, getHomeTimelineOperation, async ({ ctx, actor, params, query }) => {
  requireSelf(actor, params.id);
  return presentTimeline(ctx, await readHomeTimeline(ctx, actor, query), { viewer: actor, asked: query });
});

handle(routes, getUserTimelineOperation, async ({ ctx, viewer, params, query }) =>
  presentTimeline(ctx, await readUserTimeline(ctx, viewer, params.id, query), { viewer, asked: query }),
);

handle(routes, getMentionsOperation, async ({ ctx, actor, params, query }) =>
  presentTimeline(ctx, await readMentions(ctx, actor, params.id, query), { viewer: actor, asked: query }),
);

export default routes;
