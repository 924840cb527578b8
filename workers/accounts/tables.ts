import { integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";

/** The room's tables; a test holds them against migrations/. Private: other rooms use reader.ts. */
export const users = sqliteTable(
  "users",
  {
    id: text("id").primaryKey().notNull(),
    username: text("username").notNull(),
    usernameKey: text("username_key").notNull(),
    name: text("name").notNull(),
    description: text("description").notNull().default(""),
    location: text("location").notNull().default(""),
    url: text("url").notNull().default(""),
    email: text("email"),
    protected: integer("protected", { mode: "boolean" }).notNull().default(false),
    state: text("state", { enum: ["active", "deactivated"] })
      .notNull()
      .default("active"),
    protectedVersion: integer("protected_version").notNull().default(0),
  },
  (table) => [uniqueIndex("users_by_username_key").on(table.usernameKey)],
);

export const credentials = sqliteTable("credentials", {
  userId: text("user_id").primaryKey().notNull(),
  passwordHash: text("password_hash").notNull(),
});

export const refreshTokens = sqliteTable(
  "refresh_tokens",
  {
    userId: text("user_id").notNull(),
    familyId: text("family_id").notNull(),
    tokenHash: text("token_hash").notNull(),
    expiresAt: integer("expires_at").notNull(),
    spentAt: integer("spent_at"),
  },
  (table) => [primaryKey({ columns: [table.userId, table.familyId, table.tokenHash] })],
);
