import type { Ctx } from "../lib/context.ts";
import type { EdgeChanged, EdgeKind } from "./events.ts";
import { writeBackwardEdges } from "./writer.ts";

/** Brings edges to the tweets of one database that they lead to, all in one batch: their backward edges and counts. */
export async function mirrorEdges(
  ctx: Ctx,
  databaseIndex: number,
  kind: EdgeKind,
  changes: readonly EdgeChanged[],
): Promise<void> {
  // Of several changes of one edge the newest says it all.
  const newest = new Map<string, EdgeChanged>();
  for (const change of changes) {
    const key = `${change.tweetId} ${change.userId}`;
    if (change.version > (newest.get(key)?.version ?? 0)) newest.set(key, change);
  }
  await writeBackwardEdges(ctx, databaseIndex, kind, [...newest.values()]);
}
