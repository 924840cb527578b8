import { groupBy } from "../lib/concurrency.ts";
import type { Ctx } from "../lib/context.ts";
import { writeMemberships } from "./edges-writer.ts";
import type { ListStandingChanged } from "./events.ts";
import { readMemberEdges } from "./reader.ts";

/** Members whose edges are written in one batch. */
const MEMBERS_AT_ONCE = 1000;

/**
 * Tells every member's shard how the list stands now: it has turned private or public, or is deleted. Read anew, so that
 * a late or repeated event tells the truth, too.
 */
export async function retellMembers(ctx: Ctx, { listId }: ListStandingChanged): Promise<void> {
  const edges = await readMemberEdges(ctx, listId);
  const byShard = groupBy(edges, (edge) => ctx.shards.indexOf(edge.userId));
  await Promise.all(
    [...byShard].map(async ([index, members]) => {
      for (let at = 0; at < members.length; at += MEMBERS_AT_ONCE) {
        await writeMemberships(ctx, index, listId, members.slice(at, at + MEMBERS_AT_ONCE));
      }
    }),
  );
}
