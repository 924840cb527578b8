import { sql } from "drizzle-orm";
import { isActive } from "../accounts/reader.ts";
import { commit } from "../lib/commit.ts";
import type { Ctx } from "../lib/context.ts";
import { retweeters, tweetCounts, tweetReferences } from "./tables.ts";

/** Beside writer.ts: what arrives for a tweet from others, and its counts. Only consumers write here. */

/** A reply or quote as its target sees it. */
export interface TweetReference {
  readonly targetId: string;
  readonly kind: "reply" | "quote";
  /** 0 where the target's own author goes on. */
  readonly byOther: 0 | 1;
  readonly tweetId: string;
  readonly authorId: string;
  /** 1 where its author was not protected as of `authorVersion`. */
  readonly open: 0 | 1;
  readonly authorVersion: number;
  readonly deleted: 0 | 1;
}

/**
 * Merges `references` into one database: deleted stays deleted, and of what is known of the author the newer counts. So
 * repeats and any order leave the same rows. A target counts what is open and stands.
 * @param counted the targets whose counts live in this database.
 */
export async function writeReferences(
  ctx: Ctx,
  databaseIndex: number,
  references: readonly TweetReference[],
  counted: readonly string[],
): Promise<void> {
  const given = JSON.stringify(references);
  const known = sql`
    SELECT value->>'targetId' AS target, value->>'kind' AS kind,
      CASE WHEN r.tweet_id IS NULL THEN (value->>'open') * (1 - (value->>'deleted'))
        WHEN r.deleted = 1 OR value->>'deleted' = 1 THEN 0
        WHEN value->>'authorVersion' > r.author_version THEN value->>'open' ELSE r.open END
      - coalesce(r.open * (1 - r.deleted), 0) AS delta
    FROM json_each(${given}) LEFT JOIN ${tweetReferences} AS r ON r.target_id = value->>'targetId'
      AND r.kind = value->>'kind' AND r.by_other = value->>'byOther' AND r.tweet_id = value->>'tweetId'
    WHERE value->>'targetId' IN (SELECT value FROM json_each(${JSON.stringify(counted)}))`;
  await commit(ctx.dbAt(databaseIndex), [
    sql`INSERT INTO ${tweetCounts} (tweet_id, reply_count, quote_count)
      SELECT target, sum(delta * (kind = 'reply')), sum(delta * (kind = 'quote')) FROM (${known})
      WHERE delta <> 0 GROUP BY target
      ON CONFLICT (tweet_id) DO UPDATE SET reply_count = reply_count + excluded.reply_count,
        quote_count = quote_count + excluded.quote_count`,
    sql`INSERT INTO ${tweetReferences} (target_id, kind, by_other, tweet_id, author_id, author_version, open, deleted)
      SELECT value->>'targetId', value->>'kind', value->>'byOther', value->>'tweetId', value->>'authorId',
        value->>'authorVersion', value->>'open', value->>'deleted' FROM json_each(${given}) WHERE true
      ON CONFLICT (target_id, kind, by_other, tweet_id) DO UPDATE SET deleted = max(deleted, excluded.deleted),
        open = CASE WHEN excluded.author_version > author_version THEN excluded.open ELSE open END,
        author_version = max(author_version, excluded.author_version)
      WHERE excluded.deleted > deleted OR excluded.author_version > author_version`,
  ]);
}

/**
 * Hides a reply from its conversation, or shows it again, as `actorId` wants. Its row may not have come yet: then it comes
 * hidden. @returns false where the actor's account is not active, and nothing was written.
 */
export async function writeHidden(
  ctx: Ctx,
  reply: Pick<TweetReference, "targetId" | "byOther" | "tweetId" | "authorId">,
  hidden: 0 | 1,
  by: { conversationId: string; actorId: string },
): Promise<boolean> {
  const statement = sql`
    INSERT INTO ${tweetReferences} (target_id, kind, by_other, tweet_id, author_id, author_version, open, deleted, hidden)
    SELECT ${reply.targetId}, 'reply', ${reply.byOther}, ${reply.tweetId}, ${reply.authorId}, -1, 0, 0, ${hidden}
    WHERE ${isActive(by.actorId)}
    ON CONFLICT (target_id, kind, by_other, tweet_id) DO UPDATE SET hidden = excluded.hidden
    WHERE hidden <> excluded.hidden`;
  const [, acting] = await commit(ctx.dbOf(by.conversationId), [
    statement,
    sql`SELECT ${isActive(by.actorId)} AS active`,
  ]);
  return acting?.rows[0]?.["active"] === 1;
}

export interface RetweetEdge {
  readonly tweetId: string;
  readonly userId: string;
  readonly retweetId: string;
  readonly state: 0 | 1;
  readonly version: number;
}

/** Applies a retweeter's edge in the shard of the tweet, and to its count where the state changes. */
export async function writeRetweeter(ctx: Ctx, edge: RetweetEdge): Promise<void> {
  const { tweetId, userId, retweetId, state, version } = edge;
  const known = sql`FROM ${retweeters} WHERE tweet_id = ${tweetId} AND user_id = ${userId}`;
  await commit(ctx.dbOf(tweetId), [
    sql`INSERT INTO ${tweetCounts} (tweet_id, retweet_count)
      SELECT ${tweetId}, ${state} WHERE coalesce((SELECT version ${known}), 0) < ${version}
        AND coalesce((SELECT state ${known}), 0) <> ${state}
      ON CONFLICT (tweet_id) DO UPDATE SET retweet_count = retweet_count + ${state === 1 ? 1 : -1}`,
    sql`INSERT INTO ${retweeters} (tweet_id, user_id, retweet_id, state, version)
      SELECT ${tweetId}, ${userId}, ${retweetId}, ${state}, ${version} WHERE true
      ON CONFLICT (tweet_id, user_id) DO UPDATE
      SET retweet_id = excluded.retweet_id, state = excluded.state, version = excluded.version
      WHERE excluded.version > version`,
  ]);
}
