import { sql } from "drizzle-orm";
import { commit } from "../lib/commit.ts";
import type { Ctx } from "../lib/context.ts";
import { recordEvent } from "../lib/outbox.ts";
import { logicalShardOfId } from "../lib/snowflake.ts";
import { commitChange, type ChangeOutcome, type Idempotency } from "./commit-change.ts";
import * as events from "./events.ts";
import { FOLLOWING, REQUESTED } from "./events.ts";
import { belowFollowingMax, blocksOther, countFollow, edgeOf, followIn, followJson } from "./follow-statements.ts";
import { followers, following, followRequests } from "./tables.ts";

/** Writes the answers to requests to follow. */

/** States of a request. Once the follow has changed it goes: the backward edge keeps the version, so it cannot come back. */
const WAITS = 1;
const GRANTED = 2;
const REFUSED = 3;

export interface RequestAnswer {
  readonly eventId: string;
  readonly userId: string;
  readonly requesterId: string;
  readonly approved: boolean;
}

export interface AnswerOutcome extends ChangeOutcome {
  /** null where no request waits, or its requester is blocked. */
  readonly event: events.FollowAnswered | null;
  /** True where the requester has leave to follow, after the batch. */
  readonly granted: boolean;
}

/** Commits the answer to a request that waits, and its event, in one batch of the shard of who was asked. */
export async function writeAnswer(
  ctx: Ctx,
  { eventId, userId, requesterId, approved }: RequestAnswer,
  idempotency: Idempotency | null,
): Promise<AnswerOutcome> {
  const request = sql`user_id = ${userId} AND requester_id = ${requesterId}`;
  const state = approved ? GRANTED : REFUSED;
  const payload = sql`(SELECT json_object('requesterId', requester_id, 'userId', user_id, 'version', version,
    'approved', json(${String(approved)})) FROM ${followRequests} WHERE ${request})`;
  const outcome = await commitChange(
    ctx,
    {
      userId,
      eventId,
      kind: events.FOLLOW_ANSWERED,
      payload,
      mayChange: sql`EXISTS (SELECT 1 FROM ${followRequests} WHERE ${request} AND state = ${WAITS})
        AND NOT ${blocksOther(userId, requesterId)}`,
      statement: (condition) =>
        sql`UPDATE ${followRequests} SET state = ${state} WHERE ${request} AND state = ${WAITS} AND ${condition}`,
      reading: sql`(EXISTS (SELECT 1 FROM ${followRequests} WHERE ${request} AND state = ${GRANTED})
        OR EXISTS (SELECT 1 FROM ${followers} WHERE followee_id = ${userId}
          AND follower_shard = ${logicalShardOfId(requesterId)} AND follower_id = ${requesterId} AND state = 1)) AS granted`,
    },
    idempotency,
  );
  const event = events.followAnswered.nullable().parse(outcome.event);
  return { ...outcome, event, granted: outcome.row["granted"] === 1 };
}

/**
 * Applies an answer to the requester's edge, if that is still the request that was answered. A request granted to who
 * follows FOLLOWING_MAX by now ends. @returns what the event says; null where nothing changed.
 */
export async function writeAnswered(
  ctx: Ctx,
  eventId: string,
  answered: events.FollowAnswered,
): Promise<events.FollowChanged | null> {
  const { requesterId: followerId, userId: followeeId, version, approved } = answered;
  const follow = { followerId, followeeId };
  const follows = approved ? belowFollowingMax(ctx, follow) : sql`false`;
  const results = await commit(ctx.dbOf(followerId), [
    sql`UPDATE ${following} SET state = iif(${follows}, ${FOLLOWING}, 0), version = version + 1
      WHERE ${edgeOf(follow)} AND state = ${REQUESTED} AND version = ${version}`,
    recordEvent(ctx, eventId, events.FOLLOW_CHANGED, followJson(follow)),
    countFollow(follow),
    sql`SELECT payload FROM outbox WHERE id = ${eventId}`,
  ]);
  return followIn(results.at(-1)?.rows[0]?.["payload"]);
}
