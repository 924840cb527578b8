import type { Ctx } from "../lib/context.ts";
import { publishEvent, withEventId } from "../lib/outbox.ts";
import { writeBlockedBy } from "./blocks-writer.ts";
import { FOLLOW_CHANGED, type BlockChanged } from "./events.ts";

/** Tells the blocked user's shard, which ends that user's follow of the blocker. */
export async function mirrorBlock(ctx: Ctx, changed: BlockChanged): Promise<void> {
  const { eventId, unfollowed } = await withEventId(ctx, changed.blockedId, async (eventId) => ({
    eventId,
    unfollowed: await writeBlockedBy(ctx, eventId, changed),
  }));
  if (unfollowed !== null) publishEvent(ctx, { id: eventId, kind: FOLLOW_CHANGED, payload: unfollowed });
}
