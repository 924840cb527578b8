import type { Ctx } from "../lib/context.ts";
import { DomainError } from "../lib/errors.ts";
import { DependencyFailed } from "../lib/dependency.ts";
import type { Viewer } from "../lib/route.ts";
import { unpadId } from "../lib/snowflake.ts";
import type { Asked, PartialError, UserObject } from "./contract.ts";
import { notFound, presentUser, tweetJson } from "./present.ts";
import type { HydratedTweets, TweetView } from "./tweets.ts";
import { hydrateUsers, relationsFor } from "./users.ts";

/** Whole answers: data, includes, errors and meta put together. */
export interface Reading {
  readonly viewer: Viewer | null;
  readonly asked: Asked;
}

export interface TimelinePage {
  readonly views: readonly TweetView[];
  readonly meta: {
    readonly newest_id?: string;
    readonly oldest_id?: string;
    readonly next_token?: string;
    readonly degraded?: readonly string[];
  };
}

const jsonAnswer = (text: string): Response =>
  new Response(text, { headers: { "content-type": "application/json; charset=UTF-8" } });

/** One tweet, or 404 where it is absent or hidden; 503 where its shard does not answer. */
export async function presentTweet(
  ctx: Ctx,
  hydrated: HydratedTweets,
  id: string,
  reading: Reading,
): Promise<Response> {
  const view = hydrated.views.get(id);
  if (view === undefined) {
    if (hydrated.unread.has(id))
      throw new DomainError("unavailable", "The store of this tweet does not answer. Try again.");
    throw new DomainError("not_found", "There is no such tweet.");
  }
  const { includes } = await includesFor(ctx, [view], reading);
  return jsonAnswer(`{"data":${tweetJson(view, reading.asked)}${field("includes", includes)}}`);
}

/** Tweets in the order asked for; what could not be found stands in `errors`. */
export async function presentTweets(
  ctx: Ctx,
  hydrated: HydratedTweets,
  ids: readonly string[],
  reading: Reading,
): Promise<Response> {
  const views = ids.flatMap((id) => hydrated.views.get(id) ?? []);
  if (views.length === 0 && hydrated.unread.size > 0) {
    throw new DomainError("unavailable", "The store of these tweets does not answer. Try again.");
  }
  const errors = ids.filter((id) => !hydrated.views.has(id)).map((id) => missingTweet(hydrated, id));
  const { includes } = await includesFor(ctx, views, reading);
  const parts = [
    ...(views.length > 0 ? [`"data":${tweetsJson(views, reading.asked)}`] : []),
    ...(includes === undefined ? [] : [`"includes":${JSON.stringify(includes)}`]),
    ...(errors.length > 0 ? [`"errors":${JSON.stringify(errors)}`] : []),
  ];
  return jsonAnswer(`{${parts.join(",")}}`);
}

function missingTweet(hydrated: HydratedTweets, id: string): PartialError {
  const error = notFound("tweet", unpadId(id), "ids");
  if (!hydrated.unread.has(id)) return error;
  return {
    ...error,
    title: "Unavailable",
    type: "about:blank#unavailable",
    detail: `The store of tweet ${unpadId(id)} does not answer.`,
  };
}

/** A page of a timeline. An empty one has no `data`, only `meta.result_count: 0`. */
export async function presentTimeline(ctx: Ctx, page: TimelinePage, reading: Reading): Promise<Response> {
  const { includes, failed } = await includesFor(ctx, page.views, reading);
  const degraded = [...new Set([...(page.meta.degraded ?? []), ...failed])];
  const meta = { result_count: page.views.length, ...page.meta, ...(degraded.length > 0 ? { degraded } : {}) };
  const data = page.views.length === 0 ? "" : `"data":${tweetsJson(page.views, reading.asked)},`;
  return jsonAnswer(`{${data}"meta":${JSON.stringify(meta)}${field("includes", includes)}}`);
}

/** A page of users, in the order of `page.ids`; those no longer active are left out. */
export async function presentUserPage(
  ctx: Ctx,
  page: { readonly ids: readonly string[]; readonly nextToken?: string },
  reading: Reading,
): Promise<Response> {
  const found = await hydrateUsers(ctx, reading.viewer, page.ids, reading.asked);
  const data = page.ids.flatMap((id) => found.get(id) ?? []);
  const next = page.nextToken === undefined ? {} : { next_token: page.nextToken };
  const meta = { result_count: data.length, ...next };
  return jsonAnswer(JSON.stringify(data.length === 0 ? { meta } : { data, meta }));
}

const tweetsJson = (views: readonly TweetView[], asked: Asked): string =>
  `[${views.map((view) => tweetJson(view, asked)).join(",")}]`;

const field = (name: string, value: unknown): string =>
  value === undefined ? "" : `,"${name}":${JSON.stringify(value)}`;

/** `includes.users` where an expansion asks for authors. Relations that cannot be read leave `viewer` out and say so. */
async function includesFor(
  ctx: Ctx,
  views: readonly TweetView[],
  { viewer, asked }: Reading,
): Promise<{ includes?: { users: UserObject[] }; failed: readonly string[] }> {
  if (asked.expansions?.includes("author_id") !== true || views.length === 0) return { failed: [] };
  const authors = new Map(views.map((view) => [view.author.id, { user: view.author, counts: view.counts }]));
  const failed: string[] = [];
  const relations = await relationsFor(ctx, viewer, [...authors.keys()], asked).catch((error: unknown) => {
    if (!(error instanceof DependencyFailed)) throw error;
    failed.push(error.dependency);
    return null;
  });
  return { includes: { users: [...authors.values()].map((view) => presentUser(view, asked, relations)) }, failed };
}
