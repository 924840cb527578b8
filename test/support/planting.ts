import { signAccessToken } from "../../workers/accounts/access-tokens.ts";
import { createContext, shardBindings } from "../../workers/lib/context.ts";
import { logicalShardOfUsername } from "../../workers/lib/shards.ts";
import { lowestIdAt, logicalShardOfId } from "../../workers/lib/snowflake.ts";
import { Person, type World } from "./world.ts";

/**
 * Rows written straight into the shards, for stories that need more users, edges or tweets than a test can send by HTTP.
 * What is planted looks as if it had come by the API and every event of it had been delivered.
 */

export interface Planted {
  /** 19 digits, as stored. */
  readonly id: string;
  readonly username: string;
}

let planted = 0;

/** `count` accounts that visited `seenDaysAgo` days ago (0 unless given), without credentials. */
export async function plantUsers(world: World, count: number, seenDaysAgo = 0): Promise<Planted[]> {
  const users = Array.from({ length: count }, () => {
    planted += 1;
    const username = `crowd_${planted.toString(36)}`;
    return { id: world.isolate.runtime.ids.next(logicalShardOfUsername(username)), username };
  });
  const seenAt = world.now() - seenDaysAgo * 86_400_000;
  await eachShard(world, users, (user) => user.id, [
    [
      `INSERT INTO users (id, username, username_key, name)
      SELECT value->>'id', value->>'username', lower(value->>'username'), value->>'username' FROM json_each(?)`,
    ],
    ["INSERT INTO readers (user_id, seen_at) SELECT value->>'id', ? FROM json_each(?)", seenAt],
  ]);
  return users;
}

/** Makes every one of `followers` follow every one of `followees`, none of whom they follow yet. */
export async function plantFollows(
  world: World,
  followers: readonly { readonly id: string }[],
  followees: readonly { readonly id: string }[],
): Promise<void> {
  const edges = followers.flatMap((from) =>
    followees.map((to) => ({ from: from.id, to: to.id, shard: logicalShardOfId(from.id) })),
  );
  await eachShard(world, edges, (edge) => edge.from, [
    [
      `INSERT INTO following (follower_id, followee_id, state, version)
      SELECT value->>'from', value->>'to', 1, 1 FROM json_each(?)`,
    ],
    [
      `INSERT INTO follow_counts (user_id, following_count) SELECT value->>'from', count(*) FROM json_each(?) GROUP BY 1
      ON CONFLICT (user_id) DO UPDATE SET following_count = following_count + excluded.following_count`,
    ],
  ]);
  await eachShard(world, edges, (edge) => edge.to, [
    [
      `INSERT INTO followers (followee_id, follower_shard, follower_id, state, version)
      SELECT value->>'to', value->>'shard', value->>'from', 1, 1 FROM json_each(?)`,
    ],
    [
      `INSERT INTO follow_counts (user_id, followers_count) SELECT value->>'to', count(*) FROM json_each(?) GROUP BY 1
      ON CONFLICT (user_id) DO UPDATE SET followers_count = followers_count + excluded.followers_count`,
    ],
  ]);
}

export interface TweetsToPlant {
  readonly count: number;
  /** Unix milliseconds of the first tweet. */
  readonly from: number;
  /** Milliseconds between two tweets. */
  readonly every: number;
  readonly tier?: "push" | "active" | "both" | "pull";
}

/** Tweets of `author` at a steady pace. @returns their ids, newest first. */
export async function plantTweets(
  world: World,
  author: { readonly id: string },
  what: TweetsToPlant,
): Promise<string[]> {
  const shard = BigInt(logicalShardOfId(author.id)) << 12n;
  const tweets = Array.from({ length: what.count }, (_, index) => {
    const id = (BigInt(lowestIdAt(what.from + index * what.every)) | shard | BigInt(index % 4096)).toString();
    return { id, author: author.id, text: `planted ${index}`, tier: what.tier ?? "push" };
  });
  await eachShard(world, tweets, () => author.id, [
    [
      `INSERT INTO tweets (id, author_id, text, tier)
      SELECT value->>'id', value->>'author', value->>'text', value->>'tier' FROM json_each(?)`,
    ],
    [
      `INSERT INTO authors (user_id, tweet_count, newest_tweet_id)
      SELECT value->>'author', count(*), max(value->>'id') FROM json_each(?) GROUP BY 1
      ON CONFLICT (user_id) DO UPDATE SET tweet_count = tweet_count + excluded.tweet_count,
        newest_tweet_id = max(newest_tweet_id, excluded.newest_tweet_id)`,
    ],
  ]);
  return tweets.map((tweet) => tweet.id).reverse();
}

/** Retweets of `tweets` by `who`, one after another at a steady pace. @returns their ids, as `tweets` are ordered. */
export async function plantRetweets(
  world: World,
  who: { readonly id: string },
  tweets: readonly { readonly id: string; readonly authorId: string }[],
  pace: Pick<TweetsToPlant, "from" | "every" | "tier">,
): Promise<string[]> {
  const shard = BigInt(logicalShardOfId(who.id)) << 12n;
  const rows = tweets.map(({ id: tweetId, authorId }, index) => {
    const id = BigInt(lowestIdAt(pace.from + index * pace.every)) | shard | BigInt(index % 4096);
    const pad = (one: string) => one.padStart(19, "0");
    return { id: String(id), who: pad(who.id), tweet: pad(tweetId), author: pad(authorId), tier: pace.tier ?? "push" };
  });
  await eachShard(world, rows, (row) => row.who, [
    [
      `INSERT INTO tweets (id, author_id, text, tier, retweeted_id, retweeted_user_id) SELECT value->>'id',
        value->>'who', '', value->>'tier', value->>'tweet', value->>'author' FROM json_each(?)`,
    ],
    [
      `INSERT INTO authors (user_id, tweet_count, newest_tweet_id)
      SELECT value->>'who', count(*), max(value->>'id') FROM json_each(?) GROUP BY 1
      ON CONFLICT (user_id) DO UPDATE SET tweet_count = tweet_count + excluded.tweet_count,
        newest_tweet_id = max(newest_tweet_id, excluded.newest_tweet_id)`,
    ],
    [
      `INSERT INTO retweets (user_id, tweet_id, retweet_id, state, version)
      SELECT value->>'who', value->>'tweet', value->>'id', 1, 1 FROM json_each(?)`,
    ],
  ]);
  await eachShard(world, rows, (row) => row.tweet, [
    [
      `INSERT INTO retweeters (tweet_id, user_id, retweet_id, state, version)
      SELECT value->>'tweet', value->>'who', value->>'id', 1, 1 FROM json_each(?)`,
    ],
    [
      `INSERT INTO tweet_counts (tweet_id, retweet_count) SELECT value->>'tweet', 1 FROM json_each(?) WHERE true
      ON CONFLICT (tweet_id) DO UPDATE SET retweet_count = retweet_count + 1`,
    ],
  ]);
  return rows.map((row) => row.id);
}

/** A planted user, signed in. */
export async function signIn(world: World, user: Planted): Promise<Person> {
  const ctx = createContext(world.isolate.runtime, { requestId: "test", waitUntil: () => undefined });
  const token = await signAccessToken(ctx, user.id, "planted");
  return new Person(world, world.isolate, { ...user, password: "", token, refreshToken: "" });
}

/** The database that holds `id`, as the first isolate sees it. */
export function databaseOf(world: World, id: string): D1Database {
  const database = shardBindings(world.isolate.env)[shardIndexOf(world, id)];
  if (database === undefined) throw new Error(`no database holds ${id}`);
  return database;
}

export const shardIndexOf = (world: World, id: string): number =>
  world.isolate.runtime.shards.indexOf(id.padStart(19, "0"));

/** Rows of `statement` in the database that holds `id`. */
export async function rowsAt<T = Record<string, unknown>>(
  world: World,
  id: string,
  statement: string,
  ...values: readonly (string | number)[]
): Promise<T[]> {
  const { results } = await databaseOf(world, id)
    .prepare(statement)
    .bind(...values)
    .all<T>();
  return results;
}

/** Every outbox row, oldest first. */
export async function outboxRows(
  world: World,
): Promise<{ id: string; kind: string; attempts: number; progress: string | null }[]> {
  const select = "SELECT id, kind, attempts, progress, next_sweep_at FROM outbox ORDER BY id";
  const shards = shardBindings(world.isolate.env).map((shard) =>
    shard.prepare(select).all<{ id: string; kind: string; attempts: number; progress: string | null }>(),
  );
  const rows = (await Promise.all(shards)).flatMap(({ results }) => results);
  return rows.sort((a, b) => (a.id < b.id ? -1 : 1));
}

const ROWS_AT_ONCE = 5_000;

/** Runs `statements` over `rows` where each belongs; the JSON of the rows is the last parameter of each. */
async function eachShard<T>(
  world: World,
  rows: readonly T[],
  idOf: (row: T) => string,
  statements: readonly (readonly [text: string, ...values: number[]])[],
): Promise<void> {
  const byShard = Map.groupBy(rows, (row) => shardIndexOf(world, idOf(row)));
  for (const group of byShard.values()) {
    for (let at = 0; at < group.length; at += ROWS_AT_ONCE) {
      const chunk = group.slice(at, at + ROWS_AT_ONCE);
      const [first] = chunk;
      if (first === undefined) continue;
      const database = databaseOf(world, idOf(first));
      const json = JSON.stringify(chunk);
      await database.batch(statements.map(([text, ...values]) => database.prepare(text).bind(...values, json)));
    }
  }
}
