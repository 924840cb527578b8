import type { Ctx } from "../lib/context.ts";
import { DomainError } from "../lib/errors.ts";
import { unpadId } from "../lib/snowflake.ts";
import type { Asked, PartialError, UserObject } from "./contract.ts";
import { readIncludes, type Includes } from "./includes.ts";
import { notFound, tweetJson } from "./present.ts";
import { hydrateUsers } from "./users.ts";
import type { Viewing } from "./viewing.ts";
import type { VisibleTweet, VisibleTweets } from "./visible-tweets.ts";

/** Whole answers: data, includes, errors and meta put together. */
export interface Reading {
  readonly viewing: Viewing;
  readonly asked: Asked;
}

/** A tweet as it goes out. */
export interface ShownTweet extends VisibleTweet {
  /** Of a retweet in a timeline: everybody there who retweets the tweet, newest first. */
  readonly retweeters?: readonly string[];
}

export interface TimelinePage {
  readonly views: readonly ShownTweet[];
  readonly errors?: readonly PartialError[];
  readonly meta: {
    readonly newest_id?: string;
    readonly oldest_id?: string;
    readonly next_token?: string;
    readonly degraded?: readonly string[];
    /** Of home alone. */
    readonly poll_after?: number;
  };
}

const jsonAnswer = (text: string): Response =>
  new Response(text, { headers: { "content-type": "application/json; charset=UTF-8" } });

/** One tweet, or 404 where it is absent or hidden; 503 where its shard does not answer. */
export async function presentTweet(ctx: Ctx, visible: VisibleTweets, id: string, reading: Reading): Promise<Response> {
  const view = visible.views.get(id);
  if (view === undefined) {
    if (visible.unread.has(id))
      throw new DomainError("unavailable", "The store of this tweet does not answer. Try again.");
    throw new DomainError("not_found", "There is no such tweet.");
  }
  const beside = await readIncludes(ctx, reading.viewing, [view], reading.asked);
  return jsonAnswer(
    `{"data":${tweetJson(view, reading.asked, beside.viewerFields)}${field("includes", beside.includes)}}`,
  );
}

/** Tweets in the order asked for; what could not be found stands in `errors`. */
export async function presentTweets(
  ctx: Ctx,
  visible: VisibleTweets,
  ids: readonly string[],
  reading: Reading,
): Promise<Response> {
  const views = ids.flatMap((id) => visible.views.get(id) ?? []);
  if (views.length === 0 && ids.some((id) => visible.unread.has(id))) {
    throw new DomainError("unavailable", "The store of these tweets does not answer. Try again.");
  }
  const errors = ids.filter((id) => !visible.views.has(id)).map((id) => missingTweet(visible, id));
  const beside = await readIncludes(ctx, reading.viewing, views, reading.asked);
  const parts = [
    ...(views.length > 0 ? [`"data":${tweetsJson(views, reading.asked, beside)}`] : []),
    ...(beside.includes === undefined ? [] : [`"includes":${JSON.stringify(beside.includes)}`]),
    ...(errors.length > 0 ? [`"errors":${JSON.stringify(errors)}`] : []),
  ];
  return jsonAnswer(`{${parts.join(",")}}`);
}

function missingTweet(visible: VisibleTweets, id: string): PartialError {
  const error = notFound("tweet", unpadId(id), "ids");
  if (!visible.unread.has(id)) return error;
  return {
    ...error,
    title: "Unavailable",
    type: "about:blank#unavailable",
    detail: `The store of tweet ${unpadId(id)} does not answer.`,
  };
}

/** A page of a timeline. An empty one has no `data`, only `meta.result_count: 0`. */
export async function presentTimeline(ctx: Ctx, page: TimelinePage, reading: Reading): Promise<Response> {
  const beside = await readIncludes(ctx, reading.viewing, page.views, reading.asked);
  const degraded = [...new Set([...(page.meta.degraded ?? []), ...beside.failed])];
  const meta = { result_count: page.views.length, ...page.meta, ...(degraded.length > 0 ? { degraded } : {}) };
  const data = page.views.length === 0 ? "" : `"data":${tweetsJson(page.views, reading.asked, beside)},`;
  const rest = `${field("includes", beside.includes)}${field("errors", page.errors)}`;
  return jsonAnswer(`{${data}"meta":${JSON.stringify(meta)}${rest}}`);
}

export interface UserPage {
  readonly ids: readonly string[];
  readonly nextToken?: string;
  readonly errors?: readonly PartialError[];
}

/** A page of users, in the order of `page.ids`; those no longer active are left out. */
export async function presentUserPage(ctx: Ctx, page: UserPage, reading: Reading): Promise<Response> {
  const found = await hydrateUsers(ctx, reading.viewing, page.ids, reading.asked);
  const data: UserObject[] = page.ids.flatMap((id) => found.get(id) ?? []);
  const next = page.nextToken === undefined ? {} : { next_token: page.nextToken };
  const errors = page.errors === undefined ? {} : { errors: page.errors };
  const meta = { result_count: data.length, ...next };
  return jsonAnswer(JSON.stringify({ ...(data.length === 0 ? {} : { data }), meta, ...errors }));
}

const tweetsJson = (views: readonly ShownTweet[], asked: Asked, { viewerFields }: Includes): string =>
  `[${views.map((view) => tweetJson(view, asked, viewerFields)).join(",")}]`;

const field = (name: string, value: unknown): string =>
  value === undefined ? "" : `,"${name}":${JSON.stringify(value)}`;
