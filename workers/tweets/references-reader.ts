import { sql } from "drizzle-orm";
import type { Ctx } from "../lib/context.ts";
import type { TweetEntities } from "./tweet-text.ts";
import { retweeters, retweets, tweetCounts, tweetReferences, tweets } from "./tables.ts";
import type { ReplySettings } from "./reader.ts";

/** Beside reader.ts, for this room alone: who answered, quoted and retweeted what. */

/** Both exclusive; ids. */
interface Range {
  readonly before: string;
  readonly since: string;
  readonly count: number;
}

/** Newest-first ids of tweets that quote `tweetId`. One query. */
export async function readQuoteIds(ctx: Ctx, tweetId: string, range: Range): Promise<string[]> {
  const { targetId, kind, byOther, tweetId: id, deleted } = tweetReferences;
  const rows = await ctx.dbOf(tweetId).all<{ id: string }>(sql`
    SELECT ${id} AS id FROM ${tweetReferences}
    WHERE ${targetId} = ${tweetId} AND ${kind} = 'quote' AND ${byOther} = 1 AND ${deleted} = 0
      AND ${id} < ${range.before} AND ${id} > ${range.since}
    ORDER BY ${id} DESC LIMIT ${range.count}`);
  return rows.map((row) => row.id);
}

/** Who retweets `tweetId`, in the order of their ids, newest account first, below `before`. One query. */
export async function readRetweeters(
  ctx: Ctx,
  tweetId: string,
  page: { before: string; count: number },
): Promise<{ userId: string; retweetId: string }[]> {
  return ctx.dbOf(tweetId).all<{ userId: string; retweetId: string }>(sql`
    SELECT ${retweeters.userId} AS userId, ${retweeters.retweetId} AS retweetId FROM ${retweeters}
    WHERE ${retweeters.tweetId} = ${tweetId} AND ${retweeters.state} = 1 AND ${retweeters.userId} < ${page.before}
    ORDER BY ${retweeters.userId} DESC LIMIT ${page.count}`);
}

/** Newest-first ids of tweets by `userId` that somebody retweets. One query. */
export async function readRetweetedIds(ctx: Ctx, userId: string, range: Range): Promise<string[]> {
  const rows = await ctx.dbOf(userId).all<{ id: string }>(sql`
    SELECT ${tweets.id} AS id FROM ${tweets}
    JOIN ${tweetCounts} ON ${tweetCounts.tweetId} = ${tweets.id} AND ${tweetCounts.retweetCount} > 0
    WHERE ${tweets.authorId} = ${userId} AND ${tweets.deletedAt} IS NULL AND ${tweets.id} < ${range.before}
      AND ${tweets.id} > ${range.since}
    ORDER BY ${tweets.id} DESC LIMIT ${range.count}`);
  return rows.map((row) => row.id);
}

/** The standing retweet by `userId` of `tweetId`, or null. One query. */
export async function readRetweetId(ctx: Ctx, userId: string, tweetId: string): Promise<string | null> {
  const [row] = await ctx.dbOf(userId).all<{ id: string }>(sql`
    SELECT ${retweets.retweetId} AS id FROM ${retweets}
    WHERE ${retweets.userId} = ${userId} AND ${retweets.tweetId} = ${tweetId} AND ${retweets.state} = 1`);
  return row?.id ?? null;
}

/** What a conversation's first tweet says of who may answer, standing or deleted; null where there is none. One query. */
export async function readReplyRules(
  ctx: Ctx,
  tweetId: string,
): Promise<{ authorId: string; replySettings: ReplySettings; mentioned: readonly string[] } | null> {
  const [row] = await ctx
    .dbOf(tweetId)
    .all<{ author: string; settings: ReplySettings | null; entities: string | null }>(
      sql`SELECT ${tweets.authorId} AS author, ${tweets.replySettings} AS settings, ${tweets.entities} AS entities
      FROM ${tweets} WHERE ${tweets.id} = ${tweetId}`,
    );
  if (row === undefined) return null;
  const entities = row.entities === null ? {} : (JSON.parse(row.entities) as TweetEntities);
  return {
    authorId: row.author,
    replySettings: row.settings ?? "everyone",
    mentioned: (entities.mentions ?? []).map((mention) => mention.username),
  };
}

/** A standing reply or quote. */
export interface ReferencingTweet {
  readonly tweetId: string;
  readonly authorId: string;
  readonly replyToId: string | null;
  readonly replyToUserId: string | null;
  readonly conversationId: string | null;
  readonly quotedId: string | null;
}

/** The next replies and quotes by `userId` behind `after`, oldest first. One query. */
export async function readReferencingTweets(
  ctx: Ctx,
  userId: string,
  page: { after: string; count: number },
): Promise<ReferencingTweet[]> {
  return ctx.dbOf(userId).all<ReferencingTweet>(sql`
    SELECT ${tweets.id} AS tweetId, ${tweets.authorId} AS authorId, ${tweets.replyToId} AS replyToId,
      ${tweets.replyToUserId} AS replyToUserId, ${tweets.conversationId} AS conversationId, ${tweets.quotedId} AS quotedId
    FROM ${tweets} WHERE ${tweets.authorId} = ${userId} AND ${tweets.deletedAt} IS NULL AND ${tweets.id} > ${page.after}
      AND (${tweets.replyToId} IS NOT NULL OR ${tweets.quotedId} IS NOT NULL)
    ORDER BY ${tweets.id} LIMIT ${page.count}`);
}
