import type { Ctx } from "../lib/context.ts";
import { DomainError } from "../lib/errors.ts";
import { publishEvent, withEventId } from "../lib/outbox.ts";
import { tellOwnTimeline } from "../lib/own-timeline.ts";
import type { Viewer } from "../lib/route.ts";
import { FOLLOW_CHANGED } from "./events.ts";
import { writeUnfollow } from "./writer.ts";

/** Ends a follow, or withdraws a request to; where neither stands all stays as it is. Throws `account_inactive`. */
export async function unfollowUser(ctx: Ctx, actor: Viewer, followeeId: string): Promise<void> {
  const follow = { followerId: actor.userId, followeeId };
  const { eventId, outcome } = await withEventId(ctx, actor.userId, async (eventId) => ({
    eventId,
    outcome: await writeUnfollow(ctx, eventId, follow),
  }));
  if (!outcome.active) throw new DomainError("account_inactive", "This account is not active.");
  const { changed } = outcome;
  if (changed === null) return;
  publishEvent(ctx, { id: eventId, kind: FOLLOW_CHANGED, payload: changed });
  // What a protected account wrote is gone at once.
  await tellOwnTimeline(ctx, actor.userId, (timeline) =>
    timeline.setFollow({ authorId: followeeId, state: 0, version: changed.version }),
  );
}
