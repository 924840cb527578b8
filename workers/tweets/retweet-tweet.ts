import { requireTweet } from "../hydrate/require-tweet.ts";
import type { Ctx } from "../lib/context.ts";
import { DomainError } from "../lib/errors.ts";
import type { IdempotentRequest } from "../lib/idempotency.ts";
import type { Viewer } from "../lib/route.ts";
import { unpadId } from "../lib/snowflake.ts";
import { publishTweet } from "./publish-tweet.ts";

export interface RetweetAnswer {
  readonly retweeted: boolean;
  /** The id of the retweet, as X calls it. */
  readonly rest_id: string;
}

/**
 * Retweets a tweet: it comes to the actor's followers as a tweet of the actor's own. Doing it twice is doing it once.
 * Throws `not_found` for a tweet that is absent or hidden, `forbidden` for one of a protected account.
 */
export async function retweetTweet(
  ctx: Ctx,
  actor: Viewer,
  wanted: { tweetId: string; idempotency: IdempotentRequest | null },
): Promise<RetweetAnswer> {
  const { tweet, author } = await requireTweet(ctx, actor, wanted.tweetId);
  if (author.protected) throw new DomainError("forbidden", "Tweets of a protected account cannot be retweeted.");
  const retweet = { text: "", entities: null, mentions: [], retweeted: { tweetId: tweet.id, userId: author.id } };
  return publishTweet(ctx, actor, retweet, wanted.idempotency, (id) => ({ retweeted: true, rest_id: unpadId(id) }));
}
