import { requireList } from "../hydrate/lists.ts";
import { Viewing } from "../hydrate/viewing.ts";
import type { Ctx } from "../lib/context.ts";
import { replayOf, type IdempotentRequest } from "../lib/idempotency.ts";
import { publishEvent, withEventId } from "../lib/outbox.ts";
import type { Viewer } from "../lib/route.ts";
import { writeListFollow, type ListFollowOutcome } from "./edges-writer.ts";
import { LIST_FOLLOW_CHANGED } from "./events.ts";
import type { Idempotency } from "./keyed-batch.ts";
import { inactive } from "./own-list.ts";

export interface FollowListAnswer {
  readonly following: boolean;
}

/**
 * Makes the actor follow a list; true at once in the actor's own lists, in the list's by the event. Throws `not_found` for
 * a list that is absent or hidden, `account_inactive`.
 */
export async function followList(
  ctx: Ctx,
  actor: Viewer,
  follow: { listId: string; idempotency: IdempotentRequest | null },
): Promise<FollowListAnswer> {
  const { listId, idempotency } = follow;
  await requireList(ctx, new Viewing(ctx, actor), listId);
  const answer: FollowListAnswer = { following: true };
  const keyed = idempotency && { request: idempotency, answer };
  const outcome = await changeListFollow(ctx, { actor, listId, state: 1 }, keyed);
  return (idempotency && replayOf<FollowListAnswer>(ctx, idempotency, outcome.key)) ?? answer;
}

/** Commits the edge's new state and tells of it; a state that stood already tells nothing. Throws `account_inactive`. */
export async function changeListFollow(
  ctx: Ctx,
  change: { actor: Viewer; listId: string; state: 0 | 1 },
  idempotency: Idempotency | null,
): Promise<ListFollowOutcome> {
  const { listId, state } = change;
  const { userId } = change.actor;
  const { eventId, outcome } = await withEventId(ctx, userId, async (eventId) => ({
    eventId,
    outcome: await writeListFollow(ctx, { eventId, userId, listId, state }, idempotency),
  }));
  if (!outcome.active) throw inactive();
  if (outcome.told !== null) publishEvent(ctx, { id: eventId, kind: LIST_FOLLOW_CHANGED, payload: outcome.told });
  return outcome;
}
