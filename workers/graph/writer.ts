import { sql, type SQL } from "drizzle-orm";
import { isActive, isDeactivated } from "../accounts/reader.ts";
import { afterChange, commit } from "../lib/commit.ts";
import type { Ctx } from "../lib/context.ts";
import { claimKey, readKey, type IdempotentRequest } from "../lib/idempotency.ts";
import { recordEvent } from "../lib/outbox.ts";
import { logicalShardOfId } from "../lib/snowflake.ts";
import * as events from "./events.ts";
import { FOLLOWING, REQUESTED } from "./events.ts";
import {
  belowFollowingMax,
  blocksOther,
  countFollow,
  edgeOf,
  endFollow,
  followIn,
  followJson,
  unawareOfBlock,
  type Follow,
} from "./follow-statements.ts";
import { blockedBy, followCounts, followers, following, followRequests } from "./tables.ts";

/**
 * Writes both sides of follows and of requests to follow; the other writers here write the room's other tables. An edge is
 * never deleted: its state changes and its version rises. A request may be, since the backward edge outlives it.
 */

export interface NewFollow extends Follow {
  readonly eventId: string;
  /** For the end of an earlier follow that a block has ended without its event having come yet. */
  readonly endEventId: string;
  readonly state: typeof FOLLOWING | typeof REQUESTED;
  /** Version of the followee's block of the follower that lets this follow be; 0 where there never was one. */
  readonly seenBlock: number;
}

export interface FollowOutcome {
  /** What the events under the ids given say, those that were recorded. */
  readonly ended: events.FollowChanged | null;
  readonly changed: events.FollowChanged | null;
  readonly active: boolean;
  /** After the batch. */
  readonly state: number;
  /** The follower blocks the followee. */
  readonly blocking: boolean;
  /** A block newer than `seenBlock` is known here. */
  readonly blockIsNewer: boolean;
  readonly key: Readonly<Record<string, unknown>> | undefined;
}

/**
 * Commits a follow, or a request to, and its event in one batch of the follower's shard. Nothing where the follower is not
 * active, has FOLLOWING_MAX, blocks the followee, or knows of a newer block than `seenBlock`.
 */
export async function writeFollow(
  ctx: Ctx,
  follow: NewFollow,
  idempotency: { request: IdempotentRequest; answers: { following: object; requested: object } } | null,
): Promise<FollowOutcome> {
  const { followerId, eventId, endEventId, state, seenBlock } = follow;
  const edge = edgeOf(follow);
  const mayFollow = sql`${isActive(followerId)} AND ${belowFollowingMax(ctx, follow)}
    AND NOT ${blocksOther(followerId, follow.followeeId)} AND NOT ${knowsNewerBlock(follow)}`;
  const head = seenBlock > 0 ? endFollow(ctx, endEventId, follow, unawareOfBlock(seenBlock)) : [];
  if (idempotency !== null) {
    const { request, answers } = idempotency;
    const follows =
      state === FOLLOWING ? sql`true` : sql`EXISTS (SELECT 1 FROM ${following} WHERE ${edge} AND state = ${FOLLOWING})`;
    const answer = sql`iif(${follows}, ${JSON.stringify(answers.following)}, ${JSON.stringify(answers.requested)})`;
    head.push(claimKey(ctx, followerId, request, answer, mayFollow));
  }
  const statements = [
    ...head,
    raiseFollow(follow, idempotency === null ? mayFollow : afterChange),
    recordEvent(ctx, eventId, events.FOLLOW_CHANGED, followJson(follow)),
    ...(state === FOLLOWING ? [countFollow(follow)] : []),
    sql`SELECT ${isActive(followerId)} AS active, (SELECT state FROM ${following} WHERE ${edge}) AS state,
      (SELECT payload FROM outbox WHERE id = ${endEventId}) AS ended,
      (SELECT payload FROM outbox WHERE id = ${eventId}) AS changed,
      ${blocksOther(followerId, follow.followeeId)} AS blocking, ${knowsNewerBlock(follow)} AS newer`,
    ...(idempotency === null ? [] : [readKey(followerId, idempotency.request)]),
  ];
  const results = await commit(ctx.dbOf(followerId), statements);
  const [row] = results[statements.length - (idempotency === null ? 1 : 2)]?.rows ?? [];
  return {
    ended: followIn(row?.["ended"]),
    changed: followIn(row?.["changed"]),
    active: row?.["active"] === 1,
    state: Number(row?.["state"] ?? 0),
    blocking: row?.["blocking"] === 1,
    blockIsNewer: row?.["newer"] === 1,
    key: idempotency === null ? undefined : results.at(-1)?.rows[0],
  };
}

/** Ends a follow, or withdraws a request to. @returns what the event says; null where neither stood. */
export async function writeUnfollow(
  ctx: Ctx,
  eventId: string,
  follow: Follow,
): Promise<{ active: boolean; changed: events.FollowChanged | null }> {
  const { followerId } = follow;
  const results = await commit(ctx.dbOf(followerId), [
    ...endFollow(ctx, eventId, follow, isActive(followerId)),
    sql`SELECT ${isActive(followerId)} AS active, (SELECT payload FROM outbox WHERE id = ${eventId}) AS changed`,
  ]);
  const [row] = results.at(-1)?.rows ?? [];
  return { active: row?.["active"] === 1, changed: followIn(row?.["changed"]) };
}

/**
 * Applies a change to the backward side in the followee's shard: a request waits, or goes with the change that came of it; a
 * follow is stored a second time, and counted where the state changes. An older version than what is stored writes nothing,
 * so repeats and any order leave the same state.
 * @returns `gone`: the followee's account is deleted, and nobody is to follow it.
 */
export async function writeBackwardEdge(ctx: Ctx, change: events.FollowChanged): Promise<{ gone: boolean }> {
  const { followerId, followeeId, state } = change;
  const edge = sql`FROM ${followers} WHERE followee_id = ${followeeId}
    AND follower_shard = ${logicalShardOfId(followerId)} AND follower_id = ${followerId}`;
  const results = await commit(ctx.dbOf(followeeId), [
    ...(state === REQUESTED ? [keepRequest(change, edge)] : mirrorEdge(change, edge)),
    sql`SELECT ${isDeactivated(followeeId)} AS gone`,
  ]);
  return { gone: results.at(-1)?.rows[0]?.["gone"] === 1 };
}

const keepRequest = ({ followerId, followeeId, version }: events.FollowChanged, edge: SQL): SQL => sql`
  INSERT INTO ${followRequests} (user_id, requester_id, state, version)
  SELECT ${followeeId}, ${followerId}, 1, ${version} WHERE coalesce((SELECT version ${edge}), 0) < ${version}
  ON CONFLICT (user_id, requester_id) DO UPDATE SET state = 1, version = excluded.version
  WHERE excluded.version > version`;

const mirrorEdge = ({ followerId, followeeId, state, version }: events.FollowChanged, edge: SQL): SQL[] => [
  sql`DELETE FROM ${followRequests}
    WHERE user_id = ${followeeId} AND requester_id = ${followerId} AND version < ${version}`,
  sql`INSERT INTO ${followCounts} (user_id, followers_count)
    SELECT ${followeeId}, ${state} WHERE coalesce((SELECT version ${edge}), 0) < ${version}
      AND coalesce((SELECT state ${edge}), 0) <> ${state}
    ON CONFLICT (user_id) DO UPDATE SET followers_count = followers_count + ${state === FOLLOWING ? 1 : -1}`,
  sql`INSERT INTO ${followers} (followee_id, follower_shard, follower_id, state, version)
    SELECT ${followeeId}, ${logicalShardOfId(followerId)}, ${followerId}, ${state}, ${version} WHERE true
    ON CONFLICT (followee_id, follower_shard, follower_id) DO UPDATE
    SET state = excluded.state, version = excluded.version WHERE excluded.version > version`,
];

const raiseFollow = ({ followerId, followeeId, state, seenBlock }: NewFollow, condition: SQL): SQL => sql`
  INSERT INTO ${following} (follower_id, followee_id, state, version, seen_block)
  SELECT ${followerId}, ${followeeId}, ${state}, 1, ${seenBlock} WHERE ${condition}
  ON CONFLICT (follower_id, followee_id) DO UPDATE
  SET state = excluded.state, version = version + 1, seen_block = excluded.seen_block
  WHERE state = 0 OR (state = ${REQUESTED} AND excluded.state = ${FOLLOWING})`;

const knowsNewerBlock = ({
  followerId,
  followeeId,
  seenBlock,
}: NewFollow): SQL => sql`EXISTS (SELECT 1 FROM ${blockedBy}
  WHERE user_id = ${followerId} AND blocker_id = ${followeeId} AND version > ${seenBlock})`;
