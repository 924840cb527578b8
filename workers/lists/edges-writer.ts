import { sql, type SQL } from "drizzle-orm";
import { isActive } from "../accounts/reader.ts";
import { afterChange, commit } from "../lib/commit.ts";
import type { Ctx } from "../lib/context.ts";
import { recordEvent } from "../lib/outbox.ts";
import { LIST_FOLLOW_CHANGED, listFollowChanged, type ListFollowChanged } from "./events.ts";
import { claim, readClaim, type Idempotency, type KeyRow } from "./keyed-batch.ts";
import { OPEN, type MemberEdge } from "./reader.ts";
import { followedLists, listedCounts, listFollowers, listMemberships, lists, pinnedLists } from "./tables.ts";

/** Writes what users have to do with lists: follows and pins in the user's shard, and the backward edges. */

export interface ListFollowChange {
  readonly eventId: string;
  readonly userId: string;
  readonly listId: string;
  readonly state: 0 | 1;
}

export interface ListFollowOutcome {
  readonly active: boolean;
  /** The event to send; null where it stood so already. */
  readonly told: ListFollowChanged | null;
  readonly key: KeyRow;
}

/** Commits a change of the forward edge and its event in one batch of the follower's shard. */
export async function writeListFollow(
  ctx: Ctx,
  change: ListFollowChange,
  idempotency: Idempotency | null,
): Promise<ListFollowOutcome> {
  const { userId, listId, eventId } = change;
  const told = sql`(SELECT json_object('listId', list_id, 'userId', user_id, 'state', state, 'version', version)
    FROM ${followedLists} WHERE user_id = ${userId} AND list_id = ${listId})`;
  const results = await commit(ctx.dbOf(userId), [
    ...claim(ctx, userId, idempotency, isActive(userId)),
    raiseFollow(change, idempotency === null ? isActive(userId) : afterChange),
    recordEvent(ctx, eventId, LIST_FOLLOW_CHANGED, told),
    sql`SELECT ${isActive(userId)} AS active, (SELECT payload FROM outbox WHERE id = ${eventId}) AS payload`,
    ...readClaim(userId, idempotency),
  ]);
  const at = idempotency === null ? 2 : 3;
  const row = results[at]?.rows[0];
  const payload = row?.["payload"];
  return {
    active: row?.["active"] === 1,
    told: typeof payload === "string" ? listFollowChanged.parse(JSON.parse(payload)) : null,
    key: results[at + 1]?.rows[0],
  };
}

function raiseFollow({ userId, listId, state }: ListFollowChange, condition: SQL): SQL {
  if (state === 0) {
    return sql`UPDATE ${followedLists} SET state = 0, version = version + 1
      WHERE user_id = ${userId} AND list_id = ${listId} AND state = 1 AND ${condition}`;
  }
  return sql`INSERT INTO ${followedLists} (user_id, list_id, state, version)
    SELECT ${userId}, ${listId}, 1, 1 WHERE ${condition}
    ON CONFLICT (user_id, list_id) DO UPDATE SET state = 1, version = version + 1 WHERE state = 0`;
}

export interface PinOutcome {
  readonly active: boolean;
  readonly pinned: boolean;
  readonly key: KeyRow;
}

/**
 * Pins a list unless LISTS_PINNED_MAX are pinned already.
 * @param gone pins of lists that the user cannot see any more: they make room.
 */
export async function writePin(
  ctx: Ctx,
  pin: { userId: string; listId: string; gone: readonly string[] },
  idempotency: Idempotency | null,
): Promise<PinOutcome> {
  const { userId, listId } = pin;
  const gone = sql`(SELECT value FROM json_each(${JSON.stringify(pin.gone)}))`;
  const isPinned = sql`EXISTS (SELECT 1 FROM ${pinnedLists} WHERE user_id = ${userId} AND list_id = ${listId})`;
  const mayPin = sql`${isActive(userId)} AND (${isPinned} OR (SELECT count(*) FROM ${pinnedLists}
    WHERE user_id = ${userId} AND list_id NOT IN ${gone}) < ${ctx.limits.LISTS_PINNED_MAX})`;
  const results = await commit(ctx.dbOf(userId), [
    ...claim(ctx, userId, idempotency, mayPin),
    sql`INSERT INTO ${pinnedLists} (user_id, list_id)
      SELECT ${userId}, ${listId} WHERE ${idempotency === null ? mayPin : afterChange} ON CONFLICT DO NOTHING`,
    sql`DELETE FROM ${pinnedLists} WHERE user_id = ${userId} AND list_id IN ${gone} AND ${afterChange}`,
    sql`SELECT ${isActive(userId)} AS active, ${isPinned} AS pinned`,
    ...readClaim(userId, idempotency),
  ]);
  const at = idempotency === null ? 2 : 3;
  const row = results[at]?.rows[0];
  return { active: row?.["active"] === 1, pinned: row?.["pinned"] === 1, key: results[at + 1]?.rows[0] };
}

/** Takes a pin off. @returns false, and nothing changed, unless the user is active. */
export async function removePin(ctx: Ctx, userId: string, listId: string): Promise<boolean> {
  const [, outcome] = await commit(ctx.dbOf(userId), [
    sql`DELETE FROM ${pinnedLists} WHERE user_id = ${userId} AND list_id = ${listId} AND ${isActive(userId)}`,
    sql`SELECT ${isActive(userId)} AS active`,
  ]);
  return outcome?.rows[0]?.["active"] === 1;
}

/**
 * Applies members' edges of one list to the backward edges of one database, and to the listed counts where one of them
 * comes to stand in a public list or ends to. An older version than what is stored writes nothing.
 */
export async function writeMemberships(
  ctx: Ctx,
  databaseIndex: number,
  listId: string,
  edges: readonly MemberEdge[],
): Promise<void> {
  const json = JSON.stringify(edges);
  await commit(ctx.dbAt(databaseIndex), [
    sql`INSERT INTO ${listedCounts} (user_id, listed_count)
      SELECT user_id, is_open - was_open FROM (
        SELECT edge.value->>'userId' AS user_id, edge.value->>'state' = ${OPEN} AS is_open,
          coalesce(stored.state, 0) = ${OPEN} AS was_open
        FROM json_each(${json}) AS edge LEFT JOIN ${listMemberships} AS stored
          ON stored.user_id = edge.value->>'userId' AND stored.list_id = ${listId}
        WHERE edge.value->>'version' > coalesce(stored.version, 0))
      WHERE is_open <> was_open
      ON CONFLICT (user_id) DO UPDATE SET listed_count = listed_count + excluded.listed_count`,
    sql`INSERT INTO ${listMemberships} (user_id, list_id, state, version)
      SELECT value->>'userId', ${listId}, value->>'state', value->>'version' FROM json_each(${json}) WHERE true
      ON CONFLICT (user_id, list_id) DO UPDATE SET state = excluded.state, version = excluded.version
      WHERE excluded.version > version`,
  ]);
}

/** The same for a list's follower, in the list's shard. */
export async function writeListFollower(
  ctx: Ctx,
  { listId, userId, state, version }: ListFollowChanged,
): Promise<void> {
  const edge = sql`FROM ${listFollowers} WHERE list_id = ${listId} AND user_id = ${userId}`;
  await commit(ctx.dbOf(listId), [
    sql`UPDATE ${lists} SET follower_count = follower_count + ${state === 1 ? 1 : -1}
      WHERE id = ${listId} AND coalesce((SELECT version ${edge}), 0) < ${version}
        AND coalesce((SELECT state ${edge}), 0) <> ${state}`,
    sql`INSERT INTO ${listFollowers} (list_id, user_id, state, version)
      SELECT ${listId}, ${userId}, ${state}, ${version} WHERE true
      ON CONFLICT (list_id, user_id) DO UPDATE SET state = excluded.state, version = excluded.version
      WHERE excluded.version > version`,
  ]);
}
