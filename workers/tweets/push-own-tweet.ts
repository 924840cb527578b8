import type { Ctx } from "../lib/context.ts";
import { tellOwnTimeline } from "../lib/own-timeline.ts";
import { entryOf, type TweetFacts } from "./events.ts";

/**
 * Read your writes: one's own home changes before the answer. When the object does not answer in time the write stands
 * all the same, and page 0 of the tweet's own fan-out brings it.
 */
export async function pushOwnTweet(ctx: Ctx, facts: TweetFacts): Promise<void> {
  await tellOwnTimeline(ctx, facts.authorId, (timeline) =>
    timeline.push({ entries: [entryOf(facts)], now: ctx.clock.now() }),
  );
}

/** The same for a deletion. */
export async function removeOwnTweet(ctx: Ctx, authorId: string, tweetId: string): Promise<void> {
  await tellOwnTimeline(ctx, authorId, (timeline) => timeline.remove({ tweetIds: [tweetId] }));
}
