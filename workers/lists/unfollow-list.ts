import type { Ctx } from "../lib/context.ts";
import type { Viewer } from "../lib/route.ts";
import { changeListFollow } from "./follow-list.ts";

/** Ends a follow, of a list that is gone or hidden by now, too; one that does not stand stays so. Throws `account_inactive`. */
export async function unfollowList(ctx: Ctx, actor: Viewer, listId: string): Promise<void> {
  await changeListFollow(ctx, { actor, listId, state: 0 }, null);
}
