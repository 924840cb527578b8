import { readActiveUserIds } from "../accounts/reader.ts";
import { readStandings } from "../graph/reader.ts";
import type { Ctx } from "../lib/context.ts";
import { DomainError } from "../lib/errors.ts";
import { replayOf, type IdempotentRequest } from "../lib/idempotency.ts";
import { publishEvent, withEventId } from "../lib/outbox.ts";
import type { Viewer } from "../lib/route.ts";
import { LIST_MEMBER_CHANGED } from "./events.ts";
import { refuseUnlessOwn, requireOwnList } from "./own-list.ts";
import type { Idempotency } from "./keyed-batch.ts";
import { writeMember, type MemberOutcome } from "./writer.ts";

export interface MemberAnswer {
  readonly is_member: boolean;
}

/**
 * Puts a user in one of the actor's lists; true at once in the list itself, in the member's own lists by the event.
 * Throws `not_found` for the list or the user, `forbidden` for somebody else's list, for a user who blocks the actor and
 * at LIST_MEMBERS_MAX, `account_inactive`.
 */
export async function addMember(
  ctx: Ctx,
  actor: Viewer,
  add: { listId: string; userId: string; idempotency: IdempotentRequest | null },
): Promise<MemberAnswer> {
  const { listId, userId, idempotency } = add;
  const refusal = await refusalToAdd(ctx, actor, userId);
  if (refusal !== null) {
    await requireOwnList(ctx, actor, listId);
    throw refusal;
  }
  const answer: MemberAnswer = { is_member: true };
  const keyed = idempotency && { request: idempotency, answer };
  const outcome = await changeMember(ctx, { actor, listId, userId, state: 1 }, keyed);
  const replay = idempotency === null ? null : replayOf<MemberAnswer>(ctx, idempotency, outcome.key);
  if (replay !== null) return replay;
  await refuseUnlessOwn(ctx, actor, listId, outcome);
  if (outcome.state === 1) return answer;
  throw new DomainError("forbidden", `A list may have at most ${ctx.limits.LIST_MEMBERS_MAX} members.`);
}

async function refusalToAdd(ctx: Ctx, actor: Viewer, userId: string): Promise<DomainError | null> {
  const [active, standings] = await Promise.all([
    readActiveUserIds(ctx, [userId]),
    ctx.dependencies.guard(`shard:${ctx.shards.indexOf(userId)}`, () => readStandings(ctx, userId, [actor.userId])),
  ]);
  if (!active.has(userId)) return new DomainError("not_found", "There is no such user.");
  if (standings.get(actor.userId)?.blocking !== true) return null;
  return new DomainError("forbidden", "You may not add a user who blocks you.");
}

/** Commits the edge's new state and tells of it; a state that stood already tells nothing. */
export async function changeMember(
  ctx: Ctx,
  change: { actor: Viewer; listId: string; userId: string; state: 0 | 1 },
  idempotency: Idempotency | null,
): Promise<MemberOutcome> {
  const { actor, ...edge } = change;
  const { eventId, outcome } = await withEventId(ctx, change.listId, async (eventId) => ({
    eventId,
    outcome: await writeMember(ctx, { eventId, ownerId: actor.userId, ...edge }, idempotency),
  }));
  if (outcome.told !== null) publishEvent(ctx, { id: eventId, kind: LIST_MEMBER_CHANGED, payload: outcome.told });
  return outcome;
}
