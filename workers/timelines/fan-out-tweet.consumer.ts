import { FOLLOWERS_START, readFollowersPage } from "../graph/reader.ts";
import type { Ctx } from "../lib/context.ts";
import { activeWindowMs, idleWindowMs } from "../lib/limits.ts";
import { startProgress, type Progress } from "../lib/outbox.ts";
import { LOGICAL_SHARDS, timeOfId } from "../lib/snowflake.ts";
import { entryOf, type TweetDeleted, type TweetPosted } from "../tweets/events.ts";
import type { Delivery, DeliverySeat } from "./delivery-round.ts";
import { activeReadersOf, idsOf, isBacklogged, splitByPresence } from "./fan-out.ts";
import { awayRangesOf, rangesOf, sendPages } from "./fan-out-page.consumer.ts";

/** What a consumer has done with an event: all of it, or pages of it travel on and will report. */
export type Reaction = "done" | "continues";

/** An event on its way, with its message's part in the deliveries of the batch. */
export interface FannedOut {
  readonly id: string;
  readonly progress?: Progress;
  readonly seat: DeliverySeat;
}

/** Brings a posted tweet to the timelines it is pushed to, the author's own among them. */
export async function fanOutPosted(ctx: Ctx, event: FannedOut, posted: TweetPosted): Promise<Reaction> {
  return fanOut(ctx, event, posted, { kind: "push", entry: entryOf(posted) });
}

/** Takes a deleted tweet out of the timelines it may be in; elsewhere hydration never shows it. */
export async function fanOutDeleted(ctx: Ctx, event: FannedOut, deleted: TweetDeleted): Promise<Reaction> {
  return fanOut(ctx, event, deleted, { kind: "remove", tweetId: deleted.tweetId });
}

async function fanOut(
  ctx: Ctx,
  event: FannedOut,
  sent: { authorId: string; tier: TweetPosted["tier"] },
  delivery: Delivery,
): Promise<Reaction> {
  const { seat } = event;
  // The author is in page 0 of their own fan-out, so a direct push that failed heals here.
  const own = [sent.authorId];
  if (sent.tier === "pull") {
    await seat.deliver(delivery, own);
    return "done";
  }
  const windowMs = sent.tier === "push" ? idleWindowMs(ctx.limits) : activeWindowMs(ctx.limits);
  const seenSince = timeOfId(event.id) - windowMs;
  const page = { eventId: event.id, authorId: sent.authorId, delivery, seenSince };
  const split = delivery.kind === "push" && isBacklogged(ctx, timeOfId(event.id));
  const small = event.progress === undefined ? await readSmallAudience(ctx, sent.authorId) : null;
  if (small === null || !seat.reserve(small.length)) {
    await seat.deliver(delivery, own);
    return travelOn(ctx, page, event.progress ?? rangesOf(ctx, split), event.progress === undefined);
  }
  const readers = await activeReadersOf(ctx, small, seenSince);
  const { here, away } = split ? splitByPresence(ctx, event.id, readers) : { here: readers, away: [] };
  await seat.deliver(delivery, [...own, ...idsOf(here)]);
  ctx.log.debug("fanned out", { author_id: sent.authorId, author_tier: sent.tier, fanout_queued: here.length });
  return away.length === 0 ? "done" : travelOn(ctx, page, awayRangesOf(ctx, away), true);
}

/** All followers, where one page holds them; null where it does not. */
async function readSmallAudience(ctx: Ctx, authorId: string): Promise<string[] | null> {
  const count = ctx.limits.FANOUT_PAGE_SIZE;
  const range = { first: 0, last: LOGICAL_SHARDS - 1 };
  const first = await readFollowersPage(ctx, authorId, { after: FOLLOWERS_START, range, count: count + 1 });
  return first.length > count ? null : first.map((follower) => follower.id);
}

/** Sends the rest on its way in pages. With `starts`, their ranges are noted first, unless an earlier delivery did. */
async function travelOn(
  ctx: Ctx,
  page: Parameters<typeof sendPages>[1],
  ranges: Progress,
  starts: boolean,
): Promise<Reaction> {
  const progress = starts ? await startProgress(ctx, page.eventId, ranges) : ranges;
  if (progress === null) return "done";
  await sendPages(ctx, page, progress);
  return "continues";
}
