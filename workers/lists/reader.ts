import { sql, type SQL } from "drizzle-orm";
import { joinActiveUser, userColumns, userOfRow, type User, type UserRow } from "../accounts/reader.ts";
import type { Ctx } from "../lib/context.ts";
import { logicalShardOfId } from "../lib/snowflake.ts";
import {
  followedLists,
  listedCounts,
  listFollowers,
  listMembers,
  listMemberships,
  lists,
  pinnedLists,
} from "./tables.ts";

/** ` LEFT JOIN` that gives `listedCountColumn` for the user `userId`; 0 where the row is absent. */
export const joinListedCount = (userId: SQL): SQL =>
  sql`LEFT JOIN ${listedCounts} ON ${listedCounts.userId} = ${userId}`;
/** In how many lists a user is that anybody may see. */
export const listedCountColumn: SQL = sql`coalesce(${listedCounts.listedCount}, 0) AS listed_count`;

/** A list's own facts, as stored. */
export interface List {
  readonly id: string;
  readonly ownerId: string;
  readonly name: string;
  readonly description: string;
  readonly private: boolean;
  readonly memberCount: number;
  readonly followerCount: number;
}

/** A row that holds `listColumns`. */
export interface ListRow {
  readonly list_id: string;
  readonly owner_id: string;
  readonly list_name: string;
  readonly list_description: string;
  readonly list_private: number;
  readonly member_count: number;
  readonly follower_count: number;
}

/** What a query must select for `listOfRow`. */
export const listColumns: SQL = sql`
  ${lists.id} AS list_id, ${lists.ownerId} AS owner_id, ${lists.name} AS list_name,
  ${lists.description} AS list_description, ${lists.private} AS list_private,
  ${lists.memberCount} AS member_count, ${lists.followerCount} AS follower_count`;

/** ` JOIN lists` on `listId`, without deleted ones. */
export const joinStandingList = (listId: SQL): SQL =>
  sql`JOIN ${lists} ON ${lists.id} = ${listId} AND ${lists.deletedAt} IS NULL`;

export const listOwnerId: SQL = sql`${lists.ownerId}`;

export function listOfRow(row: ListRow): List {
  return {
    id: row.list_id,
    ownerId: row.owner_id,
    name: row.list_name,
    description: row.list_description,
    private: row.list_private === 1,
    memberCount: row.member_count,
    followerCount: row.follower_count,
  };
}

/** What a list's timeline is made from. Who may see it is the read hall's to decide (hydrate/lists.ts). */
export interface ListForTimeline {
  readonly ownerId: string;
  readonly private: boolean;
  readonly owner: User;
  /** In key order; accounts that are not active any more among them. */
  readonly memberIds: readonly string[];
}

/** A standing list of an active owner with all its members, or null. One query, of the list's shard. */
export async function readListForTimeline(ctx: Ctx, listId: string): Promise<ListForTimeline | null> {
  const [row] = await ctx.dbOf(listId).all<UserRow & { owner_id: string; list_private: number; members: string }>(sql`
    SELECT ${lists.ownerId} AS owner_id, ${lists.private} AS list_private, ${userColumns}, (
      SELECT json_group_array(${listMembers.userId}) FROM ${listMembers}
      WHERE ${listMembers.listId} = ${listId} AND ${listMembers.state} = 1) AS members
    FROM ${lists} ${joinActiveUser(listOwnerId)}
    WHERE ${lists.id} = ${listId} AND ${lists.deletedAt} IS NULL`);
  if (row === undefined) return null;
  return {
    ownerId: row.owner_id,
    private: row.list_private === 1,
    owner: userOfRow(row),
    memberIds: JSON.parse(row.members) as string[],
  };
}

/** Part of a list in key order, newest id first. */
export interface IdsBelow {
  /** Exclusive. */
  readonly before: string;
  readonly count: number;
}

async function idsOf(ctx: Ctx, shardOf: string, query: SQL): Promise<string[]> {
  const index = ctx.shards.indexOf(shardOf);
  const rows = await ctx.dependencies.guard(`shard:${index}`, () => ctx.dbAt(index).all<{ id: string }>(query));
  return rows.map((row) => row.id);
}

/** Members of a list. One query, of the list's shard. */
export const readMemberIds = (ctx: Ctx, listId: string, { before, count }: IdsBelow): Promise<string[]> =>
  idsOf(
    ctx,
    listId,
    sql`SELECT ${listMembers.userId} AS id FROM ${listMembers}
      WHERE ${listMembers.listId} = ${listId} AND ${listMembers.userId} < ${before} AND ${listMembers.state} = 1
      ORDER BY ${listMembers.userId} DESC LIMIT ${count}`,
  );

/** Who follows a list. One query, of the list's shard. */
export const readListFollowerIds = (ctx: Ctx, listId: string, { before, count }: IdsBelow): Promise<string[]> =>
  idsOf(
    ctx,
    listId,
    sql`SELECT ${listFollowers.userId} AS id FROM ${listFollowers}
      WHERE ${listFollowers.listId} = ${listId} AND ${listFollowers.userId} < ${before} AND ${listFollowers.state} = 1
      ORDER BY ${listFollowers.userId} DESC LIMIT ${count}`,
  );

/** Standing lists of `ownerId`, private ones too. One query. */
export const readOwnedListIds = (ctx: Ctx, ownerId: string, { before, count }: IdsBelow): Promise<string[]> =>
  idsOf(
    ctx,
    ownerId,
    sql`SELECT ${lists.id} AS id FROM ${lists}
      WHERE ${lists.ownerId} = ${ownerId} AND ${lists.id} < ${before} AND ${lists.deletedAt} IS NULL
      ORDER BY ${lists.id} DESC LIMIT ${count}`,
  );

/**
 * Lists that `userId` is in. Private ones only where `viewerId` could be their owner, by the list's own shard: nobody
 * else is to page through them. One query, of the member's shard.
 */
export const readMembershipIds = (
  ctx: Ctx,
  userId: string,
  viewerId: string | null,
  { before, count }: IdsBelow,
): Promise<string[]> =>
  idsOf(
    ctx,
    userId,
    sql`SELECT ${listMemberships.listId} AS id FROM ${listMemberships}
      WHERE ${listMemberships.userId} = ${userId} AND ${listMemberships.listId} < ${before}
        AND (${listMemberships.state} = ${OPEN} OR (${listMemberships.state} = ${CLOSED}
          AND (CAST(${listMemberships.listId} AS INTEGER) >> 12) & 1023 = ${viewerId === null ? -1 : logicalShardOfId(viewerId)}))
      ORDER BY ${listMemberships.listId} DESC LIMIT ${count}`,
  );

/** Lists that `userId` follows, whether they may still see them or not. One query, of the follower's shard. */
export const readFollowedListIds = (ctx: Ctx, userId: string, { before, count }: IdsBelow): Promise<string[]> =>
  idsOf(
    ctx,
    userId,
    sql`SELECT ${followedLists.listId} AS id FROM ${followedLists}
      WHERE ${followedLists.userId} = ${userId} AND ${followedLists.listId} < ${before} AND ${followedLists.state} = 1
      ORDER BY ${followedLists.listId} DESC LIMIT ${count}`,
  );

/** All lists that `userId` has pinned, newest list first. One query. */
export const readPinnedListIds = (ctx: Ctx, userId: string): Promise<string[]> =>
  idsOf(
    ctx,
    userId,
    sql`SELECT ${pinnedLists.listId} AS id FROM ${pinnedLists}
      WHERE ${pinnedLists.userId} = ${userId} ORDER BY ${pinnedLists.listId} DESC`,
  );

/** States of the backward edge: in no list that stands, in one that anybody may see, in a private one. */
export const OUT = 0;
export const OPEN = 1;
export const CLOSED = 2;
export type MembershipState = typeof OUT | typeof OPEN | typeof CLOSED;

/** A member as their own shard is to know it. */
export interface MemberEdge {
  readonly userId: string;
  readonly state: MembershipState;
  readonly version: number;
}

/** SQL: the backward state of a member of the list that the query joins. */
export const membershipState: SQL = sql`
  CASE WHEN ${lists.deletedAt} IS NOT NULL THEN ${OUT} WHEN ${lists.private} = 1 THEN ${CLOSED} ELSE ${OPEN} END`;

/** Every member of a list, standing or deleted, as it is in this moment. One query, of the list's shard. */
export async function readMemberEdges(ctx: Ctx, listId: string): Promise<MemberEdge[]> {
  const [row] = await ctx.dbOf(listId).all<{ state: MembershipState; members: string }>(sql`
    SELECT ${membershipState} AS state, (
      SELECT json_group_array(json_array(${listMembers.userId}, ${listMembers.version})) FROM ${listMembers}
      WHERE ${listMembers.listId} = ${listId} AND ${listMembers.state} = 1) AS members
    FROM ${lists} WHERE ${lists.id} = ${listId}`);
  if (row === undefined) return [];
  const members = JSON.parse(row.members) as [string, number][];
  return members.map(([userId, version]) => ({ userId, state: row.state, version }));
}
