/**
 * The rules, said again in the plainest way: who follows whom, who wrote what, what still stands. It knows nothing of
 * queues, tiers, caches or shards, and imports nothing: whatever way the product takes, it must agree with this.
 */
export interface ModelTweet {
  readonly id: string;
  readonly authorId: string;
  readonly text: string;
  /** World time, Unix milliseconds, as are all times here. */
  readonly postedAt: number;
  deletedAt: number | null;
  /** When all effects of the post were seen to be committed. */
  deliveredAt: number | null;
  /** Whose follow of the author was still on its way at that moment. */
  readonly lateFollowers: Set<string>;
}

export interface ModelUser {
  readonly id: string;
  readonly username: string;
  /** Followed now, with the time of the last change. */
  readonly follows: Map<string, number>;
  readonly everFollowed: Set<string>;
  readonly tweets: ModelTweet[];
}

/** What others may still be shown of a deleted tweet: VISIBILITY_CACHE_SECONDS. */
export const VISIBILITY_MS = 5_000;
/** A page of newest ids holds back HEAD_SETTLE_SECONDS; isolates may differ by half a second. */
export const SETTLE_MS = 2_000 - 500;

export const newestFirst = (a: string, b: string): number =>
  BigInt(a) < BigInt(b) ? 1 : BigInt(a) > BigInt(b) ? -1 : 0;

export class Model {
  readonly users = new Map<string, ModelUser>();
  readonly tweets = new Map<string, ModelTweet>();

  register(id: string, username: string): void {
    this.users.set(id, { id, username, follows: new Map(), everFollowed: new Set(), tweets: [] });
  }

  user(id: string): ModelUser {
    const user = this.users.get(id);
    if (user === undefined) throw new Error(`the model has no user ${id}`);
    return user;
  }

  post(tweet: { id: string; authorId: string; text: string }, now: number): void {
    if (this.tweets.has(tweet.id)) throw new Error(`the id ${tweet.id} was given twice`);
    const posted: ModelTweet = {
      ...tweet,
      postedAt: now,
      deletedAt: null,
      deliveredAt: null,
      lateFollowers: new Set(),
    };
    this.tweets.set(posted.id, posted);
    this.user(posted.authorId).tweets.push(posted);
  }

  delete(id: string, now: number): void {
    const tweet = this.tweets.get(id);
    if (tweet !== undefined) tweet.deletedAt ??= now;
  }

  follow(followerId: string, followeeId: string, now: number): void {
    const { follows, everFollowed } = this.user(followerId);
    if (!follows.has(followeeId)) follows.set(followeeId, now);
    everFollowed.add(followeeId);
  }

  unfollow(followerId: string, followeeId: string): void {
    this.user(followerId).follows.delete(followeeId);
  }

  following(userId: string): string[] {
    return [...this.user(userId).follows.keys()].sort(newestFirst);
  }

  followers(userId: string): string[] {
    return [...this.users.values()]
      .filter((user) => user.follows.has(userId))
      .map((user) => user.id)
      .sort(newestFirst);
  }

  /** The standing tweets of a user, newest first. */
  tweetsOf(userId: string): string[] {
    return this.user(userId)
      .tweets.filter((tweet) => tweet.deletedAt === null)
      .map((tweet) => tweet.id)
      .sort(newestFirst);
  }

  /** Own standing tweets and those of the people followed, newest first. */
  home(userId: string): string[] {
    return [userId, ...this.user(userId).follows.keys()].flatMap((author) => this.tweetsOf(author)).sort(newestFirst);
  }

  /** Why `reader` must not be shown `id` now, or null where it may be. `followed`: only people once followed. */
  forbids(reader: string, id: string, now: number, followed: boolean): string | null {
    const tweet = this.tweets.get(id);
    if (tweet === undefined) return "nobody posted it";
    const own = tweet.authorId === reader;
    if (followed && !own && !this.user(reader).everFollowed.has(tweet.authorId)) return "its author was never followed";
    if (tweet.deletedAt === null) return null;
    if (own) return "the reader had deleted it";
    return now - tweet.deletedAt >= VISIBILITY_MS ? `it was deleted ${now - tweet.deletedAt} ms ago` : null;
  }

  /**
   * What somebody who polls home with `since_id` from `since` on must have been shown in the end. Promised is what was
   * delivered while `newest_id` still held back; one's own posts always are.
   */
  mustHavePolled(reader: string, since: number): ModelTweet[] {
    const { follows } = this.user(reader);
    return [...this.tweets.values()].filter((tweet) => {
      if (tweet.deletedAt !== null || tweet.postedAt < since) return false;
      if (tweet.authorId === reader) return true;
      const followedAt = follows.get(tweet.authorId);
      if (followedAt === undefined || followedAt > tweet.postedAt || tweet.lateFollowers.has(reader)) return false;
      return tweet.deliveredAt !== null && tweet.deliveredAt - tweet.postedAt < SETTLE_MS;
    });
  }
}
