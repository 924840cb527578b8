/** One line of a home timeline. Ids are decimal text of 19 digits. */
export interface TimelineEntry {
  /** Orders the timeline: the tweet's id, or the retweet's own. */
  readonly id: string;
  readonly tweetId: string;
  /** Who wrote the tweet. */
  readonly authorId: string;
  /** Whose follow brings it here: the author, or who retweeted. */
  readonly actorId: string;
}

/** Newest first. */
export const byNewest = (a: TimelineEntry, b: TimelineEntry): number => (a.id < b.id ? 1 : a.id > b.id ? -1 : 0);
