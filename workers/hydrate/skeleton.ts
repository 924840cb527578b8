/** Part of a list of tweets, by ids: what a list's own room finds, before anything is hydrated. */

/** Both ends exclusive. */
export interface IdRange {
  readonly before: string;
  readonly since: string;
  readonly count: number;
}

/** One line of a list. Ids are decimal text of 19 digits. */
export interface SkeletonEntry {
  /** Orders the list: the tweet's id, or the retweet's own. */
  readonly id: string;
  readonly tweetId: string;
  /** Of a retweet in a timeline: the newest retweets of the tweet there, newest first; they may be gone or hidden. */
  readonly retweets?: readonly { readonly id: string; readonly actorId: string }[];
  /** True for a retweet of the viewer's own tweet that the list does not lose when that is deleted. */
  readonly retweetsOwn?: true;
}

export interface Skeleton {
  readonly entries: readonly SkeletonEntry[];
  /** True where nothing older is left in the range. */
  readonly end: boolean;
  /** Down to here everything was looked at, where what was found there does not say it: rules may have left nothing. */
  readonly reached?: string;
  /** Dependencies that did not answer: what they hold was left out. */
  readonly degraded: readonly string[];
  /**
   * Newer tweets may still turn up above this id and below the newest shown (later commits, a stale feed, a failed
   * dependency): a client that polls may only rely on what is below.
   */
  readonly settled: string;
}
