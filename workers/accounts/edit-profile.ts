import type { UserObject } from "../hydrate/contract.ts";
import type { Ctx } from "../lib/context.ts";
import { publishEvent, withEventId } from "../lib/outbox.ts";
import type { Viewer } from "../lib/route.ts";
import { noteVisibility } from "../lib/visibility-log.ts";
import type { EditProfileBody } from "./contract.ts";
import { PROTECTION_CHANGED } from "./events.ts";
import { lookUpMe } from "./look-up-users.ts";
import { accountInactive } from "./sessions.ts";
import { recordProfile } from "./writer.ts";

/** Changes what is given of the actor's profile; answers the user as it is now. Throws `account_inactive`. */
export async function editProfile(ctx: Ctx, actor: Viewer, changes: EditProfileBody): Promise<UserObject> {
  if (Object.keys(changes).length === 0) return lookUpMe(ctx, actor, {});
  const { userId } = actor;
  const at = ctx.clock.now();
  const { eventId, outcome } = await withEventId(ctx, userId, async (eventId) => ({
    eventId,
    outcome: await recordProfile(ctx, { eventId, userId, changes, at }),
  }));
  if (!outcome.active) throw accountInactive();
  noteVisibility(ctx.runtime, "user", userId);
  if (outcome.protection !== null) {
    publishEvent(ctx, { id: eventId, kind: PROTECTION_CHANGED, payload: outcome.protection });
  }
  return lookUpMe(ctx, actor, {});
}
