import type { Ctx } from "../lib/context.ts";
import { publishEvent, withEventId } from "../lib/outbox.ts";
import { FOLLOW_CHANGED, type FollowAnswered } from "./events.ts";
import { writeAnswered } from "./requests-writer.ts";

/** Makes a granted request a follow, and ends a refused one, where the requester lives. */
export async function applyAnswer(ctx: Ctx, answered: FollowAnswered): Promise<void> {
  const { eventId, changed } = await withEventId(ctx, answered.requesterId, async (eventId) => ({
    eventId,
    changed: await writeAnswered(ctx, eventId, answered),
  }));
  if (changed !== null) publishEvent(ctx, { id: eventId, kind: FOLLOW_CHANGED, payload: changed });
}
