import { repliesElsewhere } from "../../durable-objects/timeline-entry.ts";
import { readActiveUserIds } from "../accounts/reader.ts";
import type { TimelinePage } from "../hydrate/answers.ts";
import type { PartialError } from "../hydrate/contract.ts";
import { fillPage, pageOf } from "../hydrate/fill-page.ts";
import { pageRange } from "../hydrate/page-range.ts";
import type { IdRange, Skeleton, SkeletonEntry } from "../hydrate/skeleton.ts";
import { listHiddenBy, noSuchList } from "../hydrate/lists.ts";
import { refusalToRead } from "../hydrate/user-gate.ts";
import type { Viewing } from "../hydrate/viewing.ts";
import type { VisibleTweet } from "../hydrate/visible-tweets.ts";
import { BoundedMap } from "../lib/bounded-map.ts";
import { perIsolate, type Ctx } from "../lib/context.ts";
import { DomainError } from "../lib/errors.ts";
import { tellOwnTimeline } from "../lib/own-timeline.ts";
import type { Viewer } from "../lib/route.ts";
import { ID_MAX, ID_MIN, lowestIdAt } from "../lib/snowflake.ts";
import { guarded } from "../lib/guarded.ts";
import { readListForTimeline } from "../lists/reader.ts";
import { readAuthorEntries, readMentionIds, type AuthorEntry } from "../tweets/reader.ts";
import type { TimelinePageQuery } from "./contract.ts";
import { readHomeSkeleton } from "./home-skeleton.ts";
import { keepNewest } from "./keep-newest.ts";
import { isWanted } from "./pulled-entries.ts";
import { readStore, type TimelineRange } from "./read-store.ts";

/** What `exclude` leaves out. */
const excludedBy = ({ exclude }: TimelinePageQuery) => ({
  ...(exclude?.includes("replies") === true ? { withoutReplies: true } : {}),
  ...(exclude?.includes("retweets") === true ? { withoutRetweets: true } : {}),
});

/** A page of the actor's home. Throws `unavailable` only if neither timeline nor following list can be read. */
export async function readHomeTimeline(
  ctx: Ctx,
  viewing: Viewing,
  actor: Viewer,
  query: TimelinePageQuery,
): Promise<TimelinePage> {
  const list = `home:${actor.userId}`;
  const range = pageRange(ctx, list, query);
  const excluded = excludedBy(query);
  const undone = new Set<string>();
  // Whoever was not told that a retweet was undone has it still: readers who were away, and what pull authors wrote.
  const forget = async (retweetIds: readonly string[]) => {
    for (const id of retweetIds) undone.add(id);
    await tellOwnTimeline(ctx, actor.userId, (timeline) => timeline.remove({ tweetIds: retweetIds }));
  };
  let pollAfter = ctx.limits.LIVE_PULL_POLL_SECONDS;
  const skeleton = async (part: IdRange) => {
    const within = { ...part, ...excluded, ...(undone.size > 0 ? { undone } : {}) };
    const read = await readHomeSkeleton(ctx, viewing, actor.userId, within);
    ({ pollAfter } = read);
    return read;
  };
  const filled = await fillPage(ctx, viewing, "timeline", range, skeleton, { forget, ownLeavesAtOnce: true });
  const { meta, ...page } = pageOf(ctx, list, filled);
  return { ...page, meta: { ...meta, poll_after: pollAfter } };
}

/** A page of one user's tweets; empty, with the reason, where the viewer may not see them. Throws `not_found`. */
export async function readUserTimeline(
  ctx: Ctx,
  viewing: Viewing,
  userId: string,
  query: TimelinePageQuery,
): Promise<TimelinePage> {
  const list = `tweets:${userId}`;
  const range = pageRange(ctx, list, query);
  const excluded = excludedBy(query);
  let refusal: PartialError | null = null;
  let parts = 0;
  const skeleton = async (part: IdRange) => {
    parts += 1;
    // Rules hid some of the first part: perhaps they hide everything, and looking further would be for nothing.
    if (parts === 2) refusal = await refusalToRead(ctx, viewing, userId);
    if (refusal !== null) return skeletonOf([], part.count);
    return authorSkeleton(ctx, userId, { ...part, ...excluded }, viewing.viewerId === userId);
  };
  const filled = await fillPage(ctx, viewing, "elsewhere", range, skeleton, { ownLeavesAtOnce: true });
  if (filled.views.length === 0) refusal ??= await refusalToRead(ctx, viewing, userId);
  return refusal === null ? pageOf(ctx, list, filled) : { views: [], meta: {}, errors: [refusal] };
}

/** A page of the tweets that mention `userId`. Throws `not_found`. */
export async function readMentions(
  ctx: Ctx,
  viewing: Viewing,
  userId: string,
  query: TimelinePageQuery,
): Promise<TimelinePage> {
  const list = `mentions:${userId}`;
  const range = pageRange(ctx, list, query);
  // Consumers record mentions behind their tweets and in any order: one may still come below the newest.
  const settled = lowestIdAt(ctx.clock.now() - ctx.limits.HEAD_SETTLE_SECONDS * 1000);
  const { withoutReplies } = excludedBy(query);
  const skeleton = async (part: IdRange) => {
    const ids = await guarded(ctx, userId, () => readMentionIds(ctx, userId, part));
    const entries = ids.map((id) => ({ id, tweetId: id }));
    return { ...skeletonOf(entries, part.count), settled };
  };
  const accepts = ({ tweet }: VisibleTweet) => withoutReplies !== true || tweet.replyToId === null;
  const filled = await fillPage(ctx, viewing, "timeline", range, skeleton, { accepts });
  if (filled.views.length === 0) await mustExist(ctx, userId);
  return pageOf(ctx, list, filled);
}

/**
 * A page of what a list's members wrote and retweeted, by the page rules of home. Throws `not_found` where there is no
 * such list, or where it is private and somebody else's.
 */
export async function readListTimeline(
  ctx: Ctx,
  viewing: Viewing,
  listId: string,
  query: TimelinePageQuery,
): Promise<TimelinePage> {
  const name = `list:${listId}`;
  const range = pageRange(ctx, name, query);
  const list = await guarded(ctx, listId, () => readListForTimeline(ctx, listId));
  if (list === null || (list.private && list.ownerId !== viewing.viewerId)) throw noSuchList();
  viewing.askAlong([list.ownerId]);
  const { memberIds } = list;
  const members = new Set(memberIds);
  const excluded = excludedBy(query);
  const filled = await fillPage(ctx, viewing, "timeline", range, async (part) => {
    const within = { ...part, ...excluded };
    const read = await readStore(ctx, memberIds, within);
    const fitting = read.entries.filter((entry) => !repliesElsewhere(entry, null, (other) => members.has(other)));
    const reached = read.entries.at(-1)?.id;
    return {
      entries:
        within.withoutRetweets === true ? fitting : await keepNewest(ctx, viewing, fitting, memberIds, part.before),
      end: read.end,
      degraded: read.failed,
      settled: read.failed.length > 0 ? ID_MIN : ID_MAX,
      ...(reached === undefined ? {} : { reached }),
    };
  });
  await viewing.standings([list.ownerId]);
  if (listHiddenBy(viewing, list) !== null) throw noSuchList();
  return pageOf(ctx, name, filled);
}

/** The newest of an author, remembered for VISIBILITY_CACHE_SECONDS: a profile that many open costs one query. */
const NEWEST_KEPT = 100;
const AUTHORS_REMEMBERED_MAX = 2000;
const newestOf = perIsolate(
  () => new BoundedMap<string, { entries: readonly AuthorEntry[]; at: number }>(AUTHORS_REMEMBERED_MAX),
);

async function authorSkeleton(ctx: Ctx, authorId: string, range: TimelineRange, own: boolean): Promise<Skeleton> {
  // One's own write is seen at once, wherever it was made.
  const newest = own ? null : await newestEntries(ctx, authorId);
  const fits = (entry: AuthorEntry) => entry.id < range.before && entry.id > range.since && isWanted(entry, range);
  const known = (newest ?? []).filter(fits);
  const least = newest?.length === NEWEST_KEPT ? newest.at(-1)?.id : ID_MIN;
  const whole = newest !== null && least !== undefined && least <= range.since;
  if (!whole && known.length < range.count) {
    const read = await guarded(ctx, authorId, () => readAuthorEntries(ctx, authorId, range));
    return skeletonOf(read, range.count);
  }
  return { ...skeletonOf(known.slice(0, range.count), range.count), end: whole && known.length <= range.count };
}

async function newestEntries(ctx: Ctx, authorId: string): Promise<readonly AuthorEntry[]> {
  const memory = newestOf(ctx.runtime);
  const now = ctx.clock.now();
  const known = memory.get(authorId);
  if (known !== undefined && now - known.at < ctx.limits.VISIBILITY_CACHE_SECONDS * 1000) return known.entries;
  const range = { before: ID_MAX, since: ID_MIN, count: NEWEST_KEPT };
  const entries = await guarded(ctx, authorId, () => readAuthorEntries(ctx, authorId, range));
  memory.set(authorId, { entries, at: now });
  return entries;
}

const skeletonOf = (entries: readonly SkeletonEntry[], count: number): Skeleton => ({
  entries,
  end: entries.length < count,
  degraded: [],
  settled: ID_MAX,
});

async function mustExist(ctx: Ctx, userId: string): Promise<void> {
  const found = await readActiveUserIds(ctx, [userId]);
  if (!found.has(userId)) throw new DomainError("not_found", "There is no such user.");
}
