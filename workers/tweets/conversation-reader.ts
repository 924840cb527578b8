import { sql } from "drizzle-orm";
import type { Ctx } from "../lib/context.ts";
import { tweetReferences, tweets } from "./tables.ts";

/**
 * Beside reader.ts, for this room alone: a conversation's tree, which its first tweet's shard keeps whole. A reply's row
 * is keyed by what it answers, the author's own first.
 */

/** A tweet knows so many of those it answers: the conversation's first, and the nearest. */
export const ANCESTORS_MAX = 500;

/** Where a tweet stands, itself standing or deleted. */
export interface Place {
  /** Ids that it answers, the nearest last, standing or deleted; with ANCESTORS_MAX of them, some behind the first may lack. */
  readonly ancestors: readonly string[];
  /** What it retweets, where it is a retweet. */
  readonly retweetedId: string | null;
}

/** Null where there is no such tweet. One query. */
export async function readPlace(ctx: Ctx, tweetId: string): Promise<Place | null> {
  const [row] = await ctx.dbOf(tweetId).all<{ ancestors: string | null; retweeted: string | null }>(sql`
    SELECT ${tweets.ancestors} AS ancestors, ${tweets.retweetedId} AS retweeted
    FROM ${tweets} WHERE ${tweets.id} = ${tweetId}`);
  if (row === undefined) return null;
  const ancestors = row.ancestors === null ? [] : (JSON.parse(row.ancestors) as string[]);
  return { ancestors, retweetedId: row.retweeted };
}

export interface ReplyNode {
  readonly id: string;
  readonly hidden: boolean;
}

/**
 * The author's thread from `tweetId` on: their replies to themself, oldest first, at most `count`; whose conversation it is,
 * and which of `ancestors` (each answers the one before it) are hidden. One query.
 */
export async function readThread(
  ctx: Ctx,
  conversationId: string,
  tweetId: string,
  { count, ancestors }: { count: number; ancestors: readonly string[] },
): Promise<{ conversationAuthorId: string | null; thread: ReplyNode[]; hiddenAbove: readonly string[] }> {
  const answers = ancestors.slice(1).map((id, index) => [ancestors[index], id]);
  const rows = await ctx.dbOf(conversationId).all<{
    id: string;
    hidden: number;
    author: string | null;
    hidden_above: string;
  }>(sql`
    WITH RECURSIVE thread (id, hidden) AS (
      SELECT ${tweetId}, 0
      UNION ALL
      SELECT r.tweet_id, r.hidden FROM thread JOIN ${tweetReferences} AS r
        ON r.target_id = thread.id AND r.kind = 'reply' AND r.by_other = 0
      ORDER BY 1 LIMIT ${count + 1}
    )
    SELECT id, hidden, (SELECT author_id FROM ${tweets} AS first WHERE first.id = ${conversationId}) AS author,
      (SELECT json_group_array(above.tweet_id) FROM json_each(${JSON.stringify(answers)}) AS answer
        JOIN ${tweetReferences} AS above ON above.target_id = answer.value->>0 AND above.kind = 'reply'
          AND above.by_other IN (0, 1) AND above.tweet_id = answer.value->>1 AND above.hidden = 1) AS hidden_above
    FROM thread ORDER BY id`);
  const thread = rows.filter((row) => row.id !== tweetId).map((row) => ({ id: row.id, hidden: row.hidden === 1 }));
  const hiddenAbove = JSON.parse(rows[0]?.hidden_above ?? "[]") as string[];
  return { conversationAuthorId: rows[0]?.author ?? null, thread, hiddenAbove };
}

/** Where a walk goes on at one level: behind the child `after` of `parent`, or at its first. */
export interface WalkSeed {
  readonly parent: string;
  /** 0 for answers to the thread; the deepest level comes first. */
  readonly level: number;
  readonly after: string | null;
}

/** A child of `parent` behind (by, id), at most `count` of them: no page needs more of one parent. */
const childOf = (parent: string, by: string, id: string, count: number) =>
  sql.raw(`r.target_id = ${parent}
  AND r.kind = 'reply' AND r.by_other IN (0, 1) AND r.tweet_id IN (
    SELECT c.tweet_id FROM tweet_references AS c WHERE c.target_id = ${parent} AND c.kind = 'reply'
      AND (c.by_other, c.tweet_id) > (${by}, ${id}) ORDER BY c.by_other, c.tweet_id LIMIT ${Math.trunc(count)})`);

/**
 * The next `count` replies below the thread: each with all that answers it behind it, the author's own going first. Rows
 * of deleted tweets are among them, for what answers those stands. One query; reads at most `count` children of each.
 */
export async function readReplies(
  ctx: Ctx,
  conversationId: string,
  seeds: readonly WalkSeed[],
  count: number,
): Promise<ReplyNode[]> {
  const rows = await ctx.dbOf(conversationId).all<{ id: string; hidden: number }>(sql`
    WITH RECURSIVE seeds (parent, level, by_after, id_after) AS (
      SELECT value->>'parent', value->>'level',
        coalesce(own.by_other, CASE WHEN value->>'level' = 0 THEN 0 ELSE -1 END),
        coalesce(own.tweet_id, CASE WHEN value->>'level' = 0 THEN ':' ELSE '' END)
      FROM json_each(${JSON.stringify(seeds)}) LEFT JOIN ${tweetReferences} AS own
        ON own.target_id = value->>'parent' AND own.kind = 'reply' AND own.by_other IN (0, 1)
        AND own.tweet_id = value->>'after'
    ), tree (id, hidden, level, top, by_other) AS (
      SELECT r.tweet_id, r.hidden, seeds.level, CASE WHEN seeds.level = 0 THEN seeds.parent ELSE '' END,
        r.by_other
      FROM seeds JOIN ${tweetReferences} AS r ON ${childOf("seeds.parent", "seeds.by_after", "seeds.id_after", count)}
      UNION ALL
      SELECT r.tweet_id, r.hidden, tree.level + 1, '', r.by_other
      FROM tree JOIN ${tweetReferences} AS r ON ${childOf("tree.id", "-1", "''", count)}
      ORDER BY 3 DESC, 4, 5, 1 LIMIT ${count}
    )
    SELECT id, hidden FROM tree`);
  return rows.map((row) => ({ id: row.id, hidden: row.hidden === 1 }));
}
