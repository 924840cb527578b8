import type { Ctx } from "../lib/context.ts";
import type { Viewer } from "../lib/route.ts";
import { removePin } from "./edges-writer.ts";
import { inactive } from "./own-list.ts";

/** Takes a pin off; a list that is not pinned stays so. Throws `account_inactive`. */
export async function unpinList(ctx: Ctx, actor: Viewer, listId: string): Promise<void> {
  if (!(await removePin(ctx, actor.userId, listId))) throw inactive();
}
