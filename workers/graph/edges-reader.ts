import { sql, type SQL } from "drizzle-orm";
import { joinActiveUser, protectionOf } from "../accounts/reader.ts";
import type { Ctx } from "../lib/context.ts";
import { blocks, following, followRequests, mutedWords, mutes } from "./tables.ts";

/** What only this room's own routes read. Every function is one query of the shard of the user named first. */

/** Somebody whom one wants to follow. */
export interface FollowTarget {
  readonly protected: boolean;
  /** Blocks who asks. */
  readonly blocks: boolean;
  /** Of that block, ended or not; 0 where there never was one. */
  readonly blockVersion: number;
}

/** `userId` as `followerId` finds them; null where there is no such active user. */
export async function readFollowTarget(ctx: Ctx, userId: string, followerId: string): Promise<FollowTarget | null> {
  const block = sql`FROM ${blocks} WHERE blocker_id = ${userId} AND blocked_id = ${followerId}`;
  const [row] = await read<{ protected: number; block_state: number; block_version: number }>(
    ctx,
    userId,
    sql`SELECT ${protectionOf(sql`asked.id`).state} AS protected, coalesce((SELECT state ${block}), 0) AS block_state,
        coalesce((SELECT version ${block}), 0) AS block_version
      FROM (SELECT ${userId} AS id) AS asked ${joinActiveUser(sql`asked.id`)}`,
  );
  if (row === undefined) return null;
  return { protected: row.protected === 1, blocks: row.block_state === 1, blockVersion: row.block_version };
}

/** Part of a list in key order, below `before` (exclusive). */
export interface KeyRange {
  readonly before: string;
  readonly count: number;
}

/** Whom `userId` blocks. */
export function readBlockingPage(ctx: Ctx, userId: string, range: KeyRange): Promise<string[]> {
  const where = sql`FROM ${blocks} WHERE blocker_id = ${userId} AND state = 1`;
  return readIds(ctx, userId, sql`blocked_id`, where, range);
}

/** Whom `userId` mutes now. */
export function readMutingPage(ctx: Ctx, userId: string, range: KeyRange): Promise<string[]> {
  const where = sql`FROM ${mutes} WHERE muter_id = ${userId} AND state = 1
    AND (until IS NULL OR until > ${ctx.clock.now()})`;
  return readIds(ctx, userId, sql`muted_id`, where, range);
}

/** Who waits for `userId`'s leave to follow; those blocked meanwhile do not. */
export function readRequestersPage(ctx: Ctx, userId: string, range: KeyRange): Promise<string[]> {
  const where = sql`FROM ${followRequests} WHERE user_id = ${userId} AND state = 1
    AND NOT EXISTS (SELECT 1 FROM ${blocks}
      WHERE blocker_id = ${userId} AND blocked_id = requester_id AND ${blocks.state} = 1)`;
  return readIds(ctx, userId, sql`requester_id`, where, range);
}

/** Part of a list in key order, behind `after` (exclusive). */
export interface KeyWalk {
  readonly after: string;
  readonly count: number;
}

/** Whom `userId` follows or asks to. */
export function walkFollowing(ctx: Ctx, userId: string, walk: KeyWalk): Promise<string[]> {
  const where = sql`FROM ${following} WHERE follower_id = ${userId} AND state <> 0`;
  return walkIds(ctx, userId, sql`followee_id`, where, walk);
}

/** Who ever asked to follow `userId` and whose follow has not changed since. */
export function walkRequesters(ctx: Ctx, userId: string, walk: KeyWalk): Promise<string[]> {
  return walkIds(ctx, userId, sql`requester_id`, sql`FROM ${followRequests} WHERE user_id = ${userId}`, walk);
}

async function walkIds(ctx: Ctx, userId: string, column: SQL, where: SQL, walk: KeyWalk): Promise<string[]> {
  const rows = await read<{ id: string }>(
    ctx,
    userId,
    sql`SELECT ${column} AS id ${where} AND ${column} > ${walk.after} ORDER BY ${column} LIMIT ${walk.count}`,
  );
  return rows.map((row) => row.id);
}

async function readIds(ctx: Ctx, userId: string, column: SQL, where: SQL, range: KeyRange): Promise<string[]> {
  const rows = await read<{ id: string }>(
    ctx,
    userId,
    sql`SELECT ${column} AS id ${where} AND ${column} < ${range.before} ORDER BY ${column} DESC LIMIT ${range.count}`,
  );
  return rows.map((row) => row.id);
}

/** The words that `userId` mutes now -> until when (Unix milliseconds), or null. */
export async function readMutedWords(ctx: Ctx, userId: string): Promise<Map<string, number | null>> {
  const rows = await read<{ word: string; until: number | null }>(
    ctx,
    userId,
    sql`SELECT each_word.key AS word, each_word.value AS until
      FROM ${mutedWords} JOIN json_each(${mutedWords.words}) AS each_word
      WHERE ${mutedWords.userId} = ${userId} AND (each_word.value IS NULL OR each_word.value > ${ctx.clock.now()})
      ORDER BY each_word.key`,
  );
  return new Map(rows.map((row) => [row.word, row.until]));
}

const read = <Row>(ctx: Ctx, userId: string, query: SQL): Promise<Row[]> =>
  ctx.dependencies.guard(`shard:${ctx.shards.indexOf(userId)}`, () => ctx.dbOf(userId).all<Row>(query));
