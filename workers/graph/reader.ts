import { sql, type SQL } from "drizzle-orm";
import type { Ctx } from "../lib/context.ts";
import { ID_MIN } from "../lib/snowflake.ts";
import { followCounts, followers, following } from "./tables.ts";

/** Scalar SQL: how many follow `userId`; for use inside another query of that user's shard. */
export const followersCountOf = (userId: string): SQL =>
  sql`coalesce((SELECT followers_count FROM ${followCounts} WHERE user_id = ${userId}), 0)`;

/** ` LEFT JOIN` that gives `followCountColumns` for the user `userId`; 0 where the row is absent. */
export const joinFollowCounts = (userId: SQL): SQL =>
  sql`LEFT JOIN ${followCounts} ON ${followCounts.userId} = ${userId}`;
export const followCountColumns: SQL = sql`
  coalesce(${followCounts.followersCount}, 0) AS followers_count,
  coalesce(${followCounts.followingCount}, 0) AS following_count`;

/** Everyone `userId` follows, with the version of each edge. One query, of the user's own shard. */
export async function readFollowing(ctx: Ctx, userId: string): Promise<Map<string, number>> {
  const rows = await ctx.dbOf(userId).all<{ id: string; version: number }>(sql`
    SELECT ${following.followeeId} AS id, ${following.version} FROM ${following}
    WHERE ${following.followerId} = ${userId} AND ${following.state} = 1`);
  return new Map(rows.map((row) => [row.id, row.version]));
}

/**
 * Every edge `userId` ever made, ended ones too: whoever keeps a copy must know their versions, or a late event of an
 * earlier follow would count as news. One query, of the user's own shard.
 */
export async function readFollowStates(
  ctx: Ctx,
  userId: string,
): Promise<Map<string, { state: 0 | 1; version: number }>> {
  const rows = await ctx.dbOf(userId).all<{ id: string; state: 0 | 1; version: number }>(sql`
    SELECT ${following.followeeId} AS id, ${following.state}, ${following.version} FROM ${following}
    WHERE ${following.followerId} = ${userId}`);
  return new Map(rows.map(({ id, state, version }) => [id, { state, version }]));
}

/** A page of whom `userId` follows, in key order below `before` (exclusive). */
export async function readFollowingPage(
  ctx: Ctx,
  userId: string,
  page: { before: string; count: number },
): Promise<string[]> {
  const rows = await ctx.dbOf(userId).all<{ id: string }>(sql`
    SELECT ${following.followeeId} AS id FROM ${following}
    WHERE ${following.followerId} = ${userId} AND ${following.state} = 1 AND ${following.followeeId} < ${page.before}
    ORDER BY ${following.followeeId} DESC LIMIT ${page.count}`);
  return rows.map((row) => row.id);
}

/** Where a walk through followers stands: the last one served, by the key's order. */
export interface FollowerKey {
  readonly shard: number;
  readonly id: string;
}
export const FOLLOWERS_START: FollowerKey = { shard: -1, id: ID_MIN };

/**
 * The next `count` followers of `userId` behind `after`, whose logical shards lie in `range` (both ends included): their
 * ids in key order. One query, of the followed user's shard.
 */
export async function readFollowersPage(
  ctx: Ctx,
  userId: string,
  page: { after: FollowerKey; range: { first: number; last: number }; count: number },
): Promise<FollowerKey[]> {
  const { after, range, count } = page;
  const rows = await ctx.dbOf(userId).all<{ shard: number; id: string }>(sql`
    SELECT ${followers.followerShard} AS shard, ${followers.followerId} AS id FROM ${followers}
    WHERE ${followers.followeeId} = ${userId}
      AND ${followers.followerShard} BETWEEN ${range.first} AND ${range.last}
      AND (${followers.followerShard}, ${followers.followerId}) > (${after.shard}, ${after.id})
      AND ${followers.state} = 1
    ORDER BY ${followers.followerShard}, ${followers.followerId} LIMIT ${count}`);
  return rows.map((row) => ({ shard: row.shard, id: row.id }));
}

/** Of `others`, whom `userId` follows and who follows `userId`. One query, of the user's own shard. */
export async function readRelations(
  ctx: Ctx,
  userId: string,
  others: readonly string[],
): Promise<{ following: Set<string>; followedBy: Set<string> }> {
  const asked = JSON.stringify(others);
  const rows = await ctx.dbOf(userId).all<{ id: string; way: string }>(sql`
    SELECT ${following.followeeId} AS id, 'out' AS way FROM ${following}
    WHERE ${following.followerId} = ${userId} AND ${following.state} = 1
      AND ${following.followeeId} IN (SELECT value FROM json_each(${asked}))
    UNION ALL
    SELECT ${followers.followerId}, 'in' FROM json_each(${asked}) AS asked
    JOIN ${followers} ON ${followers.followeeId} = ${userId} AND ${followers.state} = 1
      AND ${followers.followerShard} = (CAST(asked.value AS INTEGER) >> 12) & 1023
      AND ${followers.followerId} = asked.value`);
  const pick = (way: string) => new Set(rows.filter((row) => row.way === way).map((row) => row.id));
  return { following: pick("out"), followedBy: pick("in") };
}
