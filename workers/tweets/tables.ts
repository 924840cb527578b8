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
  },
  (table) => [
    index("tweets_by_author")
      .on(table.authorId, table.id)
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
