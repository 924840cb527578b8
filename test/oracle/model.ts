/**
 * The facts, kept in the plainest way: who wrote what, who stands how to whom, what still stands. The oracle knows nothing
 * of queues, tiers, caches or shards, and imports nothing of the product: whatever way that takes, it must agree with this.
 * rules.ts and views.ts say what of it a reader sees.
 */
export interface ModelTweet {
  readonly id: string;
  readonly authorId: string;
  /** As its author wrote it; "" of a retweet. */
  readonly text: string;
  readonly replyTo: string | null;
  readonly quoted: string | null;
  readonly retweetOf: string | null;
  /** World time, Unix milliseconds, as are all times here. */
  readonly postedAt: number;
  deletedAt: number | null;
  /** Hidden from its conversation by whoever began that. */
  hidden: boolean;
  /** When all effects of the post were seen to be committed. */
  deliveredAt: number | null;
  /** Whose follow of the author, or of the one replied to, was still on its way at that moment. */
  readonly lateFollowers: Set<string>;
}

export interface ModelUser {
  readonly id: string;
  readonly username: string;
  protected: boolean;
  /** When that changed last. */
  protectedAt: number;
  everProtected: boolean;
  /** Followed now, with the time of the last change. */
  readonly follows: Map<string, number>;
  readonly everFollowed: Set<string>;
  /** Protected accounts asked, that have not answered. */
  readonly asks: Set<string>;
  readonly blocks: Set<string>;
  /** Until when; null is for good. */
  readonly mutes: Map<string, number | null>;
  readonly mutedWords: Map<string, number | null>;
  /** Everybody who was ever kept from this one's timelines, and every word. */
  readonly everHidden: Set<string>;
  readonly everMutedWords: Set<string>;
  readonly likes: Set<string>;
  readonly bookmarks: Set<string>;
  /** Retweets among them. */
  readonly tweets: ModelTweet[];
  /** Rises with every change of how this one stands to others. */
  changes: number;
}

export interface ModelList {
  readonly id: string;
  readonly ownerId: string;
  private: boolean;
  deleted: boolean;
  readonly members: Set<string>;
}

/** What is posted: a tweet, a reply, a quote, a retweet. */
export interface Posted {
  readonly id: string;
  readonly authorId: string;
  readonly text: string;
  readonly replyTo?: string | null;
  readonly quoted?: string | null;
  readonly retweetOf?: string | null;
}

export const newestFirst = (a: string, b: string): number =>
  BigInt(a) < BigInt(b) ? 1 : BigInt(a) > BigInt(b) ? -1 : 0;

export class Model {
  readonly users = new Map<string, ModelUser>();
  readonly tweets = new Map<string, ModelTweet>();
  readonly lists = new Map<string, ModelList>();

  register(id: string, username: string): void {
    this.users.set(id, {
      id,
      username,
      protected: false,
      protectedAt: 0,
      everProtected: false,
      follows: new Map(),
      everFollowed: new Set(),
      asks: new Set(),
      blocks: new Set(),
      mutes: new Map(),
      mutedWords: new Map(),
      everHidden: new Set(),
      everMutedWords: new Set(),
      likes: new Set(),
      bookmarks: new Set(),
      tweets: [],
      changes: 0,
    });
  }

  user(id: string): ModelUser {
    const user = this.users.get(id);
    if (user === undefined) throw new Error(`the model has no user ${id}`);
    return user;
  }

  tweet(id: string): ModelTweet {
    const tweet = this.tweets.get(id);
    if (tweet === undefined) throw new Error(`the model has no tweet ${id}`);
    return tweet;
  }

  post({ id, authorId, text, replyTo = null, quoted = null, retweetOf = null }: Posted, now: number): void {
    if (this.tweets.has(id)) throw new Error(`the id ${id} was given twice`);
    const references = { replyTo, quoted, retweetOf };
    const states = { postedAt: now, deletedAt: null, hidden: false, deliveredAt: null };
    const posted: ModelTweet = { id, authorId, text, ...references, ...states, lateFollowers: new Set() };
    this.tweets.set(id, posted);
    this.user(authorId).tweets.push(posted);
  }

  delete(id: string, now: number): void {
    this.tweet(id).deletedAt ??= now;
  }

  /** A tweet is its own original; nobody retweets a retweet. */
  originalOf(tweet: ModelTweet): ModelTweet {
    return tweet.retweetOf === null ? tweet : this.tweet(tweet.retweetOf);
  }

  /** The standing retweet by a user of a tweet. */
  retweetBy(userId: string, tweetId: string): ModelTweet | undefined {
    return this.standing(userId).find((tweet) => tweet.retweetOf === tweetId);
  }

  /** The standing tweets of a user, retweets among them. */
  standing(userId: string): ModelTweet[] {
    return this.user(userId).tweets.filter((tweet) => tweet.deletedAt === null);
  }

  /** Standing tweets that `fits`. */
  all(fits: (tweet: ModelTweet) => boolean): ModelTweet[] {
    return [...this.tweets.values()].filter((tweet) => tweet.deletedAt === null && fits(tweet));
  }

  /** A protected account is asked, others are followed; a block lets neither happen. */
  follow(followerId: string, followeeId: string, now: number): "follows" | "asks" | "refused" {
    const [follower, followee] = [this.user(followerId), this.user(followeeId)];
    if (follower.blocks.has(followeeId) || followee.blocks.has(followerId)) return "refused";
    if (follower.follows.has(followeeId)) return "follows";
    follower.changes += 1;
    if (followee.protected) {
      follower.asks.add(followeeId);
      return "asks";
    }
    this.grant(followerId, followeeId, now);
    return "follows";
  }

  grant(followerId: string, followeeId: string, now: number): void {
    const follower = this.user(followerId);
    follower.changes += 1;
    follower.asks.delete(followeeId);
    follower.follows.set(followeeId, now);
    follower.everFollowed.add(followeeId);
  }

  /** Ends a follow, or a request. */
  unfollow(followerId: string, followeeId: string): void {
    const follower = this.user(followerId);
    follower.changes += 1;
    follower.follows.delete(followeeId);
    follower.asks.delete(followeeId);
  }

  /** Ends follows and requests both ways. */
  block(blockerId: string, blockedId: string): void {
    this.user(blockerId).blocks.add(blockedId);
    for (const [one, other] of [
      [blockerId, blockedId],
      [blockedId, blockerId],
    ] as const) {
      this.unfollow(one, other);
      this.user(one).everHidden.add(other);
    }
  }

  /** No follow comes back. */
  unblock(blockerId: string, blockedId: string): void {
    this.user(blockerId).blocks.delete(blockedId);
    this.user(blockerId).changes += 1;
    this.user(blockedId).changes += 1;
  }

  mute(muterId: string, mutedId: string, until: number | null): void {
    const muter = this.user(muterId);
    muter.changes += 1;
    muter.mutes.set(mutedId, until);
    muter.everHidden.add(mutedId);
  }

  unmute(muterId: string, mutedId: string): void {
    this.user(muterId).mutes.delete(mutedId);
    this.user(muterId).changes += 1;
  }

  muteWord(userId: string, word: string, until: number | null): void {
    const user = this.user(userId);
    user.changes += 1;
    user.mutedWords.set(word, until);
    user.everMutedWords.add(word);
  }

  unmuteWord(userId: string, word: string): void {
    this.user(userId).mutedWords.delete(word);
    this.user(userId).changes += 1;
  }

  /** Requests that wait go on waiting. */
  protect(userId: string, on: boolean, now: number): void {
    const user = this.user(userId);
    if (user.protected !== on) user.protectedAt = now;
    user.protected = on;
    user.everProtected ||= on;
  }

  createList(id: string, ownerId: string, isPrivate: boolean): void {
    this.lists.set(id, { id, ownerId, private: isPrivate, deleted: false, members: new Set() });
  }

  list(id: string): ModelList {
    const list = this.lists.get(id);
    if (list === undefined) throw new Error(`the model has no list ${id}`);
    return list;
  }

  standingLists(): ModelList[] {
    return [...this.lists.values()].filter((list) => !list.deleted);
  }
}
