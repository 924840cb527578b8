import type { HomeRead } from "../../durable-objects/home-calls.ts";
import { byNewest, isRetweet, repliesElsewhere, type TimelineEntry } from "../../durable-objects/timeline-entry.ts";
import { readFollowing } from "../graph/reader.ts";
import type { Skeleton, SkeletonEntry } from "../hydrate/skeleton.ts";
import { STRANGER, type Standing, type Viewing } from "../hydrate/viewing.ts";
import type { Ctx } from "../lib/context.ts";
import { DependencyFailed } from "../lib/dependency.ts";
import { DomainError } from "../lib/errors.ts";
import { ID_MAX, ID_MIN, idAfter, idBefore, lowestIdAt } from "../lib/snowflake.ts";
import { keepNewest, newestByActor } from "./keep-newest.ts";
import { KV_STALE_SECONDS, readPullList, type PullAuthors } from "./pull-feeds.ts";
import { checkHome, readPulled } from "./pulled-entries.ts";
import { readStore, type TimelineRange } from "./read-store.ts";
import {
  missedSince,
  nextVisitAt,
  rebuildTimeline,
  returnToTimeline,
  shardOf,
  StoreIncomplete,
  visitIsDue,
} from "./return-to-timeline.ts";

type ReadyHome = Extract<HomeRead, { state: "ready" }>;
/** A part of home, and after how many seconds to read home again, though no message came: see `pollAfter`. */
export type HomeSkeleton = Skeleton & { readonly pollAfter: number };
type Attempt = { home: ReadyHome; degraded: readonly string[]; settled: string };

/** A timeline that became another one while it was read is read again, this often. */
const ATTEMPTS_MAX = 3;

/**
 * The next `count` entries of the viewer's home. With no fault and no long absence: one object call, and the feeds of pull
 * authors followed; the store only below what those keep. The timeline also says how its owner stands to those it shows.
 */
export async function readHomeSkeleton(
  ctx: Ctx,
  viewing: Viewing,
  userId: string,
  range: TimelineRange,
): Promise<HomeSkeleton> {
  const pullList = await readPullList(ctx);
  try {
    const attempt = await openHome(ctx, userId, range, pullList);
    learnFrom(ctx, viewing, userId, attempt.home);
    const merged = await mergeSources(ctx, viewing, userId, range, attempt, pullList);
    return { ...merged, pollAfter: pollAfter(ctx, attempt.home, pullList) };
  } catch (error) {
    if (!(error instanceof DependencyFailed) && !(error instanceof StoreIncomplete)) throw error;
    ctx.log.warn("home read from the store", { error });
    const read = await readWithoutTimeline(ctx, viewing, userId, range, failedNames(error));
    return { ...read, pollAfter: ctx.limits.LIVE_PULL_POLL_SECONDS };
  }
}

/** What a first read of home does for the timeline, without a page: it is rebuilt or caught up, and the visit is written. */
export async function visitHome(ctx: Ctx, userId: string): Promise<void> {
  await openHome(ctx, userId, { before: ID_MAX, since: ID_MIN, count: 1 }, await readPullList(ctx));
}

/**
 * Seconds until an open page reads home again: soon where it shows what nobody pushes, otherwise when the visit is to be
 * written anew, so that fan-out counts its reader as here.
 */
function pollAfter(ctx: Ctx, home: ReadyHome, pullList: PullAuthors): number {
  const { LIVE_PULL_POLL_SECONDS: soon } = ctx.limits;
  const left = Math.ceil((nextVisitAt(ctx, home.seenAt) - ctx.clock.now()) / 1000);
  if (left < 1) return soon;
  return pullList.known && home.pulled.length === 0 ? left : Math.min(soon, left);
}

const FOLLOWED: Standing = { ...STRANGER, following: true };

/** Whoever the timeline shows is neither blocked nor muted. */
function learnFrom(ctx: Ctx, viewing: Viewing, userId: string, home: ReadyHome): void {
  for (const { authorId, actorId, authorFollowed } of home.entries) {
    viewing.learn(authorId, authorFollowed ? FOLLOWED : STRANGER);
    if (actorId !== authorId) viewing.learn(actorId, FOLLOWED);
  }
  viewing.learnWords(home.mutedWords ?? []);
  viewing.askInstead(async (userIds) => ({
    standings: (await checkHome(ctx, userId, { userIds, tweetIds: [], above: ID_MAX })).standings,
  }));
}

function failedNames(error: DependencyFailed | StoreIncomplete): readonly string[] {
  return error instanceof StoreIncomplete ? error.failed : [error.dependency];
}

/** The timeline object's part: rebuilt where it is cold, caught up where its reader was away. */
async function openHome(ctx: Ctx, userId: string, range: TimelineRange, pullList: PullAuthors): Promise<Attempt> {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    const home = await readObject(ctx, userId, range, pullList);
    if (home.state === "cold") {
      await rebuildTimeline(ctx, userId, home.base);
      continue;
    }
    if (!visitIsDue(ctx, home)) return { home, degraded: [], settled: settledAt(ctx, home, pullList) };
    try {
      if (!(await returnToTimeline(ctx, userId, home, pullList))) continue;
      const again = await readObject(ctx, userId, range, pullList);
      if (again.state === "ready") return { home: again, degraded: [], settled: settledAt(ctx, again, pullList) };
    } catch (error) {
      if (!(error instanceof DependencyFailed) && !(error instanceof StoreIncomplete)) throw error;
      // What was pushed is still true; what came while the reader was away is missing for now.
      return {
        home,
        degraded: failedNames(error),
        settled: [home.lost?.above ?? ID_MAX, settledAt(ctx, home, pullList)].reduce(
          least,
          idBefore(lowestIdAt(missedSince(ctx, home))),
        ),
      };
    }
  }
  throw new DependencyFailed("timeline", "it kept changing while it was read");
}

function readObject(ctx: Ctx, userId: string, range: TimelineRange, pullList: PullAuthors): Promise<HomeRead> {
  const pullAuthors = pullList.authors.length === 0 ? {} : { pullAuthors: pullList.authors };
  const { undone: _notItsConcern, ...part } = range;
  const asked = { ...part, ...pullAuthors, now: ctx.clock.now() };
  // The stub's own promise type carries disposal; a plain one is all that is needed here.
  return ctx.dependencies.guard("timeline", async () => (await ctx.homeTimeline(userId).read(asked)) as HomeRead);
}

function settledAt(ctx: Ctx, home: ReadyHome, pullList: PullAuthors): string {
  if (!pullList.known) return ID_MIN;
  const { HEAD_SETTLE_SECONDS, FEED_CACHE_SECONDS } = ctx.limits;
  // A feed is written within the time that a push takes; from then on KV and this isolate may show an older one.
  const stale = home.pulled.length === 0 ? 0 : KV_STALE_SECONDS + FEED_CACHE_SECONDS;
  return lowestIdAt(ctx.clock.now() - (HEAD_SETTLE_SECONDS + stale) * 1000);
}

const least = (a: string, b: string): string => (a < b ? a : b);
const greatest = (a: string, b: string): string => (a > b ? a : b);

/** Pushed ids and feeds down to the highest of their floors; below it, the store. */
async function mergeSources(
  ctx: Ctx,
  viewing: Viewing,
  userId: string,
  range: TimelineRange,
  attempt: Attempt,
  pullList: PullAuthors,
): Promise<Skeleton> {
  const { home } = attempt;
  const pulled = await readPulled(ctx, viewing, userId, home, range);
  const degraded = new Set([...attempt.degraded, ...pulled.failed]);
  if (pullList.failed) degraded.add("feeds");
  const floor = greatest(home.floor, pulled.floor);
  // Where the object had more than was asked for, it is silent below its last entry.
  const silentBelow = home.more ? (home.entries.at(-1)?.id ?? range.before) : ID_MIN;
  const pushed = home.entries.filter((entry) => !pulled.furtherUp.has(entry.tweetId));
  const cached = mergeEntries(pushed, pulled.entries).filter((entry) => entry.id > floor && entry.id >= silentBelow);
  const settled = pulled.failed.length > 0 ? ID_MIN : attempt.settled;
  const entries = cached.slice(0, range.count);
  // With fewer, all above the floor is here: where the object had more than was asked for, a feed's floor cut into it.
  if (cached.length >= range.count) return { entries, end: false, degraded: [...degraded], settled };
  if (floor <= range.since) return { entries, end: true, degraded: [...degraded], settled };
  const part = { ...range, before: least(range.before, idAfter(floor)), count: range.count - entries.length };
  const risen = [...(home.risen ?? []), ...[...pulled.furtherUp.values()].flat()].filter(isRetweet);
  const below = await readBelow(ctx, viewing, userId, part, risen);
  for (const name of below.degraded) degraded.add(name);
  return {
    ...below,
    entries: [...entries, ...below.entries],
    degraded: [...degraded],
    settled: below.degraded.length > 0 ? ID_MIN : settled,
  };
}

/** Newest first, each tweet at its newest entry, which tells of the retweets of both. */
function mergeEntries(
  pushed: readonly (SkeletonEntry & TimelineEntry)[],
  pulled: readonly (SkeletonEntry & TimelineEntry)[],
): readonly SkeletonEntry[] {
  if (pulled.length === 0) return pushed;
  const newest = new Map<string, SkeletonEntry>();
  for (const entry of [...pushed, ...pulled].sort(byNewest)) {
    const above = newest.get(entry.tweetId);
    if (above === undefined) newest.set(entry.tweetId, entry);
    else if (above.retweets !== undefined && entry.retweets !== undefined) {
      newest.set(entry.tweetId, { ...above, retweets: newestByActor([...above.retweets, ...entry.retweets]) });
    }
  }
  return [...newest.values()];
}

/** The store's part of a deep page. Where not even the following list is to be had, the page ends here for now. */
async function readBelow(
  ctx: Ctx,
  viewing: Viewing,
  userId: string,
  range: TimelineRange,
  risen: readonly TimelineEntry[],
): Promise<Skeleton> {
  const shard = shardOf(ctx, userId);
  try {
    const following = await ctx.dependencies.guard(shard, () => readFollowing(ctx, userId));
    return await readFollowed(ctx, viewing, userId, [...following.keys()], range, risen);
  } catch (error) {
    if (!(error instanceof DependencyFailed)) throw error;
    return { entries: [], end: false, degraded: [error.dependency], settled: ID_MIN };
  }
}

/**
 * Home as the store has it: what `userId` and `followed` wrote and retweeted, by the rules that a timeline keeps itself.
 * @param risen retweets above the range that the tweets' shards may not have heard of yet.
 */
async function readFollowed(
  ctx: Ctx,
  viewing: Viewing,
  userId: string,
  followed: readonly string[],
  range: TimelineRange,
  risen: readonly TimelineEntry[] = [],
): Promise<Skeleton> {
  const actors = [userId, ...followed];
  const read = await readStore(ctx, actors, range);
  const isFollowed = (other: string) => followed.includes(other);
  const fitting = read.entries.filter((entry) => !repliesElsewhere(entry, userId, isFollowed));
  const entries =
    range.withoutRetweets === true ? fitting : await keepNewest(ctx, viewing, fitting, actors, range.before, risen);
  const reached = read.entries.at(-1)?.id;
  // The store has a retweet still when its tweet is gone: an isolate that remembers that would show it.
  const own = new Set(fitting.filter((one) => isRetweet(one) && one.authorId === userId).map((one) => one.tweetId));
  return {
    entries:
      own.size === 0 ? entries : entries.map((one) => (own.has(one.tweetId) ? { ...one, retweetsOwn: true } : one)),
    end: read.end,
    degraded: read.failed,
    settled: read.failed.length > 0 ? ID_MIN : ID_MAX,
    ...(reached === undefined ? {} : { reached }),
  };
}

/** The timeline object does not answer: at most DEGRADED_AUTHORS_MAX authors are merged from the store. */
async function readWithoutTimeline(
  ctx: Ctx,
  viewing: Viewing,
  userId: string,
  range: TimelineRange,
  failed: readonly string[],
): Promise<Skeleton> {
  let following: Map<string, number>;
  try {
    following = await ctx.dependencies.guard(shardOf(ctx, userId), () => readFollowing(ctx, userId));
  } catch (error) {
    if (!(error instanceof DependencyFailed)) throw error;
    throw new DomainError("unavailable", "Neither your timeline nor whom you follow can be read right now.");
  }
  const followed = [...following.keys()].slice(0, ctx.limits.DEGRADED_AUTHORS_MAX);
  const read = await readFollowed(ctx, viewing, userId, followed, range);
  return { ...read, degraded: [...new Set([...failed, ...read.degraded])], settled: ID_MIN };
}
