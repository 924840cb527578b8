import { sql, type SQL } from "drizzle-orm";
import type { Ctx } from "../lib/context.ts";
import { ID_MIN } from "../lib/snowflake.ts";
import { FOLLOWING, REQUESTED } from "./events.ts";
import { blockedBy, blocks, followCounts, followers, following, mutedWords, mutes } from "./tables.ts";

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
 * earlier follow would count as news. Who has only asked does not follow. One query, of the user's own shard.
 */
export async function readFollowStates(
  ctx: Ctx,
  userId: string,
): Promise<Map<string, { state: 0 | 1; version: number }>> {
  const rows = await ctx.dbOf(userId).all<{ id: string; state: 0 | 1; version: number }>(sql`
    SELECT ${following.followeeId} AS id, ${following.state} = ${FOLLOWING} AS state, ${following.version}
    FROM ${following} WHERE ${following.followerId} = ${userId}`);
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

/** A key as the text that messages and progress keep it by, in the order of keys. */
export const cursorOfFollower = ({ shard, id }: FollowerKey): string => `${String(shard).padStart(4, "0")}:${id}`;

/** The key of such a text; the start, of "". */
export function followerOfCursor(cursor: string): FollowerKey {
  const [shard, id] = cursor.split(":");
  return shard === undefined || id === undefined ? FOLLOWERS_START : { shard: Number(shard), id };
}

/**
 * The next `count` followers of `userId` behind `after`, whose logical shards lie in `range` (both ends included): their
 * ids in key order. One query, of the followed user's shard.
 */
export async function readFollowersPage(
  ctx: Ctx,
  userId: string,
  page: { after: FollowerKey; range: { first: number; last: number }; count: number },
): Promise<FollowerKey[]> {
  const { range, count } = page;
  // With a second lower bound SQLite begins at the range's start, and a page reads all pages before it.
  const after = page.after.shard < range.first ? { shard: range.first, id: "" } : page.after;
  const rows = await ctx.dbOf(userId).all<{ shard: number; id: string }>(sql`
    SELECT ${followers.followerShard} AS shard, ${followers.followerId} AS id FROM ${followers}
    WHERE ${followers.followeeId} = ${userId} AND ${followers.followerShard} <= ${range.last}
      AND (${followers.followerShard}, ${followers.followerId}) > (${after.shard}, ${after.id})
      AND ${followers.state} = 1
    ORDER BY ${followers.followerShard}, ${followers.followerId} LIMIT ${count}`);
  return rows.map((row) => ({ shard: row.shard, id: row.id }));
}

/** How one user stands to another. */
export interface Standing {
  readonly following: boolean;
  /** Has asked to follow, and waits for an answer. */
  readonly requested: boolean;
  readonly followedBy: boolean;
  readonly blocking: boolean;
  readonly blockedBy: boolean;
  /** False once the mute has ended. */
  readonly muting: boolean;
}

/** A row that holds `standingColumns`. */
export interface StandingRow {
  readonly standings: string;
}

/**
 * What a query of `viewerId`'s shard must select for `standingsOfRow`: of each user asked about, the edges that stand, each
 * looked up by its key.
 */
export const standingColumns = (viewerId: string, userIds: readonly string[]): SQL => sql`(
  SELECT json_group_array(json_array(asked.value,
    (SELECT state FROM ${following} WHERE follower_id = ${viewerId} AND followee_id = asked.value),
    (SELECT state FROM ${followers} WHERE followee_id = ${viewerId}
      AND follower_shard = (CAST(asked.value AS INTEGER) >> 12) & 1023 AND follower_id = asked.value),
    (SELECT state FROM ${blocks} WHERE blocker_id = ${viewerId} AND blocked_id = asked.value),
    (SELECT state FROM ${blockedBy} WHERE user_id = ${viewerId} AND blocker_id = asked.value),
    (SELECT coalesce(until, ${MUTED_FOR_GOOD}) FROM ${mutes}
      WHERE muter_id = ${viewerId} AND muted_id = asked.value AND state = 1)))
  FROM json_each(${JSON.stringify(userIds)}) AS asked) AS standings`;

/** Unix milliseconds that no clock reaches. */
const MUTED_FOR_GOOD = Number.MAX_SAFE_INTEGER;

type EdgeState = number | null;

/** The standing to each of `userIds`, every one of whom is in the map. @param now Unix milliseconds, for mutes that end. */
export function standingsOfRow(
  row: StandingRow | undefined,
  userIds: readonly string[],
  now: number,
): Map<string, Standing> {
  const found = JSON.parse(row?.standings ?? "[]") as [string, EdgeState, EdgeState, EdgeState, EdgeState, EdgeState][];
  const edges = new Map(found.map(([userId, ...states]) => [userId, states]));
  return new Map(
    userIds.map((userId) => {
      const [follow, followed, block, blocked, mutedUntil] = edges.get(userId) ?? [];
      const standing: Standing = {
        following: follow === FOLLOWING,
        requested: follow === REQUESTED,
        followedBy: followed === 1,
        blocking: block === 1,
        blockedBy: blocked === 1,
        muting: (mutedUntil ?? now) > now,
      };
      return [userId, standing];
    }),
  );
}

/**
 * How `viewerId` stands to each of `userIds`, every one of whom is in the map. One query, of the viewer's own shard.
 * @param now Unix milliseconds, for mutes that end.
 */
export async function readStandings(
  ctx: Ctx,
  viewerId: string,
  userIds: readonly string[],
  now: number = ctx.clock.now(),
): Promise<Map<string, Standing>> {
  if (userIds.length === 0) return new Map();
  const [row] = await ctx.dbOf(viewerId).all<StandingRow>(sql`SELECT ${standingColumns(viewerId, userIds)}`);
  return standingsOfRow(row, userIds, now);
}

/** The same, and the words that the viewer mutes now (lower-cased); still one query. */
export async function readStandingsAndWords(
  ctx: Ctx,
  viewerId: string,
  userIds: readonly string[],
): Promise<{ standings: Map<string, Standing>; mutedWords: string[] }> {
  const now = ctx.clock.now();
  const [row] = await ctx.dbOf(viewerId).all<StandingRow & { words: string }>(sql`
    SELECT ${standingColumns(viewerId, userIds)}, (
      SELECT json_group_array(word.key) FROM ${mutedWords} JOIN json_each(${mutedWords.words}) AS word
      WHERE ${mutedWords.userId} = ${viewerId} AND (word.value IS NULL OR word.value > ${now})) AS words`);
  return {
    standings: standingsOfRow(row, userIds, now),
    mutedWords: JSON.parse(row?.words ?? "[]") as string[],
  };
}

/** Whom somebody does not want to see, or may not: all that a copy of it must know. */
export interface Hiding {
  readonly standings: readonly HidingEdge[];
  /** null where no word was ever muted. */
  readonly mutedWords: MutedWords | null;
}

export interface HidingEdge {
  readonly userId: string;
  readonly kind: "blocking" | "blockedBy" | "muting";
  readonly state: 0 | 1;
  readonly version: number;
  /** Unix milliseconds at which a mute ends by itself. */
  readonly until: number | null;
}

export interface MutedWords {
  /** Lower-cased word -> Unix milliseconds at which its mute ends by itself, or null. */
  readonly words: Readonly<Record<string, number | null>>;
  readonly version: number;
}

/** Every such edge of `userId` ever made, ended ones too, as with `readFollowStates`. One query, of the user's own shard. */
export async function readHiding(ctx: Ctx, userId: string): Promise<Hiding> {
  const [row] = await ctx.dbOf(userId).all<Record<HidingEdge["kind"] | "words", string | null>>(sql`
    SELECT
      (SELECT json_group_array(json_array(blocked_id, state, version)) FROM ${blocks}
        WHERE blocker_id = ${userId}) AS blocking,
      (SELECT json_group_array(json_array(blocker_id, state, version)) FROM ${blockedBy}
        WHERE user_id = ${userId}) AS "blockedBy",
      (SELECT json_group_array(json_array(muted_id, state, version, until)) FROM ${mutes}
        WHERE muter_id = ${userId}) AS muting,
      (SELECT json_array(json(words), version) FROM ${mutedWords} WHERE user_id = ${userId}) AS words`);
  const edgesOf = (kind: HidingEdge["kind"]): HidingEdge[] => {
    const edges = JSON.parse(row?.[kind] ?? "[]") as [string, 0 | 1, number, (number | null)?][];
    return edges.map(([other, state, version, until = null]) => ({ userId: other, kind, state, version, until }));
  };
  const words = JSON.parse(row?.words ?? "null") as [MutedWords["words"], number] | null;
  return {
    standings: [...edgesOf("blocking"), ...edgesOf("blockedBy"), ...edgesOf("muting")],
    mutedWords: words === null ? null : { words: words[0], version: words[1] },
  };
}
