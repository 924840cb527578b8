import { Hono } from "hono";
import { presentTimeline } from "../hydrate/answers.ts";
import { Viewing } from "../hydrate/viewing.ts";
import { requireSelf } from "../lib/require-self.ts";
import { handle, type AppEnv } from "../lib/route.ts";
import {
  getHomeTimelineOperation,
  getListTimelineOperation,
  getMentionsOperation,
  getUserTimelineOperation,
  openLiveOperation,
} from "./contract.ts";
import { openLive } from "./open-live.ts";
import { readHomeTimeline, readListTimeline, readMentions, readUserTimeline } from "./read-timelines.ts";

const routes = new Hono<AppEnv>();

handle(routes, getHomeTimelineOperation, async ({ ctx, actor, params, query }) => {
  requireSelf(actor, params.id);
  const viewing = new Viewing(ctx, actor);
  return presentTimeline(ctx, await readHomeTimeline(ctx, viewing, actor, query), { viewing, asked: query });
});

handle(routes, openLiveOperation, async ({ ctx, actor, params }, c) => {
  requireSelf(actor, params.id);
  return openLive(ctx, actor, c.req.raw.headers);
});

handle(routes, getUserTimelineOperation, async ({ ctx, viewer, params, query }) => {
  const viewing = new Viewing(ctx, viewer);
  return presentTimeline(ctx, await readUserTimeline(ctx, viewing, params.id, query), { viewing, asked: query });
});

handle(routes, getMentionsOperation, async ({ ctx, actor, params, query }) => {
  const viewing = new Viewing(ctx, actor);
  return presentTimeline(ctx, await readMentions(ctx, viewing, params.id, query), { viewing, asked: query });
});

handle(routes, getListTimelineOperation, async ({ ctx, viewer, params, query }) => {
  const viewing = new Viewing(ctx, viewer);
  return presentTimeline(ctx, await readListTimeline(ctx, viewing, params.id, query), { viewing, asked: query });
});

export default routes;
