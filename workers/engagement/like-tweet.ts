import { requireTweet } from "../hydrate/require-tweet.ts";
import type { Ctx } from "../lib/context.ts";
import type { IdempotentRequest } from "../lib/idempotency.ts";
import type { Viewer } from "../lib/route.ts";
import { endEdge, raiseEdge } from "./change-edge.ts";

export interface LikeAnswer {
  readonly liked: boolean;
}

/**
 * Likes a tweet; liking a retweet is liking its original, and twice is once. Throws `not_found` for a tweet that is absent
 * or hidden from the actor, `account_inactive`.
 */
export async function likeTweet(
  ctx: Ctx,
  actor: Viewer,
  like: { tweetId: string; idempotency: IdempotentRequest | null },
): Promise<LikeAnswer> {
  const { tweet } = await requireTweet(ctx, actor, like.tweetId);
  const answer: LikeAnswer = { liked: true };
  const idempotency = like.idempotency && { request: like.idempotency, answer };
  return (await raiseEdge<LikeAnswer>(ctx, actor, { kind: "like", tweetId: tweet.id, idempotency })) ?? answer;
}

/** Ends a like, also of a tweet that is gone or hidden by now; where there is none nothing changes. Throws `account_inactive`. */
export const unlikeTweet = (ctx: Ctx, actor: Viewer, tweetId: string): Promise<void> =>
  endEdge(ctx, actor, "like", tweetId);
