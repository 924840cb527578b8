import type { Ctx } from "../lib/context.ts";
import { DomainError } from "../lib/errors.ts";
import type { Viewer } from "../lib/route.ts";
import type { TweetView } from "./tweets.ts";
import { Viewing } from "./viewing.ts";
import { readVisibleTweets } from "./visible-tweets.ts";

/**
 * The tweet that `actor` wants to act on, read from the store: a retweet stands for its original. Throws `not_found`
 * where it is absent or hidden from them, `unavailable` where nobody can say.
 */
export const requireTweet = (ctx: Ctx, actor: Viewer, tweetId: string): Promise<TweetView> =>
  findTweet(ctx, new Viewing(ctx, actor), tweetId, true);

/** The same for whoever only reads what belongs to a tweet. */
export const requireVisibleTweet = (ctx: Ctx, viewing: Viewing, tweetId: string): Promise<TweetView> =>
  findTweet(ctx, viewing, tweetId, false);

async function findTweet(ctx: Ctx, viewing: Viewing, tweetId: string, fresh: boolean): Promise<TweetView> {
  const { views, failed } = await readVisibleTweets(ctx, viewing, "elsewhere", [tweetId], { fresh });
  const view = views.get(tweetId);
  // Where it cannot be said how the actor stands to the author, nothing is done to the tweet.
  if (failed.length > 0 && (fresh || view === undefined)) {
    throw new DomainError("unavailable", "The store of this tweet does not answer. Try again.");
  }
  if (view === undefined) throw new DomainError("not_found", "There is no such tweet.");
  return view.original ?? view;
}
