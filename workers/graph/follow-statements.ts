import { sql, type SQL } from "drizzle-orm";
import type { Ctx } from "../lib/context.ts";
import { recordEvent } from "../lib/outbox.ts";
import { FOLLOW_CHANGED, followChanged, type FollowChanged } from "./events.ts";

/** Pieces of the batches in a follower's shard, which several of the room's writers put together. */

export interface Follow {
  readonly followerId: string;
  readonly followeeId: string;
}

/** A condition that finds the forward edge, in a statement on `following`. */
export const edgeOf = ({ followerId, followeeId }: Follow): SQL =>
  sql`follower_id = ${followerId} AND followee_id = ${followeeId}`;

/** The event of the edge as it now is, as JSON text. */
export const followJson = (follow: Follow): SQL => sql`(
  SELECT json_object('followerId', follower_id, 'followeeId', followee_id, 'state', state, 'version', version)
  FROM following WHERE ${edgeOf(follow)})`;

/** What `followJson` said; null where it was not asked for the event's payload, or there is none. */
export const followIn = (payload: unknown): FollowChanged | null =>
  typeof payload === "string" ? followChanged.parse(JSON.parse(payload)) : null;

/** A condition: `userId` blocks `otherId`. For `userId`'s own shard, as all of these. */
export const blocksOther = (userId: string, otherId: string): SQL =>
  sql`EXISTS (SELECT 1 FROM blocks WHERE blocker_id = ${userId} AND blocked_id = ${otherId} AND state = 1)`;

/** A condition: one more may be followed. Somebody followed already is no new one, so the limit does not refuse a repeat. */
export const belowFollowingMax = (ctx: Ctx, follow: Follow): SQL => sql`(
  coalesce((SELECT following_count FROM follow_counts WHERE user_id = ${follow.followerId}), 0) < ${ctx.limits.FOLLOWING_MAX}
  OR EXISTS (SELECT 1 FROM following WHERE ${edgeOf(follow)} AND state = 1))`;

/**
 * A condition on the edge: it was made before the newest block up to `version`, which ends it. Odd versions block; an edge
 * that was let be by an unblock carries the version of that.
 */
export const unawareOfBlock = (version: number): SQL => sql`seen_block < ${version % 2 === 1 ? version : version - 1}`;

/** Counts a follow that the statement before has made. */
export const countFollow = (follow: Follow): SQL => sql`
  INSERT INTO follow_counts (user_id, following_count)
  SELECT ${follow.followerId}, 1 WHERE changes() > 0
    AND EXISTS (SELECT 1 FROM following WHERE ${edgeOf(follow)} AND state = 1)
  ON CONFLICT (user_id) DO UPDATE SET following_count = following_count + 1`;

/** Ends a follow or a request to, where `condition` on the edge holds: the count, the edge, the event. A repeat writes nothing. */
export const endFollow = (ctx: Ctx, eventId: string, follow: Follow, condition: SQL): SQL[] => [
  sql`UPDATE follow_counts SET following_count = following_count - 1 WHERE user_id = ${follow.followerId}
    AND EXISTS (SELECT 1 FROM following WHERE ${edgeOf(follow)} AND state = 1 AND ${condition})`,
  sql`UPDATE following SET state = 0, version = version + 1 WHERE ${edgeOf(follow)} AND state <> 0 AND ${condition}`,
  recordEvent(ctx, eventId, FOLLOW_CHANGED, followJson(follow)),
];
