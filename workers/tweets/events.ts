import * as z from "zod";
import { TWEET_TIERS } from "./tables.ts";

/** The room's public voice. A message that an older Worker sent lacks the later fields. */
const id = z.string().nullable().default(null);

const tweetFacts = {
  tweetId: z.string(),
  authorId: z.string(),
  tier: z.enum(TWEET_TIERS),
  /** 1 while the author is in the list of pull authors. */
  pullListed: z.number(),
  replyToId: id,
  replyToUserId: id,
  /** The tweet that the conversation began with, for a reply. */
  conversationId: id,
  quotedId: id,
  retweetedId: id,
  retweetedUserId: id,
  /** Of the retweeter's edge; only a higher one than what is stored is applied. */
  retweetVersion: z.number().nullable().default(null),
  /** 1 where the author was protected at that moment, with the version of that. */
  authorProtected: z.number().default(0),
  authorVersion: z.number().default(0),
};

export const tweetPosted = z.object({
  ...tweetFacts,
  /** Lower-cased usernames the text mentions. */
  mentions: z.array(z.string()),
});
export type TweetPosted = z.infer<typeof tweetPosted>;
export const TWEET_POSTED = "tweet-posted";

export const tweetDeleted = z.object(tweetFacts);
export type TweetDeleted = z.infer<typeof tweetDeleted>;
export const TWEET_DELETED = "tweet-deleted";

export type TweetFacts = TweetDeleted;

/** What an author's tweet is to a timeline; ids as in a timeline's entry. */
export interface AuthorEntry {
  readonly id: string;
  /** The tweet itself, or the one that it retweets. */
  readonly tweetId: string;
  readonly authorId: string;
  readonly actorId: string;
  /** The user replied to, oneself included. */
  readonly replyToId?: string;
}

/** The line that a tweet is in the timelines of those who follow its author. */
export function entryOf(
  facts: Pick<TweetFacts, "tweetId" | "authorId" | "retweetedId" | "retweetedUserId" | "replyToUserId">,
): AuthorEntry {
  const { tweetId: id, authorId: actorId, retweetedId, retweetedUserId, replyToUserId } = facts;
  if (retweetedId !== null && retweetedUserId !== null) {
    return { id, tweetId: retweetedId, authorId: retweetedUserId, actorId };
  }
  const entry = { id, tweetId: id, authorId: actorId, actorId };
  return replyToUserId === null ? entry : { ...entry, replyToId: replyToUserId };
}
