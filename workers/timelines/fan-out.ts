import type { TimelineEntry } from "../../durable-objects/timeline-entry.ts";
import { groupBy, mapConcurrently } from "../lib/concurrency.ts";
import type { Ctx } from "../lib/context.ts";
import { readActiveReaders } from "./reader.ts";

/** What a fan-out does to each timeline it reaches. */
export type Delivery =
  | { readonly kind: "push"; readonly entry: TimelineEntry }
  | { readonly kind: "remove"; readonly tweetId: string };

/**
 * Delivers to those of `followerIds` seen at or after `seenSince`: one query a database that holds any of them, then
 * pushes with bounded concurrency. Throws when any push failed: the page is redone as a whole, which changes nothing
 * where it had arrived. @returns how many timelines were reached.
 */
export async function deliverToReaders(
  ctx: Ctx,
  delivery: Delivery,
  followerIds: readonly string[],
  seenSince: number,
): Promise<number> {
  const byShard = groupBy(followerIds, (id) => ctx.shards.indexOf(id));
  const active = await Promise.all([...byShard].map(([index, ids]) => readActiveReaders(ctx, index, ids, seenSince)));
  const readerIds = active.flat();
  await mapConcurrently(readerIds, ctx.limits.FANOUT_CONCURRENCY, (readerId) => deliver(ctx, delivery, readerId));
  return readerIds.length;
}

/** Delivers to one timeline. A repeat changes nothing. */
export async function deliver(ctx: Ctx, delivery: Delivery, readerId: string): Promise<void> {
  const timeline = ctx.homeTimeline(readerId);
  if (delivery.kind === "push") await timeline.push({ entries: [delivery.entry] });
  else await timeline.remove({ tweetIds: [delivery.tweetId] });
}
