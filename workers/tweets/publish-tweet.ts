import type { Ctx } from "../lib/context.ts";
import { DomainError } from "../lib/errors.ts";
import { replayOf, type IdempotentRequest } from "../lib/idempotency.ts";
import { publishEvent } from "../lib/outbox.ts";
import type { Viewer } from "../lib/route.ts";
import { ID_MIN, logicalShardOfId } from "../lib/snowflake.ts";
import { TWEET_POSTED, type TweetPosted } from "./events.ts";
import { pushOwnTweet } from "./push-own-tweet.ts";
import { writeTweet, type NewTweet } from "./writer.ts";

/** A clash of ids or of clocks is answered with a new id; more than this in a row means something else is wrong. */
const MINT_ATTEMPTS_MAX = 5;

/**
 * Commits a tweet or retweet in one D1 batch, then pushes it into the author's own home; everybody else's follows by the
 * event. Throws `account_inactive`.
 * @param answerOf what a repeat with the same Idempotency-Key is answered.
 * @returns the answer: this one's, the first one's to that key, or where the author retweets it already that retweet's.
 */
export async function publishTweet<Answer extends object>(
  ctx: Ctx,
  actor: Viewer,
  tweet: Omit<NewTweet, "id" | "authorId">,
  idempotency: IdempotentRequest | null,
  answerOf: (id: string) => Answer,
): Promise<Answer> {
  const authorId = actor.userId;
  // What refers to a tweet comes after it, whatever the clocks say: lists are ordered by ids.
  let above = [tweet.replyTo, tweet.quoted, tweet.retweeted]
    .flatMap((pointer) => pointer?.tweetId ?? [])
    .reduce(newerOf, ID_MIN);
  for (let attempt = 0; attempt < MINT_ATTEMPTS_MAX; attempt += 1) {
    const id = ctx.ids.next(logicalShardOfId(authorId), above);
    const answer = answerOf(id);
    const keyed = idempotency === null ? null : { request: idempotency, answer };
    const outcome = await writeTweet(ctx, { ...tweet, id, authorId }, keyed);
    if (outcome.posted !== null) await announce(ctx, outcome.posted);
    if (outcome.written) return answer;
    if (!outcome.active) throw new DomainError("account_inactive", "This account is not active.");
    const replay = idempotency === null ? null : replayOf<Answer>(ctx, idempotency, outcome.key);
    if (replay !== null) return replay;
    if (outcome.retweetId !== null) return answerOf(outcome.retweetId);
    above = newerOf(outcome.newestTweetId, id);
  }
  throw new Error("no free tweet id was found");
}

const newerOf = (a: string, b: string): string => (a > b ? a : b);

/** One's own home shows the tweet before the answer; the event tells everybody else's. */
async function announce(ctx: Ctx, posted: TweetPosted): Promise<void> {
  publishEvent(ctx, { id: posted.tweetId, kind: TWEET_POSTED, payload: posted });
  ctx.log.info("tweet posted", { author_id: posted.authorId, author_tier: posted.tier });
  await pushOwnTweet(ctx, posted);
}
