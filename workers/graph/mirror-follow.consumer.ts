import type { Ctx } from "../lib/context.ts";
import type { FollowChanged } from "./events.ts";
import { writeBackwardEdge } from "./writer.ts";

/** Stores a follow a second time, from the followed user's side, and counts it; or puts a request before who is asked. */
export async function mirrorFollow(ctx: Ctx, changed: FollowChanged): Promise<void> {
  await writeBackwardEdge(ctx, changed);
}
