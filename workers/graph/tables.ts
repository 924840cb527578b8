import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** The room's tables; a test holds them against migrations/. Private: other rooms use reader.ts. */
export const following = sqliteTable(
  "following",
  {
    followerId: text("follower_id").notNull(),
    followeeId: text("followee_id").notNull(),
    state: integer("state").notNull(),
    version: integer("version").notNull(),
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
