import { readActiveUserIds } from "../accounts/reader.ts";
import type { Ctx } from "../lib/context.ts";
import { DomainError } from "../lib/errors.ts";
import { replayOf, type IdempotentRequest } from "../lib/idempotency.ts";
import { publishEvent, withEventId } from "../lib/outbox.ts";
import type { Viewer } from "../lib/route.ts";
import { FOLLOW_CHANGED, type FollowChanged } from "./events.ts";
import { writeForwardEdge, type EdgeOutcome } from "./writer.ts";

export interface FollowAnswer {
  readonly following: boolean;
  readonly pending_follow: boolean;
}

/**
 * Makes the actor follow `followeeId`: true in the actor's own lists at once; the author's tweets merge in by the event.
 * Throws `unprocessable` for oneself, `not_found`, `forbidden` at FOLLOWING_MAX, `account_inactive`.
 */
export async function followUser(
  ctx: Ctx,
  actor: Viewer,
  follow: { followeeId: string; idempotency: IdempotentRequest | null },
): Promise<FollowAnswer> {
  const { followeeId, idempotency } = follow;
  if (followeeId === actor.userId) throw new DomainError("unprocessable", "You cannot follow yourself.");
  const found = await readActiveUserIds(ctx, [followeeId]);
  if (!found.has(followeeId)) throw new DomainError("not_found", "There is no such user.");
  const answer: FollowAnswer = { following: true, pending_follow: false };
  const outcome = await changeEdge(
    ctx,
    { actor, followeeId, state: 1 },
    idempotency && { request: idempotency, answer },
  );
  const replay = idempotency === null ? null : replayOf<FollowAnswer>(ctx, idempotency, outcome.key);
  if (replay !== null) return replay;
  if (outcome.state === 1) return answer;
  throw new DomainError("forbidden", `An account may follow at most ${ctx.limits.FOLLOWING_MAX} others.`);
}

/** Commits the edge's new state and tells of it; a state that stood already tells nothing. */
export async function changeEdge(
  ctx: Ctx,
  change: { actor: Viewer; followeeId: string; state: 0 | 1 },
  idempotency: { request: IdempotentRequest; answer: object } | null,
): Promise<EdgeOutcome> {
  const followerId = change.actor.userId;
  const { followeeId, state } = change;
  const { eventId, outcome } = await withEventId(ctx, followerId, async (eventId) => ({
    eventId,
    outcome: await writeForwardEdge(ctx, { eventId, followerId, followeeId, state }, idempotency),
  }));
  if (!outcome.active) throw new DomainError("account_inactive", "This account is not active.");
  if (outcome.version !== null) {
    const payload: FollowChanged = { followerId, followeeId, state, version: outcome.version };
    publishEvent(ctx, { id: eventId, kind: FOLLOW_CHANGED, payload });
  }
  return outcome;
}
