import type { Ctx } from "../lib/context.ts";
import { publishEvent, withEventId } from "../lib/outbox.ts";
import type { Viewer } from "../lib/route.ts";
import { LIST_PRIVACY_CHANGED } from "./events.ts";
import { refuseUnlessOwn } from "./own-list.ts";
import { writeListChanges, type ListChanges } from "./writer.ts";

/**
 * Changes what is given of one of the actor's lists, for everybody at once. Throws `not_found`, `forbidden` for somebody
 * else's list, `account_inactive`.
 */
export async function updateList(ctx: Ctx, actor: Viewer, listId: string, changes: ListChanges): Promise<void> {
  const ownerId = actor.userId;
  const { eventId, outcome } = await withEventId(ctx, listId, async (eventId) => ({
    eventId,
    outcome: await writeListChanges(ctx, { eventId, listId, ownerId }, changes),
  }));
  await refuseUnlessOwn(ctx, actor, listId, outcome);
  if (outcome.told !== null) publishEvent(ctx, { id: eventId, kind: LIST_PRIVACY_CHANGED, payload: outcome.told });
}
