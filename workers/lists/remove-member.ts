import type { Ctx } from "../lib/context.ts";
import type { Viewer } from "../lib/route.ts";
import { changeMember } from "./add-member.ts";
import { refuseUnlessOwn } from "./own-list.ts";

/**
 * Takes a user out of one of the actor's lists; who is not in it stays out. Throws `not_found` for the list, `forbidden`
 * for somebody else's, `account_inactive`.
 */
export async function removeMember(ctx: Ctx, actor: Viewer, listId: string, userId: string): Promise<void> {
  const outcome = await changeMember(ctx, { actor, listId, userId, state: 0 }, null);
  await refuseUnlessOwn(ctx, actor, listId, outcome);
}
