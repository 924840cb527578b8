import { sql, type SQL } from "drizzle-orm";
import { joinActiveUser, userColumns, userOfRow, type User, type UserRow } from "../accounts/reader.ts";
import { engagementCountColumns, joinEngagementCounts, type EngagementCountsRow } from "../engagement/reader.ts";
import { followCountColumns, joinFollowCounts } from "../graph/reader.ts";
import { BoundedMap } from "../lib/bounded-map.ts";
import { groupBy } from "../lib/concurrency.ts";
import { perIsolate, type Ctx } from "../lib/context.ts";
import { DependencyFailed } from "../lib/dependency.ts";
import { joinListedCount, listedCountColumn } from "../lists/reader.ts";
import {
  joinReferenceCounts,
  joinStandingTweet,
  joinTweetCount,
  referenceCountColumns,
  tweetAuthorId,
  tweetColumns,
  tweetCountColumn,
  tweetOfRow,
} from "../tweets/reader.ts";
import type { ReferenceCountsRow, Tweet, TweetRow } from "../tweets/reader.ts";
import { visibilityOf } from "./visibility.ts";

/** A user's counts, as the rooms that count keep them. */
export interface UserCounts {
  readonly followersCount: number;
  readonly followingCount: number;
  readonly tweetCount: number;
  readonly listedCount: number;
}
export interface CountsRow {
  readonly followers_count: number;
  readonly following_count: number;
  readonly tweet_count: number;
  readonly listed_count: number;
}

/** What others did with a tweet, as far as it is counted. */
export interface TweetMetrics {
  readonly replyCount: number;
  readonly retweetCount: number;
  readonly quoteCount: number;
  readonly likeCount: number;
  readonly bookmarkCount: number;
}
type MetricsRow = ReferenceCountsRow & EngagementCountsRow;

/** A tweet with its author, before any rule: who may see it is decided in rules.ts. */
export interface TweetView {
  readonly tweet: Tweet;
  readonly author: User;
  readonly counts: UserCounts;
  readonly metrics: TweetMetrics;
  /** The default form on the wire, made once (present.ts). */
  json?: string;
}

interface Remembered {
  readonly view: TweetView;
  readonly readAt: number;
}

const memoryOf = perIsolate((runtime) => {
  const memory = new BoundedMap<string, Remembered>(runtime.limits.CONTENT_CACHE_ENTRIES);
  visibilityOf(runtime).onForgotten({
    tweet: (id) => memory.delete(id),
    everything: () => memory.clear(),
  });
  return memory;
});

export interface HydratedTweets {
  /** Standing tweets of active authors, by id. */
  readonly views: ReadonlyMap<string, TweetView>;
  /** Ids whose shard did not answer. */
  readonly unread: ReadonlySet<string>;
  readonly failed: readonly string[];
}

export interface HydrateOptions {
  /** Tweets of this author are always read anew: a deletion shows at once to whoever acts, in every isolate. */
  readonly own: string | null;
  /** True where an act depends on it: nothing remembered counts. */
  readonly fresh?: boolean;
  /** Dependencies that failed this request already, so that none costs it a second deadline. */
  readonly without?: ReadonlySet<string>;
}

/**
 * Tweets by id, with their authors and counts; deleted ones are not in the map, and no rule was applied. At most one D1
 * query a shard, none where everything is remembered and the shard's visibility log was read within
 * VISIBILITY_CACHE_SECONDS.
 */
export async function hydrateTweets(ctx: Ctx, ids: Iterable<string>, options: HydrateOptions): Promise<HydratedTweets> {
  const byShard = groupBy(new Set(ids), (id) => ctx.shards.indexOf(id));
  const views = new Map<string, TweetView>();
  const unread = new Set<string>();
  const failed: string[] = [];
  await Promise.all(
    [...byShard].map(async ([index, wanted]) => {
      if (options.without?.has(`shard:${index}`) === true) return wanted.forEach((id) => unread.add(id));
      try {
        await hydrateShard(ctx, index, wanted, { views, options });
      } catch (error) {
        if (!(error instanceof DependencyFailed)) throw error;
        failed.push(error.dependency);
        for (const id of wanted) unread.add(id);
      }
    }),
  );
  return { views, unread, failed };
}

async function hydrateShard(
  ctx: Ctx,
  index: number,
  ids: readonly string[],
  into: { views: Map<string, TweetView>; options: HydrateOptions },
): Promise<void> {
  const memory = memoryOf(ctx.runtime);
  const visibility = visibilityOf(ctx.runtime);
  const now = ctx.clock.now();
  const freshSince = now - ctx.limits.CONTENT_CACHE_SECONDS * 1000;
  const recall = (id: string): TweetView | null => {
    const found = memory.get(id);
    if (found === undefined || found.readAt < freshSince || into.options.fresh === true) return null;
    if (found.view.author.id === into.options.own) return null;
    return visibility.changedSince(found.view.author.id, found.readAt) ? null : found.view;
  };
  const asked = new Set<string>();
  const unknown = () => ids.filter((id) => !asked.has(id) && recall(id) === null);
  // With something to read the log comes in the same query; without, it is read alone where it is due.
  const known = ids.map((id) => recall(id));
  if (!known.includes(null) && !visibility.isDue(ctx, index)) {
    for (const view of known) if (view !== null) into.views.set(view.tweet.id, view);
    return;
  }
  if (!known.includes(null)) await visibility.freshen(ctx, index);
  // Another shard's log may make this isolate forget everything while a query runs: what was known then is asked for, too.
  for (let missing = unknown(); missing.length > 0; missing = unknown()) {
    for (const id of missing) asked.add(id);
    const { rows, current } = await visibility.readWithLog<TweetRow & UserRow & CountsRow & MetricsRow>(
      ctx,
      index,
      tweetsQuery(missing),
    );
    for (const row of rows) {
      const view = {
        tweet: tweetOfRow(row),
        author: userOfRow(row),
        counts: countsOfRow(row),
        metrics: metricsOfRow(row),
      };
      if (current) memory.set(view.tweet.id, { view, readAt: now });
      into.views.set(view.tweet.id, view);
    }
  }
  for (const id of ids) {
    const view = asked.has(id) ? null : recall(id);
    if (view !== null) into.views.set(id, view);
  }
}

export function countsOfRow(row: CountsRow): UserCounts {
  return {
    followersCount: row.followers_count,
    followingCount: row.following_count,
    tweetCount: row.tweet_count,
    listedCount: row.listed_count,
  };
}

const metricsOfRow = (row: MetricsRow): TweetMetrics => ({
  replyCount: row.reply_count,
  retweetCount: row.retweet_count,
  quoteCount: row.quote_count,
  likeCount: row.like_count,
  bookmarkCount: row.bookmark_count,
});

const tweetsQuery = (ids: readonly string[]): SQL => sql`
  SELECT ${tweetColumns}, ${userColumns}, ${followCountColumns}, ${tweetCountColumn}, ${listedCountColumn},
    ${referenceCountColumns}, ${engagementCountColumns}
  FROM json_each(${JSON.stringify(ids)}) AS asked
  ${joinStandingTweet(sql`asked.value`)}
  ${joinActiveUser(tweetAuthorId)}
  ${joinFollowCounts(tweetAuthorId)}
  ${joinTweetCount(tweetAuthorId)}
  ${joinListedCount(tweetAuthorId)}
  ${joinReferenceCounts(sql`asked.value`)}
  ${joinEngagementCounts(sql`asked.value`)}`;
