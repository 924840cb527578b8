import type { Ctx } from "../lib/context.ts";
import { DomainError } from "../lib/errors.ts";
import { replayOf, type IdempotentRequest } from "../lib/idempotency.ts";
import { publishEvent, withEventId } from "../lib/outbox.ts";
import type { Viewer } from "../lib/route.ts";
import { logicalShardOfId } from "../lib/snowflake.ts";
import { readFollowTarget, type FollowTarget } from "./edges-reader.ts";
import { FOLLOW_CHANGED, FOLLOWING, REQUESTED } from "./events.ts";
import { writeFollow, type FollowOutcome } from "./writer.ts";

export interface FollowAnswer {
  readonly following: boolean;
  readonly pending_follow: boolean;
}

const FOLLOWS: FollowAnswer = { following: true, pending_follow: false };
const WAITS: FollowAnswer = { following: false, pending_follow: true };

/** A block that comes between reading the other's shard and writing one's own is read again; so many in a row are no block. */
const READINGS_MAX = 3;

export interface FollowRequest {
  readonly followeeId: string;
  readonly idempotency: IdempotentRequest | null;
}

/**
 * Makes the actor follow `followeeId`, or, where that account is protected, ask to. True in the actor's own lists at once;
 * the author's tweets merge in by the event. Throws `unprocessable` for oneself, `not_found`, `forbidden` where either
 * blocks the other and at FOLLOWING_MAX, `account_inactive`.
 */
export async function followUser(ctx: Ctx, actor: Viewer, follow: FollowRequest): Promise<FollowAnswer> {
  const { followeeId, idempotency } = follow;
  if (followeeId === actor.userId) throw new DomainError("unprocessable", "You cannot follow yourself.");
  for (let readings = 1; readings <= READINGS_MAX; readings += 1) {
    const target = await readFollowTarget(ctx, followeeId, actor.userId);
    if (target === null) throw new DomainError("not_found", "There is no such user.");
    if (target.blocks) throw new DomainError("forbidden", "This account blocks you: you cannot follow it.");
    const outcome = await commitFollow(ctx, actor, follow, target);
    const replay = idempotency === null ? null : replayOf<FollowAnswer>(ctx, idempotency, outcome.key);
    if (replay !== null) return replay;
    if (outcome.state === FOLLOWING) return FOLLOWS;
    if (outcome.state === REQUESTED) return WAITS;
    if (!outcome.blockIsNewer) throw refusalOf(ctx, outcome);
  }
  throw new DomainError("unavailable", "Whether this account blocks you is not settled yet. Try again.");
}

function refusalOf(ctx: Ctx, { active, blocking }: FollowOutcome): DomainError {
  if (!active) return new DomainError("account_inactive", "This account is not active.");
  if (blocking) return new DomainError("forbidden", "You block this account: unblock it first.");
  return new DomainError("forbidden", `An account may follow at most ${ctx.limits.FOLLOWING_MAX} others.`);
}

/** Commits the follow as `target` lets it be, and tells of it. */
async function commitFollow(
  ctx: Ctx,
  { userId: followerId }: Viewer,
  { followeeId, idempotency }: FollowRequest,
  target: FollowTarget,
): Promise<FollowOutcome> {
  const state = target.protected ? REQUESTED : FOLLOWING;
  const seenBlock = target.blockVersion;
  const answers = { following: FOLLOWS, requested: WAITS };
  const { eventId, endEventId, outcome } = await withEventId(ctx, followerId, async (eventId) => {
    const endEventId = ctx.ids.next(logicalShardOfId(followerId));
    const follow = { followerId, followeeId, eventId, endEventId, state, seenBlock } as const;
    return {
      eventId,
      endEventId,
      outcome: await writeFollow(ctx, follow, idempotency && { request: idempotency, answers }),
    };
  });
  if (outcome.ended !== null) publishEvent(ctx, { id: endEventId, kind: FOLLOW_CHANGED, payload: outcome.ended });
  if (outcome.changed !== null) publishEvent(ctx, { id: eventId, kind: FOLLOW_CHANGED, payload: outcome.changed });
  return outcome;
}
