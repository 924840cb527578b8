import { readActiveUserIds } from "../accounts/reader.ts";
import type { TimelineEntry } from "../../durable-objects/timeline-entry.ts";
import type { TimelinePage } from "../hydrate/answers.ts";
import { BoundedMap } from "../lib/bounded-map.ts";
import { perIsolate, type Ctx } from "../lib/context.ts";
import { encodeCursor } from "../lib/cursor.ts";
import { DomainError } from "../lib/errors.ts";
import type { Viewer } from "../lib/route.ts";
import { ID_MAX, ID_MIN, lowestIdAt, unpadId } from "../lib/snowflake.ts";
import { readAuthorTweetIds, readMentionIds } from "../tweets/reader.ts";
import type { TimelinePageQuery } from "./contract.ts";
import { fillPage, type FilledPage } from "./fill-page.ts";
import { readHomeSkeleton, type Skeleton } from "./home-skeleton.ts";
import { pageRange } from "./page-range.ts";
import type { IdRange } from "./read-store.ts";

/** A page of the actor's home. Throws `unavailable` only if neither timeline nor following list can be read. */
export async function readHomeTimeline(ctx: Ctx, actor: Viewer, query: TimelinePageQuery): Promise<TimelinePage> {
  const list = `home:${actor.userId}`;
  const range = pageRange(ctx, list, query);
  const filled = await fillPage(ctx, actor, range, (part) => readHomeSkeleton(ctx, actor.userId, part));
  return pageOf(ctx, list, filled);
}

/** A page of one user's tweets. Throws `not_found`. */
export async function readUserTimeline(
  ctx: Ctx,
  viewer: Viewer | null,
  userId: string,
  query: TimelinePageQuery,
): Promise<TimelinePage> {
  const list = `tweets:${userId}`;
  const range = pageRange(ctx, list, query);
  const own = viewer?.userId === userId;
  const filled = await fillPage(ctx, viewer, range, (part) => authorSkeleton(ctx, userId, part, own));
  if (filled.views.length === 0) await mustExist(ctx, userId);
  return pageOf(ctx, list, filled);
}

/** A page of the tweets that mention `userId`. Throws `not_found`. */
export async function readMentions(
  ctx: Ctx,
  viewer: Viewer,
  userId: string,
  query: TimelinePageQuery,
): Promise<TimelinePage> {
  const list = `mentions:${userId}`;
  const range = pageRange(ctx, list, query);
  // Consumers record mentions behind their tweets and in any order: one may still come below the newest.
  const settled = lowestIdAt(ctx.clock.now() - ctx.limits.HEAD_SETTLE_SECONDS * 1000);
  const filled = await fillPage(ctx, viewer, range, async (part) => {
    const ids = await guarded(ctx, userId, () => readMentionIds(ctx, userId, part));
    return { ...skeletonOf(ids, part.count), settled };
  });
  if (filled.views.length === 0) await mustExist(ctx, userId);
  return pageOf(ctx, list, filled);
}

/** The newest ids of an author, remembered for VISIBILITY_CACHE_SECONDS: a profile that many open costs one query. */
const NEWEST_KEPT = 100;
const AUTHORS_REMEMBERED_MAX = 2000;
const newestOf = perIsolate(
  () => new BoundedMap<string, { ids: readonly string[]; at: number }>(AUTHORS_REMEMBERED_MAX),
);

async function authorSkeleton(ctx: Ctx, authorId: string, range: IdRange, own: boolean): Promise<Skeleton> {
  // One's own write is seen at once, wherever it was made.
  const newest = own ? null : await newestIds(ctx, authorId);
  const ids = (newest ?? []).filter((id) => id < range.before && id > range.since);
  const least = newest?.length === NEWEST_KEPT ? newest.at(-1) : ID_MIN;
  const whole = newest !== null && least !== undefined && least <= range.since;
  if (!whole && ids.length < range.count) {
    const read = await guarded(ctx, authorId, () => readAuthorTweetIds(ctx, authorId, range));
    return skeletonOf(read, range.count, authorId);
  }
  return { ...skeletonOf(ids.slice(0, range.count), range.count, authorId), end: whole && ids.length <= range.count };
}

async function newestIds(ctx: Ctx, authorId: string): Promise<readonly string[]> {
  const memory = newestOf(ctx.runtime);
  const now = ctx.clock.now();
  const known = memory.get(authorId);
  if (known !== undefined && now - known.at < ctx.limits.VISIBILITY_CACHE_SECONDS * 1000) return known.ids;
  const range = { before: ID_MAX, since: ID_MIN, count: NEWEST_KEPT };
  const ids = await guarded(ctx, authorId, () => readAuthorTweetIds(ctx, authorId, range));
  memory.set(authorId, { ids, at: now });
  return ids;
}

const guarded = <T>(ctx: Ctx, id: string, read: () => Promise<T>): Promise<T> =>
  ctx.dependencies.guard(`shard:${ctx.shards.indexOf(id)}`, read);

function skeletonOf(ids: readonly string[], count: number, authorId = ""): Skeleton {
  const entries: TimelineEntry[] = ids.map((id) => ({ id, tweetId: id, authorId, actorId: authorId }));
  return { entries, end: ids.length < count, degraded: [], settled: ID_MAX };
}

async function mustExist(ctx: Ctx, userId: string): Promise<void> {
  const found = await readActiveUserIds(ctx, [userId]);
  if (!found.has(userId)) throw new DomainError("not_found", "There is no such user.");
}

function pageOf(ctx: Ctx, list: string, filled: FilledPage): TimelinePage {
  const { views, position, degraded, settled } = filled;
  const first = views[0]?.tweet.id;
  const last = views.at(-1)?.tweet.id;
  const newest = first === undefined || first < settled ? first : settled;
  return {
    views,
    meta: {
      ...(newest === undefined || newest === ID_MIN ? {} : { newest_id: unpadId(newest) }),
      ...(last === undefined ? {} : { oldest_id: unpadId(last) }),
      ...(position === null ? {} : { next_token: encodeCursor(ctx, list, position) }),
      ...(degraded.length === 0 ? {} : { degraded }),
    },
  };
}
