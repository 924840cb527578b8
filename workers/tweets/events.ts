import * as z from "zod";
import { TWEET_TIERS } from "./tables.ts";

/** The room's public voice. */
export const tweetPosted = z.object({
  tweetId: z.string(),
  authorId: z.string(),
  tier: z.enum(TWEET_TIERS),
  /** 1 while the author is in the list of pull authors. */
  pullListed: z.number(),
  /** Lower-cased usernames the text mentions. */
  mentions: z.array(z.string()),
});
export type TweetPosted = z.infer<typeof tweetPosted>;
export const TWEET_POSTED = "tweet-posted";

export const tweetDeleted = z.object({
  tweetId: z.string(),
  authorId: z.string(),
  tier: z.enum(TWEET_TIERS),
  pullListed: z.number(),
});
export type TweetDeleted = z.infer<typeof tweetDeleted>;
export const TWEET_DELETED = "tweet-deleted";
