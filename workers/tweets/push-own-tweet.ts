import { withDeadline } from "../lib/dependency.ts";
import type { Ctx } from "../lib/context.ts";

/**
 * Read your writes: one's own home changes before the answer. When the object does not answer in time the write stands
 * all the same, and page 0 of the tweet's own fan-out brings it.
 */
export async function pushOwnTweet(ctx: Ctx, authorId: string, tweetId: string): Promise<void> {
  const entry = { id: tweetId, tweetId, authorId, actorId: authorId };
  await tolerate(ctx, () => ctx.homeTimeline(authorId).push({ entries: [entry] }));
}

/** The same for a deletion. */
export async function removeOwnTweet(ctx: Ctx, authorId: string, tweetId: string): Promise<void> {
  await tolerate(ctx, () => ctx.homeTimeline(authorId).remove({ tweetIds: [tweetId] }));
}

async function tolerate(ctx: Ctx, call: () => Promise<unknown>): Promise<void> {
  try {
    await withDeadline(call(), ctx.limits.READ_DEADLINE_MS);
  } catch (error) {
    ctx.log.warn("own timeline not reached", { error });
  }
}
