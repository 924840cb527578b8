import type { Ctx } from "../lib/context.ts";
import { DomainError } from "../lib/errors.ts";
import { publishEvent, withEventId } from "../lib/outbox.ts";
import type { Viewer } from "../lib/route.ts";
import { noteVisibility } from "../lib/visibility-log.ts";
import { removeOwnTweet } from "./push-own-tweet.ts";
import { TWEET_DELETED } from "./events.ts";
import { readTweetFacts } from "./reader.ts";
import { writeDeletion } from "./writer.ts";

/**
 * Deletes one of the actor's tweets: gone at once for the actor, for others within VISIBILITY_CACHE_SECONDS.
 * Deleting it again answers the same. Throws `not_found`, or `forbidden` for somebody else's tweet.
 */
export async function deleteTweet(ctx: Ctx, actor: Viewer, tweetId: string): Promise<void> {
  const authorId = actor.userId;
  const { eventId, written } = await withEventId(ctx, authorId, async (eventId) => ({
    eventId,
    written: await writeDeletion(ctx, { eventId, tweetId, authorId }),
  }));
  if (written === null) return refuseUnlessGone(ctx, actor, tweetId);
  noteVisibility(ctx.runtime, "tweet", tweetId);
  publishEvent(ctx, { id: eventId, kind: TWEET_DELETED, payload: written });
  await removeOwnTweet(ctx, authorId, tweetId);
}

async function refuseUnlessGone(ctx: Ctx, actor: Viewer, tweetId: string): Promise<void> {
  const facts = await readTweetFacts(ctx, tweetId);
  if (facts === null) throw new DomainError("not_found", "There is no such tweet.");
  if (facts.authorId !== actor.userId) throw new DomainError("forbidden", "Only its author may delete a tweet.");
  if (!facts.deleted) throw new DomainError("account_inactive", "This account is not active.");
}
