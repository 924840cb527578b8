import { env } from "cloudflare:workers";

/** What the oracle looks up behind the API's back: the log of unfinished events, and by which tier a tweet was sent. */
const shards = (): D1Database[] => [env.SHARD_0, env.SHARD_1];

export interface Unfinished {
  readonly id: string;
  readonly kind: string;
  readonly nextSweepAt: number;
  /** Ids are decimal text of 19 digits. */
  readonly payload: Readonly<Record<string, unknown>>;
}

export async function readOutboxes(): Promise<Unfinished[]> {
  const parts = await Promise.all(
    shards().map((shard) =>
      shard.prepare("SELECT id, kind, payload, next_sweep_at FROM outbox").all<{
        id: string;
        kind: string;
        payload: string;
        next_sweep_at: number;
      }>(),
    ),
  );
  return parts
    .flatMap((part) => part.results)
    .map(({ id, kind, payload, next_sweep_at: nextSweepAt }) => ({
      id,
      kind,
      nextSweepAt,
      payload: JSON.parse(payload) as Unfinished["payload"],
    }));
}

/** Tweet id → the tier it was sent by. */
export async function readTweetTiers(): Promise<Map<string, string>> {
  const query = "SELECT id, tier FROM tweets";
  const parts = await Promise.all(shards().map((shard) => shard.prepare(query).all<{ id: string; tier: string }>()));
  return new Map(parts.flatMap((part) => part.results).map((row) => [String(BigInt(row.id)), row.tier]));
}

/** A row of one of the shards, by its key; the other shard has none. */
async function readRow(query: string, ...keys: readonly string[]): Promise<Edge | null> {
  const ids = keys.map((id) => id.padStart(19, "0"));
  const parts = await Promise.all(
    shards().map((shard) =>
      shard
        .prepare(query)
        .bind(...ids)
        .first<Edge>(),
    ),
  );
  return parts.find((row) => row !== null) ?? null;
}

export interface Edge {
  readonly state: number;
  readonly version: number;
}

/** A follow (1), or a request to (2), where its owner lives. */
export const readFollow = (followerId: string, followeeId: string): Promise<Edge | null> =>
  readRow("SELECT state, version FROM following WHERE follower_id = ? AND followee_id = ?", followerId, followeeId);

/** A request where it arrives: 1 waits; its version is that of the edge. */
export const readRequest = (userId: string, requesterId: string): Promise<Edge | null> =>
  readRow("SELECT state, version FROM follow_requests WHERE user_id = ? AND requester_id = ?", userId, requesterId);

/** True where nothing of a tweet came or comes by a feed: those are up to two minutes old. */
export async function isOnlyPushed(tweetId: string): Promise<boolean> {
  const query = `SELECT 1 AS state, 1 AS version FROM tweets JOIN authors ON user_id = author_id
    WHERE id = ? AND tweets.tier IN ('push', 'active') AND pull_listed = 0`;
  return (await readRow(query, tweetId)) !== null;
}

/** Authors who were pulled only and have left the list of pull authors again. */
export async function countLeftPullList(): Promise<number> {
  const query = `SELECT count(*) AS left_list FROM authors WHERE pull_listed = 0
    AND EXISTS (SELECT 1 FROM tweets WHERE tweets.author_id = authors.user_id AND tweets.tier = 'pull')`;
  const parts = await Promise.all(shards().map((shard) => shard.prepare(query).first<number>("left_list")));
  return parts.reduce<number>((sum, part) => sum + (part ?? 0), 0);
}

let names: string[] | undefined;

/** Runs share their databases: each begins with empty ones, so that it can be repeated by itself. */
export async function emptyTables(): Promise<void> {
  names ??= await tableNames();
  const all = names;
  await Promise.all(shards().map((shard) => shard.batch(all.map((name) => shard.prepare(`DELETE FROM ${name}`)))));
  await env.FEEDS.delete("pull-authors");
}

async function tableNames(): Promise<string[]> {
  const query =
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '\\_cf%' ESCAPE '\\' AND name <> 'd1_migrations'";
  const { results } = await env.SHARD_0.prepare(query).all<{ name: string }>();
  return results.map((row) => row.name);
}
