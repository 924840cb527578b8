import * as z from "zod";
import { timelineAnswer, timelinePaging, tweetAsking } from "../hydrate/contract.ts";
import { idField } from "../lib/fields.ts";
import { liveMessage } from "../lib/live-message.ts";
import { operation, type Operation } from "../lib/route.ts";

const tag = "Timelines";
const userId = z.object({ id: idField });

/** What every timeline page may be asked by. */
const timelinePage = z.object({ ...timelinePaging, ...tweetAsking });
export type TimelinePageQuery = z.infer<typeof timelinePage>;

export const getHomeTimelineOperation = operation({
  method: "get",
  path: "/users/:id/timelines/reverse_chronological",
  id: "getHomeTimeline",
  tag,
  summary: "Your home timeline, newest first",
  description:
    "What you and those you follow wrote and retweeted; a reply shows where you follow the one replied to as well, and a " +
    "tweet shows once, with who retweeted it. `id` is your own. `meta.degraded` names what did not answer: the rest " +
    "comes all the same. `meta.newest_id` is safe to poll from with `since_id`: nothing that comes late is skipped, so the " +
    "very newest tweets may come again. `meta.poll_after` says when to.",
  auth: "required",
  params: userId,
  query: timelinePage,
  success: { status: 200, description: "a page", schema: timelineAnswer },
  errors: [403],
});

export const openLiveOperation = operation({
  method: "get",
  path: "/users/:id/live",
  id: "openLive",
  tag,
  summary: "A WebSocket that tells what is new in your home timeline",
  description:
    "`id` is your own. A browser offers the subprotocols `dunlin.live.v1` and `bearer.<access token>`; whoever can set " +
    "headers may send Authorization instead. Messages carry ids as home has them, newest first: `tweets` came, `gone` are " +
    "deleted or undone, `changed` says to read home again. Open it, then read home with `since_id`: what came before is " +
    'not told. Send nothing but "ping", which is answered "pong". Close codes: 4401 the token has expired, come back with ' +
    "a new one; 4429 you opened too many others, do not come back by yourself; 4410 the account is gone; after any other, " +
    "come back with growing delay.",
  auth: "required",
  params: userId,
  success: { status: 101, description: "the socket; each message is one of these", schema: liveMessage },
  errors: [403],
});

export const getUserTimelineOperation = operation({
  method: "get",
  path: "/users/:id/tweets",
  id: "getUserTimeline",
  tag,
  summary: "A user's tweets and retweets, newest first",
  description: "Of a protected account for its followers alone: others get an empty page that says so in `errors`.",
  auth: "optional",
  params: userId,
  query: timelinePage,
  success: { status: 200, description: "a page", schema: timelineAnswer },
  errors: [404],
});

export const getMentionsOperation = operation({
  method: "get",
  path: "/users/:id/mentions",
  id: "getMentions",
  tag,
  summary: "Tweets that mention a user, newest first",
  auth: "required",
  params: userId,
  query: timelinePage,
  success: { status: 200, description: "a page", schema: timelineAnswer },
  errors: [404],
});

export const getListTimelineOperation = operation({
  method: "get",
  path: "/lists/:id/tweets",
  id: "getListTimeline",
  tag: "Lists",
  summary: "What a list's members wrote and retweeted, newest first",
  description: "By the page rules of home: a reply shows where the one replied to is a member too.",
  auth: "optional",
  params: userId,
  query: timelinePage,
  success: { status: 200, description: "a page", schema: timelineAnswer },
  errors: [404],
});

export const operations: readonly Operation[] = [
  getListTimelineOperation,
  getHomeTimelineOperation,
  openLiveOperation,
  getUserTimelineOperation,
  getMentionsOperation,
];
