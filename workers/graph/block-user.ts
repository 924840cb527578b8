import { readActiveUserIds } from "../accounts/reader.ts";
import type { Ctx } from "../lib/context.ts";
import { DomainError } from "../lib/errors.ts";
import { replayOf, type IdempotentRequest } from "../lib/idempotency.ts";
import { publishEvent, withEventId } from "../lib/outbox.ts";
import { tellOwnTimeline } from "../lib/own-timeline.ts";
import type { Viewer } from "../lib/route.ts";
import { logicalShardOfId } from "../lib/snowflake.ts";
import { writeBlock } from "./blocks-writer.ts";
import { BLOCK_CHANGED, FOLLOW_CHANGED } from "./events.ts";

export interface BlockAnswer {
  readonly blocking: boolean;
}

/**
 * Blocks `blockedId`: the actor's own follow of them ends in the same batch, theirs of the actor by the event. Throws
 * `unprocessable` for oneself, `not_found`, `account_inactive`.
 */
export async function blockUser(
  ctx: Ctx,
  actor: Viewer,
  block: { blockedId: string; idempotency: IdempotentRequest | null },
): Promise<BlockAnswer> {
  const { blockedId } = block;
  if (blockedId === actor.userId) throw new DomainError("unprocessable", "You cannot block yourself.");
  const found = await readActiveUserIds(ctx, [blockedId]);
  if (!found.has(blockedId)) throw new DomainError("not_found", "There is no such user.");
  return changeBlock(ctx, actor, { ...block, state: 1 });
}

/** Ends a block; one that does not stand stays as it is. No follow comes back. Throws `account_inactive`. */
export async function unblockUser(ctx: Ctx, actor: Viewer, blockedId: string): Promise<void> {
  await changeBlock(ctx, actor, { blockedId, state: 0, idempotency: null });
}

async function changeBlock(
  ctx: Ctx,
  { userId: blockerId }: Viewer,
  change: { blockedId: string; state: 0 | 1; idempotency: IdempotentRequest | null },
): Promise<BlockAnswer> {
  const { blockedId, state, idempotency } = change;
  const answer: BlockAnswer = { blocking: state === 1 };
  const { eventId, followEventId, outcome } = await withEventId(ctx, blockerId, async (eventId) => {
    const followEventId = ctx.ids.next(logicalShardOfId(blockerId));
    const block = { eventId, followEventId, blockerId, blockedId, state };
    return {
      eventId,
      followEventId,
      outcome: await writeBlock(ctx, block, idempotency && { request: idempotency, answer }),
    };
  });
  if (!outcome.active) throw new DomainError("account_inactive", "This account is not active.");
  const { event, unfollowed } = outcome;
  if (unfollowed !== null) publishEvent(ctx, { id: followEventId, kind: FOLLOW_CHANGED, payload: unfollowed });
  if (event !== null) {
    publishEvent(ctx, { id: eventId, kind: BLOCK_CHANGED, payload: event });
    const { version } = event;
    await tellOwnTimeline(ctx, blockerId, (timeline) =>
      Promise.all([
        timeline.setStanding({ userId: blockedId, kind: "blocking", state, version }),
        // What others answer to them goes with the follow.
        unfollowed === null ? null : timeline.setFollow({ authorId: blockedId, state: 0, version: unfollowed.version }),
      ]),
    );
  }
  return (idempotency === null ? null : replayOf<BlockAnswer>(ctx, idempotency, outcome.key)) ?? answer;
}
