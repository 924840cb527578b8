import type { Ctx } from "../lib/context.ts";
import { endAll } from "./end-follows.consumer.ts";
import type { FollowChanged } from "./events.ts";
import { writeBackwardEdge } from "./writer.ts";

/**
 * Stores a follow a second time, from the followed user's side, and counts it; or puts a request before who is asked. One
 * that was on its way while the followed account was deleted ends again.
 */
export async function mirrorFollow(ctx: Ctx, changed: FollowChanged): Promise<void> {
  const { gone } = await writeBackwardEdge(ctx, changed);
  if (gone && changed.state !== 0) await endAll(ctx, [changed]);
}
