import { sql, type SQL } from "drizzle-orm";
import { isActive } from "../accounts/reader.ts";
import { afterChange, commit } from "../lib/commit.ts";
import type { Ctx } from "../lib/context.ts";
import { claimKey, readKey, type IdempotentRequest } from "../lib/idempotency.ts";
import { recordEvent } from "../lib/outbox.ts";
import { logicalShardOfId } from "../lib/snowflake.ts";
import { FOLLOW_CHANGED, type FollowChanged } from "./events.ts";
import { followCounts, followers, following } from "./tables.ts";

/** The only file that writes the room's tables. An edge is never deleted: its state changes and its version rises. */

export interface EdgeChange {
  readonly eventId: string;
  readonly followerId: string;
  readonly followeeId: string;
  readonly state: 0 | 1;
}

export interface EdgeOutcome {
  /** The version the edge got by this change; null where it stood so already. */
  readonly version: number | null;
  readonly active: boolean;
  /** The state after the batch. */
  readonly state: number;
  readonly followingCount: number;
  readonly key: Readonly<Record<string, unknown>> | undefined;
}

/** Commits a change of the forward edge and its event in one batch of the follower's shard. */
export async function writeForwardEdge(
  ctx: Ctx,
  change: EdgeChange,
  idempotency: { request: IdempotentRequest; answer: object } | null,
): Promise<EdgeOutcome> {
  const { followerId, followeeId, eventId, state } = change;
  const edge = sql`FROM ${following} WHERE follower_id = ${followerId} AND followee_id = ${followeeId}`;
  const mayChange =
    state === 1 ? sql`${isActive(followerId)} AND ${belowFollowingMax(ctx, change)}` : isActive(followerId);
  const statements: SQL[] = [];
  if (idempotency !== null) {
    statements.push(claimKey(ctx, followerId, idempotency.request, idempotency.answer, mayChange));
  }
  const condition = idempotency === null ? mayChange : afterChange;
  statements.push(
    raiseForwardEdge(change, condition),
    sql`INSERT INTO ${followCounts} (user_id, following_count) SELECT ${followerId}, 1 WHERE ${afterChange}
      ON CONFLICT (user_id) DO UPDATE SET following_count = following_count + ${state === 1 ? 1 : -1}`,
    recordEvent(
      ctx,
      eventId,
      FOLLOW_CHANGED,
      sql`(SELECT json_object('followerId', follower_id,
      'followeeId', followee_id, 'state', state, 'version', version) ${edge})`,
    ),
    sql`SELECT ${isActive(followerId)} AS active, (SELECT state ${edge}) AS state,
      (SELECT payload FROM outbox WHERE id = ${eventId}) AS payload,
      (SELECT following_count FROM ${followCounts} WHERE user_id = ${followerId}) AS following_count`,
  );
  if (idempotency !== null) statements.push(readKey(followerId, idempotency.request));
  const results = await commit(ctx.dbOf(followerId), statements);
  const [row] = results[idempotency === null ? 3 : 4]?.rows ?? [];
  const payload = row?.["payload"];
  return {
    version: typeof payload === "string" ? (JSON.parse(payload) as FollowChanged).version : null,
    active: row?.["active"] === 1,
    state: Number(row?.["state"] ?? 0),
    followingCount: Number(row?.["following_count"] ?? 0),
    key: results[5]?.rows[0],
  };
}

/** An edge nobody made cannot be ended; one that stands so already stays as it is. */
function raiseForwardEdge(change: EdgeChange, condition: SQL): SQL {
  const { followerId, followeeId, state } = change;
  if (state === 0) {
    return sql`UPDATE ${following} SET state = 0, version = version + 1
      WHERE follower_id = ${followerId} AND followee_id = ${followeeId} AND state = 1 AND ${condition}`;
  }
  return sql`INSERT INTO ${following} (follower_id, followee_id, state, version)
    SELECT ${followerId}, ${followeeId}, 1, 1 WHERE ${condition}
    ON CONFLICT (follower_id, followee_id) DO UPDATE SET state = 1, version = version + 1 WHERE state = 0`;
}

/** A repeated follow of somebody already followed is no new one, so the limit does not refuse it. */
function belowFollowingMax(ctx: Ctx, { followerId, followeeId }: EdgeChange): SQL {
  return sql`(
    coalesce((SELECT following_count FROM ${followCounts} WHERE user_id = ${followerId}), 0) < ${ctx.limits.FOLLOWING_MAX}
    OR EXISTS (SELECT 1 FROM ${following}
      WHERE follower_id = ${followerId} AND followee_id = ${followeeId} AND state = 1))`;
}

/**
 * Applies a change to the backward edge in the followee's shard, and to the followers count where the state changes.
 * An older version than what is stored writes nothing, so repeats and any order leave the same state.
 */
export async function writeBackwardEdge(ctx: Ctx, change: FollowChanged): Promise<void> {
  const { followerId, followeeId, state, version } = change;
  const shard = logicalShardOfId(followerId);
  const edge = sql`FROM ${followers} WHERE followee_id = ${followeeId} AND follower_shard = ${shard}
    AND follower_id = ${followerId}`;
  await commit(ctx.dbOf(followeeId), [
    sql`INSERT INTO ${followCounts} (user_id, followers_count)
      SELECT ${followeeId}, ${state} WHERE coalesce((SELECT version ${edge}), 0) < ${version}
        AND coalesce((SELECT state ${edge}), 0) <> ${state}
      ON CONFLICT (user_id) DO UPDATE SET followers_count = followers_count + ${state === 1 ? 1 : -1}`,
    sql`INSERT INTO ${followers} (followee_id, follower_shard, follower_id, state, version)
      SELECT ${followeeId}, ${shard}, ${followerId}, ${state}, ${version} WHERE true
      ON CONFLICT (followee_id, follower_shard, follower_id) DO UPDATE
      SET state = excluded.state, version = excluded.version WHERE excluded.version > version`,
  ]);
}
