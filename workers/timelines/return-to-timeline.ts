import type { HomeRead, MergeHome } from "../../durable-objects/home-timeline.ts";
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
  return home.lostAbove !== undefined || ctx.clock.now() - home.seenAt >= ctx.limits.SEEN_AT_WRITE_SECONDS * 1000;
}

/**
 * Notes the visit and merges what was not pushed since the last one. The visit is written before the store is read: a
 * fan-out that still saw the old visit had its tweet committed before, so the store shows it; any later one pushes.
 * @returns false where the timeline has become another one meanwhile.
 */
export async function returnToTimeline(ctx: Ctx, userId: string, home: ReadyHome, pull: PullAuthors): Promise<boolean> {
  const seenAt = ctx.clock.now();
  await ctx.dependencies.guard(shardOf(ctx, userId), () => writeSeenAt(ctx, userId, seenAt));
  const { base: basedOn, memory } = home;
  return mergeIn(ctx, userId, { ...(await readUnpushed(ctx, userId, home, pull)), basedOn, memory, seenAt });
}

/**
 * Tweets of pull authors are taken in at every visit, so that the timeline has them still once their author has left the
 * list; everyone else's only after an absence, or where nobody can say who is a pull author.
 */
function readUnpushed(ctx: Ctx, userId: string, home: ReadyHome, pull: PullAuthors): Promise<Merge> {
  const sinceVisit = lowestIdAt(home.seenAt - ctx.limits.SEEN_AT_SLACK_SECONDS * 1000);
  const missed = missedAbove(ctx, home, pull);
  if (missed === null) {
    return home.pulled.length > 0 ? readWhole(ctx, home.pulled, sinceVisit) : Promise.resolve({ entries: [] });
  }
  return readMissed(ctx, userId, home.pulled.length > 0 ? leastOf(missed, sinceVisit) : missed);
}

/** Above this id the timeline may lack tweets of anybody followed; null where pushes brought them all. */
function missedAbove(ctx: Ctx, home: ReadyHome, pull: PullAuthors): string | null {
  const now = ctx.clock.now();
  // Should have been dropped by now: what such a one lacks nobody keeps account of.
  if (home.seenAt < now - idleWindowMs(ctx.limits)) return ID_MIN;
  const missedFrom = missedSince(ctx, home);
  return [
    ...(pull.known ? [] : [lowestIdAt(home.seenAt - ctx.limits.SEEN_AT_SLACK_SECONDS * 1000)]),
    ...(missedFrom < now ? [lowestIdAt(missedFrom)] : []),
    ...(home.lostAbove === undefined ? [] : [home.lostAbove]),
  ].reduce<string | null>((least, id) => (least === null ? id : leastOf(least, id)), null);
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
