import type { AccountDeactivated } from "../accounts/events.ts";
import type { Ctx } from "../lib/context.ts";

/** Drops the home timeline of an account that is gone. Others' timelines keep its tweets, which are hidden when read. */
export async function dropTimeline(ctx: Ctx, { userId }: AccountDeactivated): Promise<void> {
  await ctx.homeTimeline(userId).drop();
}
