import { groupBy } from "../lib/concurrency.ts";
import type { Ctx } from "../lib/context.ts";
import { presentWindowMs } from "../lib/limits.ts";
import { timeOfId } from "../lib/snowflake.ts";
import { readActiveReaders, type ActiveReader } from "./reader.ts";

/**
 * Those of `followerIds` seen at or after `seenSince` (Unix milliseconds), with their visits: one query a database that
 * holds any of them.
 */
export async function activeReadersOf(
  ctx: Ctx,
  followerIds: readonly string[],
  seenSince: number,
): Promise<ActiveReader[]> {
  const byShard = groupBy(followerIds, (id) => ctx.shards.indexOf(id));
  const active = await Promise.all([...byShard].map(([index, ids]) => readActiveReaders(ctx, index, ids, seenSince)));
  return active.flat();
}

export const idsOf = (readers: readonly ActiveReader[]): string[] => readers.map((reader) => reader.id);

/** True where something has been on its way since `since` (Unix milliseconds) for so long that those who are here go first. */
export const isBacklogged = (ctx: Ctx, since: number): boolean =>
  ctx.clock.now() - since > ctx.limits.FANOUT_BACKLOG_SECONDS * 1000;

/**
 * Splits an audience by the time of its event, so that every part of a fan-out splits it alike. `away` are those who go
 * last; who came in the meantime is in both, for the part that went first may have met them before they came.
 */
export function splitByPresence(
  ctx: Ctx,
  eventId: string,
  readers: readonly ActiveReader[],
): { here: ActiveReader[]; away: ActiveReader[] } {
  const time = timeOfId(eventId);
  const hereSince = time - presentWindowMs(ctx.limits);
  const cameSince = time - ctx.limits.SEEN_AT_SLACK_SECONDS * 1000;
  return {
    here: readers.filter(({ seenAt }) => seenAt >= hereSince),
    away: readers.filter(({ seenAt }) => seenAt < hereSince || seenAt >= cameSince),
  };
}
