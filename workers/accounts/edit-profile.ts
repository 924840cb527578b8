import type { UserObject } from "../hydrate/contract.ts";
import type { Ctx } from "../lib/context.ts";
import type { Viewer } from "../lib/route.ts";
import { noteVisibility } from "../lib/visibility-log.ts";
import type { EditProfileBody } from "./contract.ts";
import { lookUpMe } from "./look-up-users.ts";
import { accountInactive } from "./sessions.ts";
import { recordProfile } from "./writer.ts";

/** Changes what is given of the actor's profile; answers the user as it is now. Throws `account_inactive`. */
export async function editProfile(ctx: Ctx, actor: Viewer, changes: EditProfileBody): Promise<UserObject> {
  if (Object.keys(changes).length === 0) return lookUpMe(ctx, actor, {});
  const recorded = await recordProfile(ctx, actor.userId, changes, ctx.clock.now());
  if (!recorded) throw accountInactive();
  noteVisibility(ctx.runtime, "user", actor.userId);
  return lookUpMe(ctx, actor, {});
}
