import { sql, type SQL } from "drizzle-orm";
import type { Ctx } from "../lib/context.ts";
import { groupBy } from "../lib/concurrency.ts";
import { logicalShardOfUsername } from "../lib/shards.ts";
import { users } from "./tables.ts";

/** A user's own facts, as stored. Counts belong to the rooms that count. */
export interface User {
  readonly id: string;
  readonly username: string;
  readonly name: string;
  readonly description: string;
  readonly location: string;
  readonly url: string;
  readonly protected: boolean;
}

/** A row that holds `userColumns`. */
export interface UserRow {
  readonly user_id: string;
  readonly username: string;
  readonly user_name: string;
  readonly user_description: string;
  readonly user_location: string;
  readonly user_url: string;
  readonly user_protected: number;
}

/** What a query must select from `users` for `userOfRow`. */
export const userColumns: SQL = sql`
  ${users.id} AS user_id, ${users.username} AS username, ${users.name} AS user_name,
  ${users.description} AS user_description, ${users.location} AS user_location,
  ${users.url} AS user_url, ${users.protected} AS user_protected`;

/** ` JOIN users` on `userId`, active accounts only. */
export const joinActiveUser = (userId: SQL): SQL =>
  sql`JOIN ${users} ON ${users.id} = ${userId} AND ${users.state} = 'active'`;

export function userOfRow(row: UserRow): User {
  return {
    id: row.user_id,
    username: row.username,
    name: row.user_name,
    description: row.user_description,
    location: row.user_location,
    url: row.user_url,
    protected: row.user_protected === 1,
  };
}

/** A condition for the first statement of every write batch: the acting user is active. */
export const isActive = (userId: string): SQL =>
  sql`EXISTS (SELECT 1 FROM ${users} WHERE ${users.id} = ${userId} AND ${users.state} = 'active')`;

/** A condition: the account of `userId` is deleted, for good. */
export const isDeactivated = (userId: string): SQL =>
  sql`EXISTS (SELECT 1 FROM ${users} WHERE ${users.id} = ${userId} AND ${users.state} = 'deactivated')`;

/** Scalar SQL: whether `userId` is protected, with the version of that; for use inside another query of that user's shard. */
export const protectionOf = (userId: SQL): { state: SQL; version: SQL } => ({
  state: sql`coalesce((SELECT protected FROM ${users} AS owner WHERE owner.id = ${userId}), 0)`,
  version: sql`coalesce((SELECT protected_version FROM ${users} AS owner WHERE owner.id = ${userId}), 0)`,
});

/** Ids of active users by lower-cased username; names that nobody has are absent. One query a database. */
export async function readUserIdsByUsername(ctx: Ctx, usernames: readonly string[]): Promise<Map<string, string>> {
  const keys = [...new Set(usernames.map((name) => name.toLowerCase()))];
  const byShard = groupBy(keys, (key) => ctx.shards.indexOfLogical(logicalShardOfUsername(key)));
  const found = new Map<string, string>();
  await Promise.all(
    [...byShard].map(async ([index, names]) => {
      const rows = await ctx.dependencies.guard(`shard:${index}`, () =>
        ctx.dbAt(index).all<{ username_key: string; id: string }>(sql`
          SELECT ${users.usernameKey}, ${users.id} FROM ${users}
          WHERE ${users.usernameKey} IN (SELECT value FROM json_each(${JSON.stringify(names)}))
            AND ${users.state} = 'active'`),
      );
      for (const row of rows) found.set(row.username_key, row.id);
    }),
  );
  return found;
}

/** Which of `ids` are active users. One query a database. */
export async function readActiveUserIds(ctx: Ctx, ids: readonly string[]): Promise<Set<string>> {
  const byShard = groupBy(ids, (id) => ctx.shards.indexOf(id));
  const found = new Set<string>();
  await Promise.all(
    [...byShard].map(async ([index, wanted]) => {
      const rows = await ctx.dependencies.guard(`shard:${index}`, () =>
        ctx.dbAt(index).all<{ id: string }>(sql`
          SELECT ${users.id} FROM ${users}
          WHERE ${users.id} IN (SELECT value FROM json_each(${JSON.stringify(wanted)})) AND ${users.state} = 'active'`),
      );
      for (const row of rows) found.add(row.id);
    }),
  );
  return found;
}
