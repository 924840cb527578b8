import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** The room's tables; a test holds them against migrations/. Private: other rooms use reader.ts. */
export const readers = sqliteTable("readers", {
  userId: text("user_id").primaryKey().notNull(),
  seenAt: integer("seen_at").notNull(),
});
