import { sql, type SQL } from "drizzle-orm";
import type { Ctx } from "../lib/context.ts";
import { ID_MIN } from "../lib/snowflake.ts";
import type { TweetEntities } from "./tweet-text.ts";
import { authors, mentions, tweets } from "./tables.ts";

/** A tweet's own facts, as stored. */
export interface Tweet {
  readonly id: string;
  readonly authorId: string;
  readonly text: string;
  readonly entities: TweetEntities | null;
}

/** A row that holds `tweetColumns`. */
export interface TweetRow {
  readonly tweet_id: string;
  readonly author_id: string;
  readonly tweet_text: string;
  readonly tweet_entities: string | null;
}

/** What a query must select for `tweetOfRow`. */
export const tweetColumns: SQL = sql`
  ${tweets.id} AS tweet_id, ${tweets.authorId} AS author_id, ${tweets.text} AS tweet_text,
  ${tweets.entities} AS tweet_entities`;

/** ` JOIN tweets` on `tweetId`, without deleted ones. */
export const joinStandingTweet = (tweetId: SQL): SQL =>
  sql`JOIN ${tweets} ON ${tweets.id} = ${tweetId} AND ${tweets.deletedAt} IS NULL`;

export const tweetAuthorId: SQL = sql`${tweets.authorId}`;

export function tweetOfRow(row: TweetRow): Tweet {
  const entities = row.tweet_entities === null ? null : (JSON.parse(row.tweet_entities) as TweetEntities);
  return { id: row.tweet_id, authorId: row.author_id, text: row.tweet_text, entities };
}

/** ` LEFT JOIN` that gives `tweet_count` for the user `userId`; 0 where the row is absent. */
export const joinTweetCount = (userId: SQL): SQL => sql`LEFT JOIN ${authors} ON ${authors.userId} = ${userId}`;
export const tweetCountColumn: SQL = sql`coalesce(${authors.tweetCount}, 0) AS tweet_count`;

/** Newest-first ids of one author below `before` and above `since` (both exclusive). One query. */
export async function readAuthorTweetIds(
  ctx: Ctx,
  authorId: string,
  range: { before: string; since: string; count: number },
): Promise<string[]> {
  const rows = await ctx.dbOf(authorId).all<{ id: string }>(sql`
    SELECT ${tweets.id} FROM ${tweets}
    WHERE ${tweets.authorId} = ${authorId} AND ${tweets.id} < ${range.before} AND ${tweets.id} > ${range.since}
      AND ${tweets.deletedAt} IS NULL
    ORDER BY ${tweets.id} DESC LIMIT ${range.count}`);
  return rows.map((row) => row.id);
}

/**
 * Newest-first ids of several authors of one database, at most `perAuthor` each, between `since` and each author's own
 * `before` (both exclusive). One query; reads the index only, at most `perAuthor` rows an author.
 */
export async function readTweetIdsByAuthor(
  ctx: Ctx,
  databaseIndex: number,
  asked: readonly { author: string; before: string }[],
  range: { since: string; perAuthor: number },
): Promise<Map<string, string[]>> {
  const rows = await ctx.dbAt(databaseIndex).all<{ author: string; ids: string }>(sql`
    SELECT asked.value->>'author' AS author, (
      SELECT json_group_array(id) FROM (
        SELECT ${tweets.id} AS id FROM ${tweets}
        WHERE ${tweets.authorId} = asked.value->>'author' AND ${tweets.deletedAt} IS NULL
          AND ${tweets.id} < asked.value->>'before' AND ${tweets.id} > ${range.since}
        ORDER BY ${tweets.id} DESC LIMIT ${range.perAuthor}
      )
    ) AS ids
    FROM json_each(${JSON.stringify(asked)}) AS asked`);
  return new Map(rows.map((row) => [row.author, JSON.parse(row.ids) as string[]]));
}

/** Newest-first ids of tweets that mention `userId`. One query. */
export async function readMentionIds(
  ctx: Ctx,
  userId: string,
  range: { before: string; since: string; count: number },
): Promise<string[]> {
  const rows = await ctx.dbOf(userId).all<{ id: string }>(sql`
    SELECT ${mentions.tweetId} AS id FROM ${mentions}
    WHERE ${mentions.userId} = ${userId} AND ${mentions.tweetId} < ${range.before} AND ${mentions.tweetId} > ${range.since}
    ORDER BY ${mentions.tweetId} DESC LIMIT ${range.count}`);
  return rows.map((row) => row.id);
}

/** Who a tweet is by and how it was sent, standing or deleted; null where there is none. One query. */
export async function readTweetFacts(
  ctx: Ctx,
  tweetId: string,
): Promise<{ authorId: string; deleted: boolean } | null> {
  const [row] = await ctx.dbOf(tweetId).all<{ author_id: string; deleted_at: number | null }>(sql`
    SELECT ${tweets.authorId}, ${tweets.deletedAt} FROM ${tweets} WHERE ${tweets.id} = ${tweetId}`);
  return row === undefined ? null : { authorId: row.author_id, deleted: row.deleted_at !== null };
}

/** Ids of all authors that belong in the list of pull authors. One query a database. */
export async function readPullAuthors(ctx: Ctx): Promise<string[]> {
  const perShard = await Promise.all(
    Array.from({ length: ctx.shards.count }, (_, index) =>
      ctx
        .dbAt(index)
        .all<{ id: string }>(sql`SELECT ${authors.userId} AS id FROM ${authors} WHERE ${authors.pullListed} = 1`),
    ),
  );
  return perShard.flat().map((row) => row.id);
}

/** Where an author stands in the three tiers. One query. */
export async function readPullState(
  ctx: Ctx,
  authorId: string,
): Promise<{ tier: "push" | "active" | "pull"; listed: boolean; known: boolean; newestPullOnlyId: string }> {
  const [row] = await ctx.dbOf(authorId).all<{
    tier: "push" | "active" | "pull";
    pull_listed: number;
    pull_known_at: number | null;
    newest_pull_only_id: string | null;
  }>(sql`
    SELECT ${authors.tier}, ${authors.pullListed}, ${authors.pullKnownAt}, ${authors.newestPullOnlyId}
    FROM ${authors} WHERE ${authors.userId} = ${authorId}`);
  return {
    tier: row?.tier ?? "push",
    listed: row?.pull_listed === 1,
    known: row?.pull_known_at != null,
    newestPullOnlyId: row?.newest_pull_only_id ?? ID_MIN,
  };
}
