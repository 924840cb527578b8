import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** Tables of the foundations, one set in every shard; a test holds them against migrations/. */
export const outbox = sqliteTable("outbox", {
  id: text("id").primaryKey().notNull(),
  kind: text("kind").notNull(),
  payload: text("payload").notNull(),
  progress: text("progress"),
  attempts: integer("attempts").notNull().default(0),
  nextSweepAt: integer("next_sweep_at").notNull(),
});

export const idempotencyKeys = sqliteTable(
  "idempotency_keys",
  {
    userId: text("user_id").notNull(),
    key: text("key").notNull(),
    requestHash: text("request_hash").notNull(),
    answer: text("answer").notNull(),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.userId, table.key] })],
);

export const visibilityLog = sqliteTable("visibility_log", {
  number: integer("number").primaryKey(),
  kind: text("kind", { enum: ["tweet", "user"] }).notNull(),
  subjectId: text("subject_id").notNull(),
  at: integer("at").notNull(),
});
