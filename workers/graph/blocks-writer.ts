import { sql, type SQL } from "drizzle-orm";
import { commit } from "../lib/commit.ts";
import type { Ctx } from "../lib/context.ts";
import { commitChange, type ChangeOutcome, type Idempotency } from "./commit-change.ts";
import * as events from "./events.ts";
import { blocksOther, endFollow, followIn, unawareOfBlock } from "./follow-statements.ts";
import { blockedBy, blocks } from "./tables.ts";

/** Writes both sides of blocks, and the follows that they end. */

export interface BlockChange {
  readonly eventId: string;
  /** For the end of the blocker's own follow. */
  readonly followEventId: string;
  readonly blockerId: string;
  readonly blockedId: string;
  readonly state: 0 | 1;
}

/** Commits a block or its end in one batch of the blocker's shard: nobody follows whom they block. */
export async function writeBlock(
  ctx: Ctx,
  change: BlockChange,
  idempotency: Idempotency | null,
): Promise<ChangeOutcome & { event: events.BlockChanged | null; unfollowed: events.FollowChanged | null }> {
  const { eventId, followEventId, blockerId, blockedId, state } = change;
  const payload = sql`(SELECT json_object('blockerId', blocker_id, 'blockedId', blocked_id, 'state', state,
    'version', version) FROM ${blocks} WHERE blocker_id = ${blockerId} AND blocked_id = ${blockedId})`;
  const own = { followerId: blockerId, followeeId: blockedId };
  const outcome = await commitChange(
    ctx,
    {
      userId: blockerId,
      eventId,
      kind: events.BLOCK_CHANGED,
      payload,
      statement: (condition) => raiseBlock(change, condition),
      further: state === 1 ? endFollow(ctx, followEventId, own, blocksOther(blockerId, blockedId)) : [],
      reading: sql`(SELECT payload FROM outbox WHERE id = ${followEventId}) AS unfollowed`,
    },
    idempotency,
  );
  return {
    ...outcome,
    event: events.blockChanged.nullable().parse(outcome.event),
    unfollowed: followIn(outcome.row["unfollowed"]),
  };
}

function raiseBlock({ blockerId, blockedId, state }: BlockChange, condition: SQL): SQL {
  if (state === 0) {
    return sql`UPDATE ${blocks} SET state = 0, version = version + 1
      WHERE blocker_id = ${blockerId} AND blocked_id = ${blockedId} AND state = 1 AND ${condition}`;
  }
  return sql`INSERT INTO ${blocks} (blocker_id, blocked_id, state, version)
    SELECT ${blockerId}, ${blockedId}, 1, 1 WHERE ${condition}
    ON CONFLICT (blocker_id, blocked_id) DO UPDATE SET state = 1, version = version + 1 WHERE state = 0`;
}

/**
 * Applies a block or its end in the blocked user's shard, and ends that user's follow of the blocker, or request to, that
 * was made before the block; one made after a later unblock stays. @returns what the event of that says, null without one.
 */
export async function writeBlockedBy(
  ctx: Ctx,
  eventId: string,
  { blockerId, blockedId, state, version }: events.BlockChanged,
): Promise<events.FollowChanged | null> {
  const theirs = { followerId: blockedId, followeeId: blockerId };
  const results = await commit(ctx.dbOf(blockedId), [
    sql`INSERT INTO ${blockedBy} (user_id, blocker_id, state, version)
      SELECT ${blockedId}, ${blockerId}, ${state}, ${version} WHERE true
      ON CONFLICT (user_id, blocker_id) DO UPDATE SET state = excluded.state, version = excluded.version
      WHERE excluded.version > version`,
    ...endFollow(ctx, eventId, theirs, unawareOfBlock(version)),
    sql`SELECT payload FROM outbox WHERE id = ${eventId}`,
  ]);
  return followIn(results.at(-1)?.rows[0]?.["payload"]);
}
