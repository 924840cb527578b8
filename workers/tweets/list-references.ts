import type { TimelinePage, UserPage } from "../hydrate/answers.ts";
import { fillPage, pageOf } from "../hydrate/fill-page.ts";
import { pageRange, type PageQuery } from "../hydrate/page-range.ts";
import { requireVisibleTweet } from "../hydrate/require-tweet.ts";
import type { Skeleton } from "../hydrate/skeleton.ts";
import type { Viewing } from "../hydrate/viewing.ts";
import { readVisibleTweets } from "../hydrate/visible-tweets.ts";
import type { Ctx } from "../lib/context.ts";
import { decodeCursor, encodeCursor } from "../lib/cursor.ts";
import { guarded } from "../lib/guarded.ts";
import type { Viewer } from "../lib/route.ts";
import { ID_MAX } from "../lib/snowflake.ts";
import { readQuoteIds, readRetweetedIds, readRetweeters } from "./references-reader.ts";

interface KeyPage {
  readonly max_results: number;
  readonly pagination_token?: string | undefined;
}

/** A page of the tweets that quote `tweetId`, newest first; quotes are never retweets. Throws `not_found`. */
export async function listQuotes(
  ctx: Ctx,
  viewing: Viewing,
  tweetId: string,
  query: PageQuery & { readonly exclude?: readonly string[] | undefined },
): Promise<TimelinePage> {
  const id = (await requireVisibleTweet(ctx, viewing, tweetId)).tweet.id;
  const list = `quotes:${id}`;
  const withoutReplies = query.exclude?.includes("replies") === true;
  const filled = await fillPage(
    ctx,
    viewing,
    "elsewhere",
    pageRange(ctx, list, query),
    async (range) => skeletonOf(await guarded(ctx, id, () => readQuoteIds(ctx, id, range)), range.count),
    { accepts: ({ tweet }) => !withoutReplies || tweet.replyToId === null },
  );
  return pageOf(ctx, list, filled);
}

/** A page of the actor's own tweets that others retweeted, newest first. */
export async function listRetweetsOfMe(
  ctx: Ctx,
  viewing: Viewing,
  actor: Viewer,
  query: PageQuery,
): Promise<TimelinePage> {
  const list = `retweeted:${actor.userId}`;
  const filled = await fillPage(ctx, viewing, "elsewhere", pageRange(ctx, list, query), async (range) =>
    skeletonOf(await guarded(ctx, actor.userId, () => readRetweetedIds(ctx, actor.userId, range)), range.count),
  );
  return pageOf(ctx, list, filled);
}

const skeletonOf = (ids: readonly string[], count: number): Skeleton => ({
  entries: ids.map((id) => ({ id, tweetId: id })),
  end: ids.length < count,
  degraded: [],
  settled: ID_MAX,
});

/** A page of who retweets `tweetId`, in the order of their ids; who is blocked either way is left out. Throws `not_found`. */
export async function listRetweeters(ctx: Ctx, viewing: Viewing, tweetId: string, query: KeyPage): Promise<UserPage> {
  const { rows, nextToken } = await readRetweetersPage(ctx, viewing, "retweeters", tweetId, query);
  await viewing.standings(rows.map((row) => row.userId));
  const shown = rows.filter(({ userId }) => !viewing.standing(userId).blocking && !viewing.standing(userId).blockedBy);
  return { ids: shown.map((row) => row.userId), ...(nextToken === undefined ? {} : { nextToken }) };
}

/** A page of the retweets of `tweetId` themselves, in the order of their authors' ids. Throws `not_found`. */
export async function listRetweets(ctx: Ctx, viewing: Viewing, tweetId: string, query: KeyPage): Promise<TimelinePage> {
  const { rows, nextToken } = await readRetweetersPage(ctx, viewing, "retweets", tweetId, query);
  const ids = rows.map((row) => row.retweetId);
  const visible = await readVisibleTweets(ctx, viewing, "elsewhere", ids);
  return {
    views: ids.flatMap((id) => visible.views.get(id) ?? []),
    meta: {
      ...(nextToken === undefined ? {} : { next_token: nextToken }),
      ...(visible.failed.length === 0 ? {} : { degraded: visible.failed }),
    },
  };
}

async function readRetweetersPage(ctx: Ctx, viewing: Viewing, name: string, tweetId: string, query: KeyPage) {
  const id = (await requireVisibleTweet(ctx, viewing, tweetId)).tweet.id;
  const list = `${name}:${id}`;
  const { max_results: count, pagination_token: token } = query;
  const before = token === undefined ? ID_MAX : decodeCursor(ctx, list, token);
  const found = await guarded(ctx, id, () => readRetweeters(ctx, id, { before, count: count + 1 }));
  const rows = found.slice(0, count);
  const last = rows.at(-1);
  if (found.length <= count || last === undefined) return { rows, nextToken: undefined };
  return { rows, nextToken: encodeCursor(ctx, list, last.userId) };
}
