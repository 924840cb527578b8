import type { HomeRead } from "../../durable-objects/home-timeline.ts";
import { byNewest, type TimelineEntry } from "../../durable-objects/timeline-entry.ts";
import { readFollowing } from "../graph/reader.ts";
import type { Ctx } from "../lib/context.ts";
import { DependencyFailed } from "../lib/dependency.ts";
import { DomainError } from "../lib/errors.ts";
import { ID_MIN, idAfter, idBefore, lowestIdAt } from "../lib/snowflake.ts";
import { KV_STALE_SECONDS, readFeeds, readPullList, type PullAuthors } from "./pull-feeds.ts";
import { readStore, type IdRange } from "./read-store.ts";
import {
  missedSince,
  rebuildTimeline,
  returnToTimeline,
  shardOf,
  StoreIncomplete,
  visitIsDue,
} from "./return-to-timeline.ts";

/** Part of a home timeline, by ids. */
export interface Skeleton {
  readonly entries: readonly TimelineEntry[];
  /** True where nothing older is left in the range. */
  readonly end: boolean;
  /** Dependencies that did not answer: what they hold was left out. */
  readonly degraded: readonly string[];
  /**
   * Newer tweets may still turn up above this id and below the newest shown (later commits, a stale feed, a failed
   * dependency): a client that polls may only rely on what is below.
   */
  readonly settled: string;
}

type ReadyHome = Extract<HomeRead, { state: "ready" }>;
type Attempt = { home: ReadyHome; degraded: readonly string[]; settled: string };

/** A timeline that became another one while it was read is read again, this often. */
const ATTEMPTS_MAX = 3;

/**
 * The next `count` entries of `userId`'s home. With no fault and no long absence: one object call, and the feeds of pull
 * authors followed; the store only below what those keep.
 */
export async function readHomeSkeleton(ctx: Ctx, userId: string, range: IdRange): Promise<Skeleton> {
  const pullList = await readPullList(ctx);
  let attempt: Attempt;
  try {
    attempt = await openHome(ctx, userId, range, pullList);
  } catch (error) {
    if (!(error instanceof DependencyFailed) && !(error instanceof StoreIncomplete)) throw error;
    ctx.log.warn("home read from the store", { error });
    return readWithoutTimeline(ctx, userId, range, failedNames(error));
  }
  return mergeSources(ctx, userId, range, attempt, pullList);
}

function failedNames(error: DependencyFailed | StoreIncomplete): readonly string[] {
  return error instanceof StoreIncomplete ? error.failed : [error.dependency];
}

/** The timeline object's part: rebuilt where it is cold, caught up where its reader was away. */
async function openHome(ctx: Ctx, userId: string, range: IdRange, pullList: PullAuthors): Promise<Attempt> {
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
        settled: least(idBefore(lowestIdAt(missedSince(ctx, home))), settledAt(ctx, home, pullList)),
      };
    }
  }
  throw new DependencyFailed("timeline", "it kept changing while it was read");
}

function readObject(ctx: Ctx, userId: string, range: IdRange, pullList: PullAuthors): Promise<HomeRead> {
  const { before, since, count } = range;
  const asked =
    pullList.authors.length === 0 ? { before, since, count } : { before, since, count, pullAuthors: pullList.authors };
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
  userId: string,
  range: IdRange,
  attempt: Attempt,
  pullList: PullAuthors,
): Promise<Skeleton> {
  const { home } = attempt;
  const pulled = await readPulled(ctx, home.pulled, range);
  const degraded = new Set([...attempt.degraded, ...pulled.failed]);
  if (pullList.failed) degraded.add("feeds");
  const floor = greatest(home.floor, pulled.floor);
  // Where the object had more than was asked for, it is silent below its last entry.
  const silentBelow = home.more ? (home.entries.at(-1)?.id ?? range.before) : ID_MIN;
  const seen = new Set<string>();
  const cached = [...home.entries, ...pulled.entries].sort(byNewest).filter((entry) => {
    const shown = entry.id > floor && entry.id >= silentBelow && !seen.has(entry.id);
    seen.add(entry.id);
    return shown;
  });
  const settled = pulled.failed.length > 0 ? ID_MIN : attempt.settled;
  const entries = cached.slice(0, range.count);
  // With fewer, all above the floor is here: where the object had more than was asked for, a feed's floor cut into it.
  if (cached.length >= range.count) return { entries, end: false, degraded: [...degraded], settled };
  if (floor <= range.since) return { entries, end: true, degraded: [...degraded], settled };
  const below = await readBelow(ctx, userId, {
    ...range,
    before: least(range.before, idAfter(floor)),
    count: range.count - entries.length,
  });
  for (const name of below.failed) degraded.add(name);
  return {
    entries: [...entries, ...below.entries],
    end: below.end,
    degraded: [...degraded],
    settled: below.failed.length > 0 ? ID_MIN : settled,
  };
}

/** What the followed pull authors have in the range, with the highest floor of their feeds. */
async function readPulled(
  ctx: Ctx,
  authors: readonly string[],
  range: IdRange,
): Promise<{ entries: TimelineEntry[]; floor: string; failed: string[] }> {
  if (authors.length === 0) return { entries: [], floor: ID_MIN, failed: [] };
  const { feeds, missing, failed } = await readFeeds(ctx, authors);
  const entries: TimelineEntry[] = [];
  let floor = ID_MIN;
  for (const [author, feed] of feeds) {
    floor = greatest(floor, feed.floor);
    let taken = 0;
    for (const id of feed.ids) {
      if (id >= range.before) continue;
      if (id <= range.since || taken === range.count) break;
      entries.push({ id, tweetId: id, authorId: author, actorId: author });
      taken += 1;
    }
  }
  const failures = failed ? ["feeds"] : [];
  if (missing.length === 0) return { entries, floor, failed: failures };
  // KV has no feed for these yet, or could not say: the store can, for as many as a page may cost.
  const most = ctx.limits.DEGRADED_AUTHORS_MAX;
  const read = await readStore(ctx, missing.slice(0, most), range);
  const last = read.end ? ID_MIN : (read.entries.at(-1)?.id ?? ID_MIN);
  failures.push(...read.failed);
  if (missing.length > most) failures.push("feeds");
  return {
    entries: [...entries, ...read.entries],
    floor: greatest(floor, last === ID_MIN ? ID_MIN : idBefore(last)),
    failed: [...new Set(failures)],
  };
}

/** The store's part of a deep page. Where not even the following list is to be had, the page ends here for now. */
async function readBelow(
  ctx: Ctx,
  userId: string,
  range: IdRange,
): Promise<{ entries: readonly TimelineEntry[]; end: boolean; failed: readonly string[] }> {
  const shard = shardOf(ctx, userId);
  try {
    const following = await ctx.dependencies.guard(shard, () => readFollowing(ctx, userId));
    return await readStore(ctx, [userId, ...following.keys()], range);
  } catch (error) {
    if (!(error instanceof DependencyFailed)) throw error;
    return { entries: [], end: false, failed: [error.dependency] };
  }
}

/** The timeline object does not answer: at most DEGRADED_AUTHORS_MAX authors are merged from the store. */
async function readWithoutTimeline(
  ctx: Ctx,
  userId: string,
  range: IdRange,
  failed: readonly string[],
): Promise<Skeleton> {
  let following: Map<string, number>;
  try {
    following = await ctx.dependencies.guard(shardOf(ctx, userId), () => readFollowing(ctx, userId));
  } catch (error) {
    if (!(error instanceof DependencyFailed)) throw error;
    throw new DomainError("unavailable", "Neither your timeline nor whom you follow can be read right now.");
  }
  const authors = [userId, ...[...following.keys()].slice(0, ctx.limits.DEGRADED_AUTHORS_MAX)];
  const read = await readStore(ctx, authors, range);
  return { entries: read.entries, end: read.end, degraded: [...new Set([...failed, ...read.failed])], settled: ID_MIN };
}
