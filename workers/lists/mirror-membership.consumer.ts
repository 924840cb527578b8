import type { Ctx } from "../lib/context.ts";
import { writeMemberships } from "./edges-writer.ts";
import type { ListMemberChanged } from "./events.ts";

/** Stores the edge a second time, from the member's side, and counts it where others may see it. */
export async function mirrorMembership(ctx: Ctx, { listId, userId, state, version }: ListMemberChanged): Promise<void> {
  await writeMemberships(ctx, ctx.shards.indexOf(userId), listId, [{ userId, state, version }]);
}
