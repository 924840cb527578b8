import { shardBindings } from "../../workers/lib/context.ts";
import { LOGICAL_SHARDS } from "../../workers/lib/snowflake.ts";
import { shardIndexOf } from "../support/planting.ts";
import type { World } from "../support/world.ts";
import type { Has } from "./talk.ts";

/** A like as its request leaves it: the forward edge and the outbox row are written, the message is on its way. */
interface Liking {
  readonly eventId: string;
  readonly userId: string;
  readonly tweetId: string;
  readonly state: 1;
  readonly version: 1;
}

const ROWS_AT_ONCE = 5_000;
const MESSAGES_AT_ONCE = 100;

/**
 * `count` likes of `tweet` by users of all shards: the same rows that as many requests would write, and one message each,
 * in the order given. The users have no accounts.
 */
export async function plantLikes(world: World, tweet: Has, count: number): Promise<void> {
  const { ids } = world.isolate.runtime;
  const likings = Array.from({ length: count }, (_, index): Liking => {
    const shard = (index * 37) % LOGICAL_SHARDS;
    const [userId, eventId] = [ids.next(shard), ids.next(shard)];
    return { eventId, userId, tweetId: tweet.id.padStart(19, "0"), state: 1, version: 1 };
  });
  const sweepAt = world.now() + 3_600_000;
  for (const [index, here] of Map.groupBy(likings, ({ userId }) => shardIndexOf(world, userId))) {
    const database = shardBindings(world.isolate.env)[index];
    if (database === undefined) throw new Error(`no shard ${index}`);
    for (let at = 0; at < here.length; at += ROWS_AT_ONCE) {
      const json = JSON.stringify(here.slice(at, at + ROWS_AT_ONCE));
      await database.batch([
        database
          .prepare(
            `INSERT INTO likes (user_id, tweet_id, state, version)
            SELECT value->>'userId', value->>'tweetId', 1, 1 FROM json_each(?)`,
          )
          .bind(json),
        database
          .prepare(
            `INSERT INTO outbox (id, kind, payload, next_sweep_at)
            SELECT value->>'eventId', 'like-changed', json_remove(value, '$.eventId'), ? FROM json_each(?)`,
          )
          .bind(sweepAt, json),
      ]);
    }
  }
  for (let at = 0; at < likings.length; at += MESSAGES_AT_ONCE) {
    const messages = likings.slice(at, at + MESSAGES_AT_ONCE).map(({ eventId, ...payload }) => ({
      body: { v: 1, id: eventId, kind: "like-changed", payload },
    }));
    await world.isolate.env.EVENTS.sendBatch(messages);
  }
}
