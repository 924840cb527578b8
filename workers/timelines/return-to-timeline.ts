import type { HomeRead, MergeHome } from "../../durable-objects/home-calls.ts";
import type { Merge } from "../../durable-objects/timeline-pages.ts";
import type { Ctx } from "../lib/context.ts";
import { readFollowStates, readHiding } from "../graph/reader.ts";
import { activeWindowMs, idleWindowMs } from "../lib/limits.ts";
import { ID_MAX, ID_MIN, idBefore, lowestIdAt } from "../lib/snowflake.ts";
import type { PullAuthors } from "./pull-feeds.ts";
import { readStore } from "./read-store.ts";
import { writeSeenAt } from "./writer.ts";

type ReadyHome = Extract<HomeRead, { state: "ready" }>;

/** True where the reader's visit must be written, for it is SEEN_AT_WRITE_SECONDS old, or where pushes were lost. */
export function visitIsDue(ctx: Ctx, home: ReadyHome): boolean {
  return home.lost !== undefined || isVisitDue(ctx, home.seenAt);
}

/** The same by the last visit alone (Unix milliseconds). */
export const isVisitDue = (ctx: Ctx, seenAt: number): boolean => ctx.clock.now() >= nextVisitAt(ctx, seenAt);

/** When the visit after that of `seenAt` is to be written; Unix milliseconds, both. */
export const nextVisitAt = (ctx: Ctx, seenAt: number): number => seenAt + ctx.limits.SEEN_AT_WRITE_SECONDS * 1000;

/**
 * Notes the visit and merges what was not pushed since the last one. The visit is written before the store is read: a
 * fan-out that still saw the old visit had its tweet committed before, so the store shows it; any later one pushes.
 * @returns false where the timeline has become another one meanwhile.
 */
export async function returnToTimeline(ctx: Ctx, userId: string, home: ReadyHome, pull: PullAuthors): Promise<boolean> {
  const seenAt = ctx.clock.now();
  const noted = ctx.dependencies.guard(shardOf(ctx, userId), () => writeSeenAt(ctx, userId, seenAt));
  const missed = missedAbove(ctx, home, pull);
  const { base: basedOn, memory } = home;
  if (missed === null) {
    // No fan-out has skipped this reader, nor will before the visit is written: that need not come first.
    const [merge] = await Promise.all([readRested(ctx, userId, home), noted]);
    return mergeIn(ctx, userId, { ...merge, basedOn, memory, seenAt });
  }
  await noted;
  const since = [missed, ...restedSince(ctx, home)].reduce(leastOf);
  return mergeIn(ctx, userId, { ...(await readMissed(ctx, userId, since)), basedOn, memory, seenAt });
}

/**
 * Tweets of pull authors are taken in at every visit, so that the timeline has them still once their author has left the
 * list; everyone else's only where pushes rested in a memory that is gone.
 */
async function readRested(ctx: Ctx, userId: string, home: ReadyHome): Promise<Merge> {
  const [since, ...others] = restedSince(ctx, home);
  if (since === undefined) return { entries: [] };
  if (home.lost === undefined) return readWhole(ctx, home.pulled, since);
  const wholeAbove = others.reduce(leastOf, since);
  return { ...(await readWhole(ctx, [userId, ...home.lost.followed], wholeAbove)), wholeAbove };
}

/** Ids above which pull authors' tweets, and what rested, are to be taken in. */
function restedSince(ctx: Ctx, home: ReadyHome): string[] {
  const sinceVisit = lowestIdAt(home.seenAt - ctx.limits.SEEN_AT_SLACK_SECONDS * 1000);
  return [...(home.pulled.length > 0 ? [sinceVisit] : []), ...(home.lost === undefined ? [] : [home.lost.above])];
}

/** Above this id a fan-out may have skipped the reader, or nobody can say; null where pushes came from all. */
function missedAbove(ctx: Ctx, home: ReadyHome, pull: PullAuthors): string | null {
  const now = ctx.clock.now();
  // Should have been dropped by now: what such a one lacks nobody keeps account of.
  if (home.seenAt < now - idleWindowMs(ctx.limits)) return ID_MIN;
  const missedFrom = missedSince(ctx, home);
  if (!pull.known) return lowestIdAt(home.seenAt - ctx.limits.SEEN_AT_SLACK_SECONDS * 1000);
  return missedFrom < now ? lowestIdAt(missedFrom) : null;
}

const leastOf = (a: string, b: string): string => (a < b ? a : b);

/**
 * Unix milliseconds from which on the timeline may lack tweets of a middle-tier author, if its reader stayed away so long;
 * those of a low-tier one were pushed for much longer.
 */
export function missedSince(ctx: Ctx, home: ReadyHome): number {
  return home.seenAt + activeWindowMs(ctx.limits) - ctx.limits.SEEN_AT_SLACK_SECONDS * 1000;
}

function mergeIn(ctx: Ctx, userId: string, merge: MergeHome): Promise<boolean> {
  return ctx.dependencies.guard("timeline", async () => await ctx.homeTimeline(userId).merge(merge));
}

/** What everyone followed has written since `since`, ready to merge. */
async function readMissed(ctx: Ctx, userId: string, since: string): Promise<Merge> {
  const through = lowestIdAt(ctx.clock.now());
  const [follows, hiding] = await ctx.dependencies.guard(shardOf(ctx, userId), () =>
    Promise.all([readFollowStates(ctx, userId), readHiding(ctx, userId)]),
  );
  const followed = [...follows].filter(([, follow]) => follow.state === 1).map(([author]) => author);
  const missed = await readWhole(ctx, [userId, ...followed], since);
  return { ...missed, follows, hiding, through, wholeAbove: since };
}

/** Rebuilds a cold timeline from the store. @returns false where it must begin again. */
export async function rebuildTimeline(ctx: Ctx, userId: string, base: number): Promise<boolean> {
  const seenAt = ctx.clock.now();
  await ctx.dependencies.guard(shardOf(ctx, userId), () => writeSeenAt(ctx, userId, seenAt));
  const whole = await readMissed(ctx, userId, ID_MIN);
  return mergeIn(ctx, userId, { ...whole, seenAt, basedOn: base });
}

/** All that a timeline keeps of `authors` above `since`. Throws DependencyFailed rather than merge a part as if it were whole. */
async function readWhole(ctx: Ctx, authors: readonly string[], since: string) {
  const count = ctx.limits.TIMELINE_ENTRIES_MAX;
  const read = await readStore(ctx, authors, { before: ID_MAX, since, count });
  if (read.failed.length > 0) throw new StoreIncomplete(read.failed);
  const last = read.entries.at(-1);
  const floor = read.end || last === undefined ? ID_MIN : idBefore(last.id);
  return { entries: read.entries, floor };
}

/** Part of the store did not answer, so what was read is not all there is. */
export class StoreIncomplete extends Error {
  readonly failed: readonly string[];
  constructor(failed: readonly string[]) {
    super(`not all of the store answered: ${failed.join(", ")}`);
    this.name = "StoreIncomplete";
    this.failed = failed;
  }
}

export const shardOf = (ctx: Ctx, id: string): string => `shard:${ctx.shards.indexOf(id)}`;
