import { sql } from "drizzle-orm";
import { groupBy } from "../lib/concurrency.ts";
import { commit } from "../lib/commit.ts";
import type { Ctx } from "../lib/context.ts";
import { recordEvents } from "../lib/outbox.ts";
import { logicalShardOfId } from "../lib/snowflake.ts";
import { FOLLOW_CHANGED, type FollowChanged } from "./events.ts";
import { followIn, type Follow } from "./follow-statements.ts";
import { followCounts, following } from "./tables.ts";

/** Ends follows, and requests to, that nobody asked to end: an account of theirs is gone. */

/** The end of a follow, as an event that is recorded. */
export interface Ending {
  readonly eventId: string;
  readonly changed: FollowChanged;
}

/**
 * Ends those of `follows` that stand: the counts, the edges, and an event each, in one batch of each follower's database.
 * A repeat writes nothing. Throws the database's error where an event's id is taken: the next try mints others.
 */
export async function writeEndings(ctx: Ctx, follows: readonly Follow[]): Promise<Ending[]> {
  const byShard = groupBy(follows, ({ followerId }) => ctx.shards.indexOf(followerId));
  const endings = await Promise.all([...byShard].map(([index, here]) => endHere(ctx, index, here)));
  return endings.flat();
}

async function endHere(ctx: Ctx, index: number, follows: readonly Follow[]): Promise<Ending[]> {
  const asked = follows.map(({ followerId, followeeId }) => {
    return [followerId, followeeId, ctx.ids.next(logicalShardOfId(followerId))] as const;
  });
  const ending = sql`json_each(${JSON.stringify(asked)}) AS ending`;
  const edge = sql`${ending} JOIN ${following} ON follower_id = ending.value->>0 AND followee_id = ending.value->>1`;
  const results = await commit(ctx.dbAt(index), [
    sql`UPDATE ${followCounts} SET following_count = following_count
        - (SELECT count(*) FROM ${edge} WHERE ${following.state} = 1 AND follower_id = ${followCounts.userId})
      WHERE user_id IN (SELECT follower_id FROM ${edge} WHERE ${following.state} = 1)`,
    recordEvents(
      ctx,
      FOLLOW_CHANGED,
      sql`SELECT ending.value->>2 AS id, json_object('followerId', follower_id, 'followeeId', followee_id, 'state', 0,
          'version', version + 1) AS payload
        FROM ${edge} WHERE ${following.state} <> 0`,
    ),
    sql`UPDATE ${following} SET state = 0, version = version + 1
      WHERE state <> 0 AND (follower_id, followee_id) IN (SELECT ending.value->>0, ending.value->>1 FROM ${ending})`,
    sql`SELECT id, payload FROM outbox WHERE id IN (SELECT ending.value->>2 FROM ${ending})`,
  ]);
  return (results.at(-1)?.rows ?? []).flatMap(({ id, payload }) => {
    const changed = followIn(payload);
    return changed === null ? [] : [{ eventId: String(id), changed }];
  });
}
