import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** The room's tables; a test holds them against migrations/. Private: other rooms use reader.ts. */
export const lists = sqliteTable(
  "lists",
  {
    id: text("id").primaryKey().notNull(),
    ownerId: text("owner_id").notNull(),
    name: text("name").notNull(),
    description: text("description").notNull().default(""),
    private: integer("private").notNull().default(0),
    memberCount: integer("member_count").notNull().default(0),
    followerCount: integer("follower_count").notNull().default(0),
    deletedAt: integer("deleted_at"),
  },
  (table) => [
    index("lists_by_owner")
      .on(table.ownerId, table.id)
      .where(sql`deleted_at IS NULL`),
  ],
);

export const listMembers = sqliteTable(
  "list_members",
  {
    listId: text("list_id").notNull(),
    userId: text("user_id").notNull(),
    state: integer("state").notNull(),
    version: integer("version").notNull(),
  },
  (table) => [primaryKey({ columns: [table.listId, table.userId] })],
);

export const listMemberships = sqliteTable(
  "list_memberships",
  {
    userId: text("user_id").notNull(),
    listId: text("list_id").notNull(),
    state: integer("state").notNull(),
    version: integer("version").notNull(),
  },
  (table) => [primaryKey({ columns: [table.userId, table.listId] })],
);

export const listedCounts = sqliteTable("listed_counts", {
  userId: text("user_id").primaryKey().notNull(),
  listedCount: integer("listed_count").notNull().default(0),
});

export const followedLists = sqliteTable(
  "followed_lists",
  {
    userId: text("user_id").notNull(),
    listId: text("list_id").notNull(),
    state: integer("state").notNull(),
    version: integer("version").notNull(),
  },
  (table) => [primaryKey({ columns: [table.userId, table.listId] })],
);

export const listFollowers = sqliteTable(
  "list_followers",
  {
    listId: text("list_id").notNull(),
    userId: text("user_id").notNull(),
    state: integer("state").notNull(),
    version: integer("version").notNull(),
  },
  (table) => [primaryKey({ columns: [table.listId, table.userId] })],
);

export const pinnedLists = sqliteTable(
  "pinned_lists",
  { userId: text("user_id").notNull(), listId: text("list_id").notNull() },
  (table) => [primaryKey({ columns: [table.userId, table.listId] })],
);
