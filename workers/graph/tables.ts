import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** The room's tables; a test holds them against migrations/. Private: other rooms use reader.ts. */

export const following = sqliteTable(
  "following",
  {
    followerId: text("follower_id").notNull(),
    followeeId: text("followee_id").notNull(),
    state: integer("state").notNull(),
    version: integer("version").notNull(),
    seenBlock: integer("seen_block").notNull().default(0),
  },
  (table) => [primaryKey({ columns: [table.followerId, table.followeeId] })],
);

export const followers = sqliteTable(
  "followers",
  {
    followeeId: text("followee_id").notNull(),
    followerShard: integer("follower_shard").notNull(),
    followerId: text("follower_id").notNull(),
    state: integer("state").notNull(),
    version: integer("version").notNull(),
  },
  (table) => [primaryKey({ columns: [table.followeeId, table.followerShard, table.followerId] })],
);

export const followCounts = sqliteTable("follow_counts", {
  userId: text("user_id").primaryKey().notNull(),
  followingCount: integer("following_count").notNull().default(0),
  followersCount: integer("followers_count").notNull().default(0),
});

export const followRequests = sqliteTable(
  "follow_requests",
  {
    userId: text("user_id").notNull(),
    requesterId: text("requester_id").notNull(),
    state: integer("state").notNull(),
    version: integer("version").notNull(),
  },
  (table) => [primaryKey({ columns: [table.userId, table.requesterId] })],
);

export const blocks = sqliteTable(
  "blocks",
  {
    blockerId: text("blocker_id").notNull(),
    blockedId: text("blocked_id").notNull(),
    state: integer("state").notNull(),
    version: integer("version").notNull(),
  },
  (table) => [primaryKey({ columns: [table.blockerId, table.blockedId] })],
);

export const blockedBy = sqliteTable(
  "blocked_by",
  {
    userId: text("user_id").notNull(),
    blockerId: text("blocker_id").notNull(),
    state: integer("state").notNull(),
    version: integer("version").notNull(),
  },
  (table) => [primaryKey({ columns: [table.userId, table.blockerId] })],
);

export const mutes = sqliteTable(
  "mutes",
  {
    muterId: text("muter_id").notNull(),
    mutedId: text("muted_id").notNull(),
    state: integer("state").notNull(),
    version: integer("version").notNull(),
    until: integer("until"),
  },
  (table) => [primaryKey({ columns: [table.muterId, table.mutedId] })],
);

export const mutedWords = sqliteTable("muted_words", {
  userId: text("user_id").primaryKey().notNull(),
  words: text("words").notNull(),
  version: integer("version").notNull(),
});
