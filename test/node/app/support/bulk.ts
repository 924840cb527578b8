/**
 * Rows written straight into the shards of a local runtime, for stories that need more tweets or people than the API takes
 * in a few seconds. What is written is what the Worker would have stored: the texts must be such as it takes.
 */
import type { LocalRuntime } from "../../../../scripts/local-runtime.ts";
import { createShardMap, logicalShardOfUsername } from "../../../../workers/lib/shards.ts";
import { createMinter, logicalShardOfId, padId } from "../../../../workers/lib/snowflake.ts";
import { extractEntities } from "../../../../workers/tweets/tweet-text.ts";

export interface PlantedTweet {
  /** As the API gives it. */
  readonly id: string;
  readonly text: string;
}

export interface PlantedUser {
  readonly id: string;
  readonly username: string;
  readonly name: string;
  readonly description: string;
}

const ROWS_AT_ONCE = 5_000;
const DAY_MS = 86_400_000;

/**
 * Tweets of `authorId`, the first of `texts` the oldest, all of them within the day before now. Nobody who follows the
 * author may have read home yet: then home is built of these as well.
 */
export async function plantTweets(
  runtime: LocalRuntime,
  authorId: string,
  texts: readonly string[],
): Promise<PlantedTweet[]> {
  const author = padId(authorId);
  const logicalShard = logicalShardOfId(author);
  let now = Date.now() - DAY_MS;
  const ids = createMinter(() => now);
  const rows = texts.map((text) => {
    now += Math.floor((DAY_MS - 60_000) / texts.length);
    const entities = extractEntities(text);
    const stored = Object.keys(entities).length === 0 ? null : JSON.stringify(entities);
    return { id: ids.next(logicalShard), author, text, entities: stored };
  });
  await insert(runtime, rows, (row) => row.author, [
    `INSERT INTO tweets (id, author_id, text, entities, tier)
    SELECT value->>'id', value->>'author', value->>'text', value->>'entities', 'push' FROM json_each(?) WHERE true`,
    `INSERT INTO authors (user_id, tweet_count, newest_tweet_id)
    SELECT value->>'author', count(*), max(value->>'id') FROM json_each(?) GROUP BY 1
    ON CONFLICT (user_id) DO UPDATE SET tweet_count = tweet_count + excluded.tweet_count,
      newest_tweet_id = max(newest_tweet_id, excluded.newest_tweet_id)`,
  ]);
  return rows.map(({ id, text }) => ({ id: String(BigInt(id)), text }));
}

/** Accounts that follow `followeeId`, without credentials. */
export async function plantFollowers(
  runtime: LocalRuntime,
  followeeId: string,
  people: readonly { readonly name: string; readonly description: string }[],
): Promise<PlantedUser[]> {
  let now = Date.now() - DAY_MS;
  const ids = createMinter(() => now);
  const followee = padId(followeeId);
  const users = people.map((person, index) => {
    now += 1;
    const username = `planted_${index.toString(36)}`;
    const id = ids.next(logicalShardOfUsername(username));
    return { ...person, id, username, followee, shard: logicalShardOfId(id) };
  });
  await insert(runtime, users, (user) => user.id, [
    `INSERT INTO users (id, username, username_key, name, description) SELECT value->>'id', value->>'username',
    lower(value->>'username'), value->>'name', value->>'description' FROM json_each(?)`,
    `INSERT INTO following (follower_id, followee_id, state, version)
    SELECT value->>'id', value->>'followee', 1, 1 FROM json_each(?)`,
    "INSERT INTO follow_counts (user_id, following_count) SELECT value->>'id', 1 FROM json_each(?)",
  ]);
  await insert(runtime, users, () => followee, [
    `INSERT INTO followers (followee_id, follower_shard, follower_id, state, version)
    SELECT value->>'followee', value->>'shard', value->>'id', 1, 1 FROM json_each(?)`,
    `INSERT INTO follow_counts (user_id, followers_count) SELECT value->>'followee', count(*) FROM json_each(?) GROUP BY 1
    ON CONFLICT (user_id) DO UPDATE SET followers_count = followers_count + excluded.followers_count`,
  ]);
  return users.map(({ id, username, name, description }) => ({
    id: String(BigInt(id)),
    username,
    name,
    description,
  }));
}

/** Runs `statements` over `rows`, each in the shard of its own `idOf`; the rows' JSON is their only parameter. */
async function insert<T>(
  runtime: LocalRuntime,
  rows: readonly T[],
  idOf: (row: T) => string,
  statements: readonly string[],
): Promise<void> {
  const shards = createShardMap(runtime.shardCount);
  for (const [shard, group] of Map.groupBy(rows, (row) => shards.indexOf(padId(idOf(row))))) {
    for (let at = 0; at < group.length; at += ROWS_AT_ONCE) {
      const json = JSON.stringify(group.slice(at, at + ROWS_AT_ONCE));
      for (const statement of statements) await runtime.sql(shard, statement, [json]);
    }
  }
}
