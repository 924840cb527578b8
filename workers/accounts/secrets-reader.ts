import { sql } from "drizzle-orm";
import type { Ctx } from "../lib/context.ts";
import { logicalShardOfUsername } from "../lib/shards.ts";
import { credentials, refreshTokens, users } from "./tables.ts";

/** What log-in and refresh read. Private to the room: no other one has business with it. */
export interface Credentials {
  readonly userId: string;
  readonly passwordHash: string;
}

export interface FamilyToken {
  readonly tokenHash: string;
  /** Unix milliseconds. */
  readonly expiresAt: number;
  /** Unix milliseconds; null while the token has not been used. */
  readonly spentAt: number | null;
}

/** The credentials of whoever has `username`, active or not; null where nobody has it. */
export async function readCredentials(ctx: Ctx, username: string): Promise<Credentials | null> {
  const key = username.toLowerCase();
  const index = ctx.shards.indexOfLogical(logicalShardOfUsername(key));
  const rows = await ctx.dependencies.guard(`shard:${index}`, () =>
    ctx.dbAt(index).all<Credentials>(sql`
      SELECT ${users.id} AS "userId", ${credentials.passwordHash} AS "passwordHash"
      FROM ${users} JOIN ${credentials} ON ${credentials.userId} = ${users.id}
      WHERE ${users.usernameKey} = ${key}`),
  );
  return rows[0] ?? null;
}

/** Whether `userId` is active, and the hash of their password; null where it is gone with the account. */
export async function readOwnPassword(
  ctx: Ctx,
  userId: string,
): Promise<{ active: boolean; passwordHash: string | null }> {
  const [row] = await ctx.dependencies.guard(`shard:${ctx.shards.indexOf(userId)}`, () =>
    ctx.dbOf(userId).all<{ state: string; password_hash: string | null }>(sql`
      SELECT ${users.state}, ${credentials.passwordHash} FROM ${users}
      LEFT JOIN ${credentials} ON ${credentials.userId} = ${users.id} WHERE ${users.id} = ${userId}`),
  );
  return { active: row?.state === "active", passwordHash: row?.password_hash ?? null };
}

/** A session's tokens, those of an ended or unknown one being none, and whether its user is active. */
export async function readFamily(
  ctx: Ctx,
  userId: string,
  familyId: string,
): Promise<{ tokens: FamilyToken[]; active: boolean }> {
  const rows = await ctx.dependencies.guard(`shard:${ctx.shards.indexOf(userId)}`, () =>
    ctx.dbOf(userId).all<FamilyToken & { state: string }>(sql`
      SELECT ${refreshTokens.tokenHash} AS "tokenHash", ${refreshTokens.expiresAt} AS "expiresAt",
        ${refreshTokens.spentAt} AS "spentAt", ${users.state} AS "state"
      FROM ${refreshTokens} JOIN ${users} ON ${users.id} = ${refreshTokens.userId}
      WHERE ${refreshTokens.userId} = ${userId} AND ${refreshTokens.familyId} = ${familyId}`),
  );
  return { tokens: rows, active: rows[0]?.state === "active" };
}
