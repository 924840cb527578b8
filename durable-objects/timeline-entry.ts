/** One line of a home timeline. Ids are decimal text of 19 digits. */
export interface TimelineEntry {
  /** Orders the timeline: the tweet's id, or the retweet's own. */
  readonly id: string;
  readonly tweetId: string;
  /** Who wrote the tweet. */
  readonly authorId: string;
  /** Whose follow brings it here: the author, or who retweeted. */
  readonly actorId: string;
  /** The user that a reply answers, oneself included; never on a retweet. */
  readonly replyToId?: string;
}

/** Who retweets a tweet, and by which retweet. */
export interface Retweet {
  readonly id: string;
  readonly actorId: string;
}

/** Of those who retweet a tweet, so many of the newest are looked at. */
export const RETWEETS_LOOKED_AT_MAX = 20;

/** A line as its reader gets it. */
export interface ShownEntry extends TimelineEntry {
  /** On a retweet: the newest retweets of the tweet in the timeline, newest first, one an actor. */
  readonly retweets?: readonly Retweet[];
  /** True where the author is followed, or is the reader. */
  readonly authorFollowed: boolean;
}

/** Newest first. */
export const byNewest = (a: { readonly id: string }, b: { readonly id: string }): number =>
  a.id < b.id ? 1 : a.id > b.id ? -1 : 0;

export const isRetweet = (entry: TimelineEntry): boolean => entry.id !== entry.tweetId;

/**
 * The rule of home and lists for replies (reply_elsewhere): a reply shows only where the one replied to is followed too, or
 * is the reader or the author themself.
 */
export function repliesElsewhere(
  entry: TimelineEntry,
  reader: string | null,
  isFollowed: (userId: string) => boolean,
): boolean {
  const { actorId, authorId, replyToId } = entry;
  if (replyToId === undefined || actorId === reader) return false;
  return replyToId !== reader && replyToId !== authorId && !isFollowed(replyToId);
}
