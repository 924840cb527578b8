import * as z from "zod";
import { timelineAnswer, tweetAsking } from "../hydrate/contract.ts";
import { idField, maxResultsField, nameListField, timeField } from "../lib/fields.ts";
import { operation, type Operation } from "../lib/route.ts";

const tag = "Timelines";
const userId = z.object({ id: idField });

/** What every timeline page may be asked by. */
export const timelinePage = z.object({
  max_results: maxResultsField(100),
  pagination_token: z.string().max(512).optional(),
  since_id: idField.optional(),
  until_id: idField.optional(),
  start_time: timeField.optional(),
  end_time: timeField.optional(),
  exclude: nameListField(["replies", "retweets"]).optional(),
  ...tweetAsking,
});
export type TimelinePageQuery = z.infer<typeof timelinePage>;

export const getHomeTimelineOperation = operation({
  method: "get",
  path: "/users/:id/timelines/reverse_chronological",
  id: "getHomeTimeline",
  tag,
  summary: "Your home timeline, newest first",
  description:
    "Your own tweets and those of whom you follow. `id` is your own. `meta.degraded` names what did not answer: the rest " +
    "comes all the same. `meta.newest_id` is safe to poll from with `since_id`: nothing that comes late is skipped, so the " +
    "very newest tweets may come again.",
  auth: "required",
  params: userId,
  query: timelinePage,
  success: { status: 200, description: "a page", schema: timelineAnswer },
  errors: [403],
});

export const getUserTimelineOperation = operation({
  method: "get",
  path: "/users/:id/tweets",
  id: "getUserTimeline",
  tag,
  summary: "A user's tweets, newest first",
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

export const operations: readonly Operation[] = [
  getHomeTimelineOperation,
  getUserTimelineOperation,
  getMentionsOperation,
];
