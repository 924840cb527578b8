import { sql, type SQL } from "drizzle-orm";
import { isActive } from "../accounts/reader.ts";
import type { Ctx } from "../lib/context.ts";
import { ID_MIN } from "../lib/snowflake.ts";
import { entryOf, type AuthorEntry } from "./events.ts";
import type { TweetEntities } from "./tweet-text.ts";
import { authors, mentions, retweeters, retweets, tweetCounts, tweets } from "./tables.ts";

/** Who may answer: everyone, those the conversation's author mentioned in its first tweet, those that author follows. */
export type ReplySettings = "everyone" | "mentionedUsers" | "following";

export type { AuthorEntry };

/** A tweet's own facts, as stored. */
export interface Tweet {
  readonly id: string;
  readonly authorId: string;
  readonly text: string;
  readonly entities: TweetEntities | null;
  /** The tweet its conversation began with: itself, unless it is a reply. */
  readonly conversationId: string;
  readonly replyToId: string | null;
  readonly replyToUserId: string | null;
  readonly quotedId: string | null;
  readonly quotedUserId: string | null;
  /** Set where this is a retweet; it has no text of its own then. */
  readonly retweetedId: string | null;
  readonly retweetedUserId: string | null;
  readonly replySettings: ReplySettings;
}

/** What consumers have counted. */
export interface TweetCounts {
  readonly replyCount: number;
  readonly retweetCount: number;
  readonly quoteCount: number;
}

/** A row that holds `tweetColumns`. */
export interface TweetRow {
  readonly tweet_id: string;
  readonly author_id: string;
  readonly tweet_text: string;
  readonly tweet_entities: string | null;
  readonly conversation_id: string | null;
  readonly reply_to_id: string | null;
  readonly reply_to_user_id: string | null;
  readonly quoted_id: string | null;
  readonly quoted_user_id: string | null;
  readonly retweeted_id: string | null;
  readonly retweeted_user_id: string | null;
  readonly reply_settings: "mentionedUsers" | "following" | null;
}

/** What a query must select for `tweetOfRow`. */
export const tweetColumns: SQL = sql`
  ${tweets.id} AS tweet_id, ${tweets.authorId} AS author_id, ${tweets.text} AS tweet_text,
  ${tweets.entities} AS tweet_entities, ${tweets.conversationId} AS conversation_id, ${tweets.replyToId} AS reply_to_id,
  ${tweets.replyToUserId} AS reply_to_user_id, ${tweets.quotedId} AS quoted_id, ${tweets.quotedUserId} AS quoted_user_id,
  ${tweets.retweetedId} AS retweeted_id, ${tweets.retweetedUserId} AS retweeted_user_id,
  ${tweets.replySettings} AS reply_settings`;

/** ` JOIN tweets` on `tweetId`, without deleted ones. */
export const joinStandingTweet = (tweetId: SQL): SQL =>
  sql`JOIN ${tweets} ON ${tweets.id} = ${tweetId} AND ${tweets.deletedAt} IS NULL`;

export const tweetAuthorId: SQL = sql`${tweets.authorId}`;

export function tweetOfRow(row: TweetRow): Tweet {
  const entities = row.tweet_entities === null ? null : (JSON.parse(row.tweet_entities) as TweetEntities);
  return {
    id: row.tweet_id,
    authorId: row.author_id,
    text: row.tweet_text,
    entities,
    conversationId: row.conversation_id ?? row.tweet_id,
    replyToId: row.reply_to_id,
    replyToUserId: row.reply_to_user_id,
    quotedId: row.quoted_id,
    quotedUserId: row.quoted_user_id,
    retweetedId: row.retweeted_id,
    retweetedUserId: row.retweeted_user_id,
    replySettings: row.reply_settings ?? "everyone",
  };
}

/** A row that holds `referenceCountColumns`. */
export interface ReferenceCountsRow {
  readonly reply_count: number;
  readonly retweet_count: number;
  readonly quote_count: number;
}

/** ` LEFT JOIN` that gives `referenceCountColumns` for `tweetId`; 0 where the row is absent. */
export const joinReferenceCounts = (tweetId: SQL): SQL =>
  sql`LEFT JOIN ${tweetCounts} ON ${tweetCounts.tweetId} = ${tweetId}`;
export const referenceCountColumns: SQL = sql`
  coalesce(${tweetCounts.replyCount}, 0) AS reply_count, coalesce(${tweetCounts.retweetCount}, 0) AS retweet_count,
  coalesce(${tweetCounts.quoteCount}, 0) AS quote_count`;

/** ` LEFT JOIN` that gives `tweet_count` for the user `userId`; 0 where the row is absent. */
export const joinTweetCount = (userId: SQL): SQL => sql`LEFT JOIN ${authors} ON ${authors.userId} = ${userId}`;
export const tweetCountColumn: SQL = sql`coalesce(${authors.tweetCount}, 0) AS tweet_count`;

export interface EntryRange {
  /** Exclusive. */
  readonly before: string;
  /** Exclusive. */
  readonly since: string;
  readonly count: number;
  readonly withoutReplies?: boolean;
  readonly withoutRetweets?: boolean;
}

interface EntryRow {
  readonly id: string;
  readonly author: string;
  readonly reply_to: string | null;
  readonly retweeted: string | null;
  readonly retweeted_user: string | null;
}

/** Both statements below read the index alone. */
const entryColumns = sql`${tweets.id} AS id, ${tweets.authorId} AS author, ${tweets.replyToUserId} AS reply_to,
  ${tweets.retweetedId} AS retweeted, ${tweets.retweetedUserId} AS retweeted_user`;

const standingIn = (range: EntryRange): SQL => sql`${tweets.deletedAt} IS NULL AND ${tweets.id} > ${range.since}
  ${range.withoutReplies === true ? sql`AND ${tweets.replyToUserId} IS NULL` : sql``}
  ${range.withoutRetweets === true ? sql`AND ${tweets.retweetedId} IS NULL` : sql``}`;

const entryOfRow = (row: EntryRow): AuthorEntry =>
  entryOf({
    tweetId: row.id,
    authorId: row.author,
    retweetedId: row.retweeted,
    retweetedUserId: row.retweeted_user,
    replyToUserId: row.reply_to,
  });

/** Newest-first entries of one author. One query. */
export async function readAuthorEntries(ctx: Ctx, authorId: string, range: EntryRange): Promise<AuthorEntry[]> {
  const rows = await ctx.dbOf(authorId).all<EntryRow>(sql`
    SELECT ${entryColumns} FROM ${tweets}
    WHERE ${tweets.authorId} = ${authorId} AND ${tweets.id} < ${range.before} AND ${standingIn(range)}
    ORDER BY ${tweets.id} DESC LIMIT ${range.count}`);
  return rows.map(entryOfRow);
}

/**
 * Newest-first entries of several authors of one database, at most `count` each, below each author's own `before`. One
 * query. Only the `authorsMax` authors are looked at whose newest tweet in the range is newest: with as many as a page
 * has places, nobody else can be on it.
 * @returns the entries by author, for those looked at.
 */
export async function readEntriesByAuthor(
  ctx: Ctx,
  databaseIndex: number,
  asked: readonly { author: string; before: string }[],
  range: Omit<EntryRange, "before"> & { authorsMax: number },
): Promise<Map<string, AuthorEntry[]>> {
  const inRange = standingIn({ ...range, before: "" });
  const below = sql`${tweets.authorId} = asked.value->>'author' AND ${tweets.id} < asked.value->>'before' AND ${inRange}`;
  const given = sql`json_each(${JSON.stringify(asked)}) AS asked`;
  const newest = sql`(SELECT ${tweets.id} FROM ${tweets} WHERE ${below} ORDER BY ${tweets.id} DESC LIMIT 1)`;
  const from =
    asked.length <= range.authorsMax
      ? given
      : sql`(SELECT asked.value AS value, ${newest} AS newest FROM ${given} WHERE newest IS NOT NULL
          ORDER BY newest DESC LIMIT ${range.authorsMax}) AS asked`;
  const rows = await ctx.dbAt(databaseIndex).all<{ author: string; entries: string }>(sql`
    SELECT asked.value->>'author' AS author, (
      SELECT json_group_array(json_object('id', id, 'author', author, 'reply_to', reply_to, 'retweeted', retweeted,
        'retweeted_user', retweeted_user)) FROM (
        SELECT ${entryColumns} FROM ${tweets} WHERE ${below} ORDER BY ${tweets.id} DESC LIMIT ${range.count}
      )
    ) AS entries
    FROM ${from}`);
  return new Map(rows.map((row) => [row.author, (JSON.parse(row.entries) as EntryRow[]).map(entryOfRow)]));
}

/**
 * Who of `actorIds` retweets each of `tweetIds` (all tweets of one database), newest first. One query; looks up every
 * actor for every tweet that anybody retweeted.
 */
export async function readRetweetsBy(
  ctx: Ctx,
  databaseIndex: number,
  tweetIds: readonly string[],
  actorIds: readonly string[],
): Promise<Map<string, { id: string; actorId: string }[]>> {
  const rows = await ctx.dbAt(databaseIndex).all<{ tweet: string; id: string; actor: string }>(sql`
    SELECT ${retweeters.tweetId} AS tweet, ${retweeters.retweetId} AS id, ${retweeters.userId} AS actor
    FROM json_each(${JSON.stringify(tweetIds)}) AS asked
    JOIN ${tweetCounts} ON ${tweetCounts.tweetId} = asked.value AND ${tweetCounts.retweetCount} > 0
    JOIN ${retweeters} ON ${retweeters.tweetId} = asked.value AND ${retweeters.state} = 1
      AND ${retweeters.userId} IN (SELECT value FROM json_each(${JSON.stringify(actorIds)}))
    ORDER BY ${retweeters.retweetId} DESC`);
  const found = new Map<string, { id: string; actorId: string }[]>();
  for (const { tweet, id, actor } of rows) found.set(tweet, [...(found.get(tweet) ?? []), { id, actorId: actor }]);
  return found;
}

/** JSON text of those of `tweetIds` that `userId` retweets, for use inside another query of that user's shard. */
export const retweetedOf = (userId: string, tweetIds: readonly string[]): SQL => sql`(
  SELECT json_group_array(${retweets.tweetId}) FROM ${retweets} WHERE ${retweets.userId} = ${userId}
    AND ${retweets.state} = 1 AND ${retweets.tweetId} IN (SELECT value FROM json_each(${JSON.stringify(tweetIds)})))`;

/** Newest-first ids of tweets that mention `userId`; none of an account that is not active. One query. */
export async function readMentionIds(
  ctx: Ctx,
  userId: string,
  range: { before: string; since: string; count: number },
): Promise<string[]> {
  const rows = await ctx.dbOf(userId).all<{ id: string }>(sql`
    SELECT ${mentions.tweetId} AS id FROM ${mentions}
    WHERE ${mentions.userId} = ${userId} AND ${mentions.tweetId} < ${range.before} AND ${mentions.tweetId} > ${range.since}
      AND ${isActive(userId)}
    ORDER BY ${mentions.tweetId} DESC LIMIT ${range.count}`);
  return rows.map((row) => row.id);
}

/** Who a tweet is by and how it was sent, standing or deleted; null where there is none. One query. */
export async function readTweetFacts(
  ctx: Ctx,
  tweetId: string,
): Promise<{ authorId: string; deleted: boolean; retweetedId: string | null } | null> {
  const [row] = await ctx.dbOf(tweetId).all<{
    author_id: string;
    deleted_at: number | null;
    retweeted_id: string | null;
  }>(sql`
      SELECT ${tweets.authorId}, ${tweets.deletedAt}, ${tweets.retweetedId} FROM ${tweets} WHERE ${tweets.id} = ${tweetId}`);
  if (row === undefined) return null;
  return { authorId: row.author_id, deleted: row.deleted_at !== null, retweetedId: row.retweeted_id };
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
