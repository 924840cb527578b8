import { readVisibleLists, requireList } from "../hydrate/lists.ts";
import { Viewing } from "../hydrate/viewing.ts";
import type { Ctx } from "../lib/context.ts";
import { DomainError } from "../lib/errors.ts";
import { replayOf, type IdempotentRequest } from "../lib/idempotency.ts";
import type { Viewer } from "../lib/route.ts";
import { writePin } from "./edges-writer.ts";
import { inactive } from "./own-list.ts";
import { readPinnedListIds } from "./reader.ts";

export interface PinAnswer {
  readonly pinned: boolean;
}

/**
 * Pins a list that the actor may see, for nobody but the actor. Throws `not_found`, `forbidden` at LISTS_PINNED_MAX,
 * `account_inactive`.
 */
export async function pinList(
  ctx: Ctx,
  actor: Viewer,
  pin: { listId: string; idempotency: IdempotentRequest | null },
): Promise<PinAnswer> {
  const { listId, idempotency } = pin;
  const { userId } = actor;
  const viewing = new Viewing(ctx, actor);
  await requireList(ctx, viewing, listId);
  const answer: PinAnswer = { pinned: true };
  const keyed = idempotency && { request: idempotency, answer };
  let outcome = await writePin(ctx, { userId, listId, gone: [] }, keyed);
  if (!outcome.active) throw inactive();
  const replay = idempotency === null ? null : replayOf<PinAnswer>(ctx, idempotency, outcome.key);
  if (replay !== null) return replay;
  if (!outcome.pinned) {
    // Pins of lists that the actor cannot see any more could not be taken off by hand.
    const pins = await readPinnedListIds(ctx, userId);
    const visible = await readVisibleLists(ctx, viewing, pins);
    outcome = await writePin(ctx, { userId, listId, gone: pins.filter((id) => !visible.has(id)) }, keyed);
  }
  if (outcome.pinned) return answer;
  throw new DomainError("forbidden", `An account may pin at most ${ctx.limits.LISTS_PINNED_MAX} lists.`);
}
