import { FOLLOWERS_START, readFollowersPage } from "../graph/reader.ts";
import type { Ctx } from "../lib/context.ts";
import { activeWindowMs, idleWindowMs } from "../lib/limits.ts";
import { startProgress, type Progress } from "../lib/outbox.ts";
import { LOGICAL_SHARDS, timeOfId } from "../lib/snowflake.ts";
import { entryOf, type TweetDeleted, type TweetPosted } from "../tweets/events.ts";
import { deliver, deliverToReaders, type Delivery } from "./fan-out.ts";
import { rangesOf, sendPages } from "./fan-out-page.consumer.ts";

/** What a consumer has done with an event: all of it, or pages of it travel on and will report. */
export type Reaction = "done" | "continues";

/** Brings a posted tweet to the timelines it is pushed to, the author's own first. */
export async function fanOutPosted(
  ctx: Ctx,
  event: { id: string; progress?: Progress },
  posted: TweetPosted,
): Promise<Reaction> {
  return fanOut(ctx, event, posted, { kind: "push", entry: entryOf(posted) });
}

/** Takes a deleted tweet out of the timelines it may be in; elsewhere hydration never shows it. */
export async function fanOutDeleted(
  ctx: Ctx,
  event: { id: string; progress?: Progress },
  deleted: TweetDeleted,
): Promise<Reaction> {
  return fanOut(ctx, event, deleted, { kind: "remove", tweetId: deleted.tweetId });
}

async function fanOut(
  ctx: Ctx,
  event: { id: string; progress?: Progress },
  sent: { authorId: string; tier: TweetPosted["tier"] },
  delivery: Delivery,
): Promise<Reaction> {
  // The author is in page 0 of their own fan-out, so a direct push that failed heals here.
  await deliver(ctx, delivery, sent.authorId);
  if (sent.tier === "pull") return "done";
  const windowMs = sent.tier === "push" ? idleWindowMs(ctx.limits) : activeWindowMs(ctx.limits);
  const seenSince = timeOfId(event.id) - windowMs;
  const page = { eventId: event.id, authorId: sent.authorId, delivery, seenSince };
  if (event.progress !== undefined) {
    await sendPages(ctx, page, event.progress);
    return "continues";
  }
  const count = ctx.limits.FANOUT_PAGE_SIZE;
  const range = { first: 0, last: LOGICAL_SHARDS - 1 };
  const first = await readFollowersPage(ctx, sent.authorId, { after: FOLLOWERS_START, range, count: count + 1 });
  if (first.length <= count) {
    const reached = await deliverToReaders(
      ctx,
      delivery,
      first.map((follower) => follower.id),
      seenSince,
    );
    ctx.log.debug("fanned out", { author_id: sent.authorId, author_tier: sent.tier, fanout_queued: reached });
    return "done";
  }
  const progress = await startProgress(ctx, event.id, rangesOf(ctx));
  if (progress === null) return "done";
  await sendPages(ctx, page, progress);
  return "continues";
}
