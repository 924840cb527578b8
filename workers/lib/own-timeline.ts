import type { Ctx } from "./context.ts";
import { withDeadline } from "./dependency.ts";

/**
 * Read your writes: the acting user's own home changes before the answer. When the object does not answer within
 * READ_DEADLINE_MS the write stands all the same, and its event brings the change.
 */
export async function tellOwnTimeline(
  ctx: Ctx,
  userId: string,
  tell: (timeline: ReturnType<Ctx["homeTimeline"]>) => Promise<unknown>,
): Promise<void> {
  try {
    await withDeadline(tell(ctx.homeTimeline(userId)), ctx.limits.READ_DEADLINE_MS);
  } catch (error) {
    ctx.log.warn("own timeline not reached", { error });
  }
}
