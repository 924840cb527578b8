import { sql, type SQL } from "drizzle-orm";
import { isActive } from "../accounts/reader.ts";
import { followersCountOf } from "../graph/reader.ts";
import { afterChange, commit } from "../lib/commit.ts";
import type { Ctx } from "../lib/context.ts";
import { claimKey, readKey, type IdempotentRequest } from "../lib/idempotency.ts";
import { isFreeEventId, recordEvent } from "../lib/outbox.ts";
import { ID_MIN, lowestIdAt } from "../lib/snowflake.ts";
import { logVisibility } from "../lib/visibility-log.ts";
import { TWEET_DELETED, TWEET_POSTED } from "./events.ts";
import { authors, mentions, tweets, type TWEET_TIERS } from "./tables.ts";

/** The only file that writes the room's tables. */

/** Once up, an author comes down a tier only below this part of the threshold. */
const HYSTERESIS = 0.8;

export interface NewTweet {
  readonly id: string;
  readonly authorId: string;
  readonly text: string;
  /** JSON, or null where there are none. */
  readonly entities: string | null;
  /** Lower-cased usernames. */
  readonly mentions: readonly string[];
}

export interface PostOutcome {
  readonly written: boolean;
  readonly tier: (typeof TWEET_TIERS)[number] | null;
  readonly pullListed: number;
  /** False where the acting account is not active. */
  readonly active: boolean;
  /** The author's newest id; a new one must be above it. */
  readonly newestTweetId: string;
  /** The id is another tweet's. */
  readonly taken: boolean;
  readonly key: Readonly<Record<string, unknown>> | undefined;
}

/**
 * Commits a tweet and its event in one batch: [key], author (which decides the tier), tweet, event. Writes nothing where
 * the author is not active, the id is not above the author's newest, or the key was used.
 */
export async function writeTweet(
  ctx: Ctx,
  tweet: NewTweet,
  idempotency: { request: IdempotentRequest; answer: object } | null,
): Promise<PostOutcome> {
  const { authorId, id } = tweet;
  const mayPost = sql`${isActive(authorId)}
    AND NOT EXISTS (SELECT 1 FROM ${authors} WHERE user_id = ${authorId} AND newest_tweet_id >= ${id})
    AND NOT EXISTS (SELECT 1 FROM ${tweets} WHERE id = ${id}) AND ${isFreeEventId(id)}`;
  const statements: SQL[] = [];
  if (idempotency !== null) {
    statements.push(claimKey(ctx, authorId, idempotency.request, idempotency.answer, mayPost));
  }
  statements.push(
    raiseAuthor(ctx, authorId, id, idempotency === null ? mayPost : afterChange),
    sql`INSERT INTO ${tweets} (id, author_id, text, entities, tier)
      SELECT ${id}, ${authorId}, ${tweet.text}, ${tweet.entities}, ${sentTier(ctx)} FROM ${authors}
      WHERE user_id = ${authorId} AND ${afterChange}`,
    recordEvent(
      ctx,
      id,
      TWEET_POSTED,
      sql`(SELECT json_object('tweetId', t.id, 'authorId', t.author_id, 'tier', t.tier,
      'pullListed', a.pull_listed, 'mentions', json(${JSON.stringify(tweet.mentions)}))
      FROM ${tweets} AS t JOIN ${authors} AS a ON a.user_id = t.author_id WHERE t.id = ${id})`,
    ),
    sql`SELECT ${isActive(authorId)} AS active,
      (SELECT newest_tweet_id FROM ${authors} WHERE user_id = ${authorId}) AS newest,
      (SELECT pull_listed FROM ${authors} WHERE user_id = ${authorId}) AS pull_listed,
      (SELECT author_id FROM ${tweets} WHERE id = ${id}) AS holder,
      (SELECT tier FROM ${tweets} WHERE id = ${id}) AS tier,
      (SELECT text FROM ${tweets} WHERE id = ${id}) AS text`,
  );
  if (idempotency !== null) statements.push(readKey(authorId, idempotency.request));
  const results = await commit(ctx.dbOf(authorId), statements);
  const [row] = results[idempotency === null ? 3 : 4]?.rows ?? [];
  const ours = row?.["holder"] === authorId && row["text"] === tweet.text;
  return {
    written: ours,
    tier: ours ? (row["tier"] as PostOutcome["tier"]) : null,
    pullListed: Number(row?.["pull_listed"] ?? 0),
    active: row?.["active"] === 1,
    newestTweetId: String(row?.["newest"] ?? ID_MIN),
    taken: row?.["holder"] != null && !ours,
    key: results[5]?.rows[0],
  };
}

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
 * Commits a deletion and its event in one batch.
 * @returns the tier it had been sent by, or null where nothing of that author's was standing under `tweetId`.
 */
export async function writeDeletion(
  ctx: Ctx,
  deletion: { eventId: string; tweetId: string; authorId: string },
): Promise<{ tier: (typeof TWEET_TIERS)[number]; pullListed: number } | null> {
  const { eventId, tweetId, authorId } = deletion;
  const now = ctx.clock.now();
  const results = await commit(ctx.dbOf(tweetId), [
    sql`UPDATE ${tweets} SET deleted_at = ${now}
      WHERE id = ${tweetId} AND author_id = ${authorId} AND deleted_at IS NULL AND ${isActive(authorId)}`,
    sql`UPDATE ${authors} SET tweet_count = tweet_count - 1 WHERE user_id = ${authorId} AND ${afterChange}`,
    recordEvent(
      ctx,
      eventId,
      TWEET_DELETED,
      sql`(SELECT json_object('tweetId', t.id, 'authorId', t.author_id,
      'tier', t.tier, 'pullListed', a.pull_listed)
      FROM ${tweets} AS t JOIN ${authors} AS a ON a.user_id = t.author_id WHERE t.id = ${tweetId})`,
    ),
    logVisibility("tweet", tweetId, now),
    sql`SELECT (SELECT payload FROM outbox WHERE id = ${eventId}) AS payload`,
  ]);
  const payload = results[4]?.rows[0]?.["payload"];
  return typeof payload === "string" ? (JSON.parse(payload) as { tier: "push"; pullListed: number }) : null;
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
