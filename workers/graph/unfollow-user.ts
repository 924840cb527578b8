import type { Ctx } from "../lib/context.ts";
import type { Viewer } from "../lib/route.ts";
import { changeEdge } from "./follow-user.ts";

/** Ends a follow; one that does not stand stays as it is. Throws `account_inactive`. */
export async function unfollowUser(ctx: Ctx, actor: Viewer, followeeId: string): Promise<void> {
  await changeEdge(ctx, { actor, followeeId, state: 0 }, null);
}
