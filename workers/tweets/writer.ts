import { sql, type SQL } from "drizzle-orm";
import { isActive, protectionOf } from "../accounts/reader.ts";
import { followersCountOf } from "../graph/reader.ts";
import { afterChange, commit } from "../lib/commit.ts";
import type { Ctx } from "../lib/context.ts";
import { claimKey, readKey, type IdempotentRequest } from "../lib/idempotency.ts";
import { isFreeEventId, recordEvent } from "../lib/outbox.ts";
import { ID_MIN, lowestIdAt } from "../lib/snowflake.ts";
import { logVisibility } from "../lib/visibility-log.ts";
import {
  TWEET_DELETED,
  TWEET_POSTED,
  tweetDeleted,
  tweetPosted,
  type TweetDeleted,
  type TweetPosted,
} from "./events.ts";
import { authors, mentions, retweets, tweets } from "./tables.ts";

/** The only file that writes the room's tables. */

/** Once up, an author comes down a tier only below this part of the threshold. */
const HYSTERESIS = 0.8;

/** Another tweet that a new one points to. */
export interface TweetPointer {
  readonly tweetId: string;
  readonly userId: string;
}

export interface NewTweet {
  readonly id: string;
  readonly authorId: string;
  readonly text: string;
  /** JSON, or null where there are none. */
  readonly entities: string | null;
  /** Lower-cased usernames. */
  readonly mentions: readonly string[];
  readonly replyTo?: TweetPointer & { readonly conversationId: string; readonly ancestors: readonly string[] };
  readonly quoted?: TweetPointer;
  readonly retweeted?: TweetPointer;
  readonly replySettings?: "mentionedUsers" | "following" | null;
}

export interface PostOutcome {
  /** What the event says; null where nothing of this tweet was written. */
  readonly posted: TweetPosted | null;
  /** True where the tweet stands under its id, whenever that was written. */
  readonly written: boolean;
  /** False where the acting account is not active. */
  readonly active: boolean;
  /** The author's newest id; a new one must be above it. */
  readonly newestTweetId: string;
  /** The author's standing retweet of the same tweet. */
  readonly retweetId: string | null;
  readonly key: Readonly<Record<string, unknown>> | undefined;
}

/**
 * Commits a tweet and its event in one batch: [key], [the retweeter's edge], author (which decides the tier), tweet, event.
 * Writes nothing where the author is not active, the id is not above the author's newest, the key was used, or the author
 * has retweeted that tweet already.
 */
export async function writeTweet(
  ctx: Ctx,
  tweet: NewTweet,
  idempotency: { request: IdempotentRequest; answer: object } | null,
): Promise<PostOutcome> {
  const { authorId, id } = tweet;
  const mayPost = sql`${isActive(authorId)}
    AND NOT EXISTS (SELECT 1 FROM ${authors} WHERE user_id = ${authorId} AND newest_tweet_id >= ${id})
    AND NOT EXISTS (SELECT 1 FROM ${tweets} WHERE id = ${id}) AND ${isFreeEventId(id)}
    AND NOT ${hasRetweeted(tweet)}`;
  const chain: ((condition: SQL) => SQL)[] = [];
  if (idempotency !== null) {
    const { request, answer } = idempotency;
    chain.push((condition) => claimKey(ctx, authorId, request, answer, condition));
  }
  const { retweeted } = tweet;
  if (retweeted !== undefined) chain.push((condition) => raiseRetweet(tweet, retweeted, condition));
  chain.push(
    (condition) => raiseAuthor(ctx, authorId, id, condition),
    (condition) => insertTweet(ctx, tweet, condition),
  );
  const statements = chain.map((statement, index) => statement(index === 0 ? mayPost : afterChange));
  const results = await commit(ctx.dbOf(authorId), [
    ...statements,
    recordEvent(ctx, id, TWEET_POSTED, factsOf(id, sql`, 'mentions', json(${JSON.stringify(tweet.mentions)})`)),
    sql`SELECT ${isActive(authorId)} AS active,
      (SELECT newest_tweet_id FROM ${authors} WHERE user_id = ${authorId}) AS newest,
      (SELECT payload FROM outbox WHERE id = ${id}) AS payload,
      (SELECT author_id FROM ${tweets} WHERE id = ${id}) AS holder,
      (SELECT text FROM ${tweets} WHERE id = ${id}) AS text,
      (SELECT json_array(reply_to_id, quoted_id, retweeted_id) FROM ${tweets} WHERE id = ${id}) AS pointers,
      (SELECT retweet_id FROM ${retweets} WHERE user_id = ${authorId} AND tweet_id = ${retweeted?.tweetId ?? ""}
        AND state = 1) AS retweet_id`,
    ...(idempotency === null ? [] : [readKey(authorId, idempotency.request)]),
  ]);
  const [row] = results[statements.length + 1]?.rows ?? [];
  // Another tweet of the author's may have the same id and text: all retweets have none.
  const pointers = [tweet.replyTo, tweet.quoted, retweeted].map((pointer) => pointer?.tweetId ?? null);
  const written =
    row?.["holder"] === authorId && row["text"] === tweet.text && row["pointers"] === JSON.stringify(pointers);
  const payload = row?.["payload"];
  return {
    written,
    posted: written && typeof payload === "string" ? tweetPosted.parse(JSON.parse(payload)) : null,
    active: row?.["active"] === 1,
    newestTweetId: String(row?.["newest"] ?? ID_MIN),
    retweetId: typeof row?.["retweet_id"] === "string" ? row["retweet_id"] : null,
    key: results[statements.length + 2]?.rows[0],
  };
}

const hasRetweeted = ({ authorId, retweeted }: NewTweet): SQL =>
  sql`EXISTS (SELECT 1 FROM ${retweets}
    WHERE user_id = ${authorId} AND tweet_id = ${retweeted?.tweetId ?? ""} AND state = 1)`;

const raiseRetweet = (tweet: NewTweet, retweeted: TweetPointer, condition: SQL): SQL => sql`
  INSERT INTO ${retweets} (user_id, tweet_id, retweet_id, state, version)
  SELECT ${tweet.authorId}, ${retweeted.tweetId}, ${tweet.id}, 1, 1 WHERE ${condition}
  ON CONFLICT (user_id, tweet_id) DO UPDATE SET retweet_id = excluded.retweet_id, state = 1, version = version + 1
  WHERE state = 0`;

function insertTweet(ctx: Ctx, tweet: NewTweet, condition: SQL): SQL {
  const { replyTo, quoted, retweeted } = tweet;
  const ancestors = replyTo === undefined ? null : JSON.stringify(replyTo.ancestors);
  return sql`
    INSERT INTO ${tweets} (id, author_id, text, entities, tier, conversation_id, reply_to_id, reply_to_user_id, ancestors,
      quoted_id, quoted_user_id, retweeted_id, retweeted_user_id, reply_settings)
    SELECT ${tweet.id}, ${tweet.authorId}, ${tweet.text}, ${tweet.entities}, ${sentTier(ctx)},
      ${replyTo?.conversationId ?? null}, ${replyTo?.tweetId ?? null}, ${replyTo?.userId ?? null}, ${ancestors},
      ${quoted?.tweetId ?? null}, ${quoted?.userId ?? null}, ${retweeted?.tweetId ?? null}, ${retweeted?.userId ?? null},
      ${tweet.replySettings ?? null}
    FROM ${authors} WHERE user_id = ${tweet.authorId} AND ${condition}`;
}

/** JSON text of what an event says of the tweet `id`, `more` appended. */
const factsOf = (id: string, more: SQL = sql``): SQL => sql`(
  SELECT json_object('tweetId', t.id, 'authorId', t.author_id, 'tier', t.tier, 'pullListed', a.pull_listed,
    'replyToId', t.reply_to_id, 'replyToUserId', t.reply_to_user_id, 'conversationId', t.conversation_id,
    'quotedId', t.quoted_id, 'retweetedId', t.retweeted_id, 'retweetedUserId', t.retweeted_user_id,
    'retweetVersion', (SELECT version FROM ${retweets} AS edge
      WHERE edge.user_id = t.author_id AND edge.tweet_id = t.retweeted_id),
    'authorProtected', ${protectionOf(sql`t.author_id`).state}, 'authorVersion', ${protectionOf(sql`t.author_id`).version}
    ${more})
  FROM ${tweets} AS t JOIN ${authors} AS a ON a.user_id = t.author_id WHERE t.id = ${id})`;

/** The author's row: one tweet more, the newest id, and the tier that the followers of this moment give. */
function raiseAuthor(ctx: Ctx, authorId: string, tweetId: string, condition: SQL): SQL {
  const followers = followersCountOf(authorId);
  const { FANOUT_PULL_MIN: pullMin, FANOUT_ACTIVE_ONLY_MIN: activeMin } = ctx.limits;
  const tier = (was: SQL) => sql`CASE
    WHEN ${followers} >= ${pullMin} THEN 'pull'
    WHEN ${was} = 'pull' AND ${followers} >= ${pullMin * HYSTERESIS} THEN 'pull'
    WHEN ${followers} >= ${activeMin} THEN 'active'
    WHEN ${was} IN ('pull', 'active') AND ${followers} >= ${activeMin * HYSTERESIS} THEN 'active'
    ELSE 'push' END`;
  return sql`
    INSERT INTO ${authors} (user_id, tweet_count, newest_tweet_id, tier)
    SELECT ${authorId}, 1, ${tweetId}, ${tier(sql`'push'`)} WHERE ${condition}
    ON CONFLICT (user_id) DO UPDATE SET
      tweet_count = tweet_count + 1, newest_tweet_id = ${tweetId}, tier = ${tier(sql`tier`)},
      newest_pull_only_id = CASE WHEN ${tier(sql`tier`)} = 'pull' AND ${isKnown(ctx)} THEN ${tweetId}
        ELSE newest_pull_only_id END`;
}

/** True once every reader can know that the author is pulled: only then may a push be left out. */
const isKnown = (ctx: Ctx): SQL =>
  sql`coalesce(pull_known_at <= ${ctx.clock.now() - ctx.limits.PULL_OVERLAP_SECONDS * 1000}, 0)`;

const sentTier = (ctx: Ctx): SQL =>
  sql`CASE WHEN tier <> 'pull' THEN tier WHEN ${isKnown(ctx)} THEN 'pull' ELSE 'both' END`;

/**
 * Commits a deletion and its event in one batch. A retweet that is deleted is undone.
 * @returns what the event says, or null where nothing of that author's was standing under `tweetId`.
 */
export async function writeDeletion(
  ctx: Ctx,
  deletion: { eventId: string; tweetId: string; authorId: string },
): Promise<TweetDeleted | null> {
  const { eventId, tweetId, authorId } = deletion;
  const now = ctx.clock.now();
  const results = await commit(ctx.dbOf(tweetId), [
    // Before the deletion, whose event tells the edge's new version; it stands as long as its retweet does.
    sql`UPDATE ${retweets} SET state = 0, version = version + 1
      WHERE user_id = ${authorId} AND tweet_id = (SELECT retweeted_id FROM ${tweets} WHERE id = ${tweetId})
        AND retweet_id = ${tweetId} AND state = 1 AND ${isActive(authorId)}`,
    sql`UPDATE ${tweets} SET deleted_at = ${now}
      WHERE id = ${tweetId} AND author_id = ${authorId} AND deleted_at IS NULL AND ${isActive(authorId)}`,
    sql`UPDATE ${authors} SET tweet_count = tweet_count - 1 WHERE user_id = ${authorId} AND ${afterChange}`,
    recordEvent(ctx, eventId, TWEET_DELETED, factsOf(tweetId)),
    logVisibility("tweet", tweetId, now),
    sql`SELECT (SELECT payload FROM outbox WHERE id = ${eventId}) AS payload`,
  ]);
  const payload = results[5]?.rows[0]?.["payload"];
  return typeof payload === "string" ? tweetDeleted.parse(JSON.parse(payload)) : null;
}

/** Writes that `userIds` (all of one database) are mentioned by `tweetId`. A repeat writes nothing. */
export async function writeMentions(
  ctx: Ctx,
  databaseIndex: number,
  tweetId: string,
  userIds: readonly string[],
): Promise<void> {
  await ctx.dbAt(databaseIndex).run(sql`
    INSERT INTO ${mentions} (user_id, tweet_id) SELECT value, ${tweetId} FROM json_each(${JSON.stringify(userIds)})
    WHERE true ON CONFLICT DO NOTHING`);
}

/** Puts an author among those whom KV's list must name. */
export async function writePullListed(ctx: Ctx, authorId: string): Promise<void> {
  await ctx
    .dbOf(authorId)
    .run(sql`UPDATE ${authors} SET pull_listed = 1 WHERE user_id = ${authorId} AND pull_listed = 0`);
}

/** Notes that KV's list names the author from now on; PULL_OVERLAP_SECONDS later pushes may end. */
export async function writePullKnown(ctx: Ctx, authorId: string): Promise<void> {
  await ctx.dbOf(authorId).run(sql`
    UPDATE ${authors} SET pull_known_at = ${ctx.clock.now()}
    WHERE user_id = ${authorId} AND pull_listed = 1 AND pull_known_at IS NULL`);
}

/**
 * Takes an author who came down a tier out of the list once the last tweet that nobody was pushed is from before `since`
 * (Unix milliseconds).
 * @returns true where the list has changed.
 */
export async function writePullUnlisted(ctx: Ctx, authorId: string, since: number): Promise<boolean> {
  const result = await ctx.dbOf(authorId).run(sql`
    UPDATE ${authors} SET pull_listed = 0, pull_known_at = NULL, newest_pull_only_id = NULL
    WHERE user_id = ${authorId} AND pull_listed = 1 AND tier <> 'pull'
      AND (newest_pull_only_id IS NULL OR newest_pull_only_id < ${lowestIdAt(since)})`);
  return result.meta.changes > 0;
}
