import type { Ctx } from "../lib/context.ts";
import { writeListFollower } from "./edges-writer.ts";
import type { ListFollowChanged } from "./events.ts";

/** Stores the edge a second time, from the list's side, and counts it. */
export async function mirrorListFollow(ctx: Ctx, changed: ListFollowChanged): Promise<void> {
  await writeListFollower(ctx, changed);
}
