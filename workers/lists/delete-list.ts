import type { Ctx } from "../lib/context.ts";
import { publishEvent, withEventId } from "../lib/outbox.ts";
import type { Viewer } from "../lib/route.ts";
import { LIST_DELETED } from "./events.ts";
import { refuseUnlessOwn } from "./own-list.ts";
import { writeListDeletion } from "./writer.ts";

/**
 * Deletes one of the actor's lists: gone everywhere at once, because lists are never remembered. Deleting it again
 * answers the same. Throws `not_found`, `forbidden` for somebody else's list, `account_inactive`.
 */
export async function deleteList(ctx: Ctx, actor: Viewer, listId: string): Promise<void> {
  const ownerId = actor.userId;
  const { eventId, outcome } = await withEventId(ctx, listId, async (eventId) => ({
    eventId,
    outcome: await writeListDeletion(ctx, { eventId, listId, ownerId }, ctx.clock.now()),
  }));
  await refuseUnlessOwn(ctx, actor, listId, { ...outcome, deleted: false });
  if (outcome.told !== null) publishEvent(ctx, { id: eventId, kind: LIST_DELETED, payload: outcome.told });
}
