import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** The room's tables; a test holds them against migrations/. Private: other rooms use reader.ts. */
const forward = {
  userId: text("user_id").notNull(),
  tweetId: text("tweet_id").notNull(),
  state: integer("state").notNull(),
  version: integer("version").notNull(),
};
const backward = {
  tweetId: text("tweet_id").notNull(),
  userId: text("user_id").notNull(),
  state: integer("state").notNull(),
  version: integer("version").notNull(),
};

export const likes = sqliteTable("likes", forward, (table) => [primaryKey({ columns: [table.userId, table.tweetId] })]);
export const likers = sqliteTable("likers", backward, (table) => [
  primaryKey({ columns: [table.tweetId, table.userId] }),
]);
export const bookmarks = sqliteTable("bookmarks", forward, (table) => [
  primaryKey({ columns: [table.userId, table.tweetId] }),
]);
export const bookmarkers = sqliteTable("bookmarkers", backward, (table) => [
  primaryKey({ columns: [table.tweetId, table.userId] }),
]);

export const bookmarkFolders = sqliteTable(
  "bookmark_folders",
  { userId: text("user_id").notNull(), id: text("id").notNull(), name: text("name").notNull() },
  (table) => [primaryKey({ columns: [table.userId, table.id] })],
);

export const bookmarkFolderItems = sqliteTable(
  "bookmark_folder_items",
  { userId: text("user_id").notNull(), folderId: text("folder_id").notNull(), tweetId: text("tweet_id").notNull() },
  (table) => [primaryKey({ columns: [table.userId, table.folderId, table.tweetId] })],
);

export const engagementCounts = sqliteTable("engagement_counts", {
  tweetId: text("tweet_id").primaryKey().notNull(),
  likeCount: integer("like_count").notNull().default(0),
  bookmarkCount: integer("bookmark_count").notNull().default(0),
});

/** Where each kind of edge between a user and a tweet is kept, and which column counts it. */
export const EDGES = {
  like: { forward: likes, backward: likers, count: "like_count" },
  bookmark: { forward: bookmarks, backward: bookmarkers, count: "bookmark_count" },
} as const;
export type EdgeKind = keyof typeof EDGES;
