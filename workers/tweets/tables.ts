import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** How a tweet was sent: pushed to readers of 14 days, of 24 hours, of 24 hours and pulled, or pulled only. */
export const TWEET_TIERS = ["push", "active", "both", "pull"] as const;

/** The room's tables; a test holds them against migrations/. Private: other rooms use reader.ts. */
export const tweets = sqliteTable(
  "tweets",
  {
    id: text("id").primaryKey().notNull(),
    authorId: text("author_id").notNull(),
    text: text("text").notNull(),
    entities: text("entities"),
    tier: text("tier", { enum: TWEET_TIERS }).notNull(),
    deletedAt: integer("deleted_at"),
    conversationId: text("conversation_id"),
    replyToId: text("reply_to_id"),
    replyToUserId: text("reply_to_user_id"),
    ancestors: text("ancestors"),
    quotedId: text("quoted_id"),
    quotedUserId: text("quoted_user_id"),
    retweetedId: text("retweeted_id"),
    retweetedUserId: text("retweeted_user_id"),
    replySettings: text("reply_settings", { enum: ["mentionedUsers", "following"] }),
  },
  (table) => [
    index("tweets_by_author")
      .on(table.authorId, table.id, table.replyToUserId, table.retweetedId, table.retweetedUserId)
      .where(sql`deleted_at IS NULL`),
  ],
);

export const authors = sqliteTable(
  "authors",
  {
    userId: text("user_id").primaryKey().notNull(),
    tweetCount: integer("tweet_count").notNull().default(0),
    newestTweetId: text("newest_tweet_id").notNull().default("0000000000000000000"),
    tier: text("tier", { enum: ["push", "active", "pull"] })
      .notNull()
      .default("push"),
    pullListed: integer("pull_listed").notNull().default(0),
    pullKnownAt: integer("pull_known_at"),
    newestPullOnlyId: text("newest_pull_only_id"),
  },
  (table) => [
    index("authors_pull_listed")
      .on(table.userId)
      .where(sql`pull_listed = 1`),
  ],
);

export const mentions = sqliteTable(
  "mentions",
  { userId: text("user_id").notNull(), tweetId: text("tweet_id").notNull() },
  (table) => [primaryKey({ columns: [table.userId, table.tweetId] })],
);

export const tweetCounts = sqliteTable("tweet_counts", {
  tweetId: text("tweet_id").primaryKey().notNull(),
  replyCount: integer("reply_count").notNull().default(0),
  retweetCount: integer("retweet_count").notNull().default(0),
  quoteCount: integer("quote_count").notNull().default(0),
});

export const tweetReferences = sqliteTable(
  "tweet_references",
  {
    targetId: text("target_id").notNull(),
    kind: text("kind", { enum: ["reply", "quote"] }).notNull(),
    byOther: integer("by_other").notNull(),
    tweetId: text("tweet_id").notNull(),
    authorId: text("author_id").notNull(),
    authorVersion: integer("author_version").notNull(),
    open: integer("open").notNull(),
    deleted: integer("deleted").notNull().default(0),
    hidden: integer("hidden").notNull().default(0),
  },
  (table) => [primaryKey({ columns: [table.targetId, table.kind, table.byOther, table.tweetId] })],
);

export const retweets = sqliteTable(
  "retweets",
  {
    userId: text("user_id").notNull(),
    tweetId: text("tweet_id").notNull(),
    retweetId: text("retweet_id").notNull(),
    state: integer("state").notNull(),
    version: integer("version").notNull(),
  },
  (table) => [primaryKey({ columns: [table.userId, table.tweetId] })],
);

export const retweeters = sqliteTable(
  "retweeters",
  {
    tweetId: text("tweet_id").notNull(),
    userId: text("user_id").notNull(),
    retweetId: text("retweet_id").notNull(),
    state: integer("state").notNull(),
    version: integer("version").notNull(),
  },
  (table) => [primaryKey({ columns: [table.tweetId, table.userId] })],
);
