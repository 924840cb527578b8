import { publishEvent } from "../lib/outbox.ts";
import type { Ctx } from "../lib/context.ts";
import { DomainError } from "../lib/errors.ts";
import { replayOf, type IdempotentRequest } from "../lib/idempotency.ts";
import { logicalShardOfId, unpadId } from "../lib/snowflake.ts";
import type { Viewer } from "../lib/route.ts";
import { pushOwnTweet } from "./push-own-tweet.ts";
import { TWEET_POSTED, type TweetPosted } from "./events.ts";
import { extractEntities, measureTweet, TWEET_WEIGHTED_LENGTH_MAX } from "./tweet-text.ts";
import { writeTweet, type PostOutcome } from "./writer.ts";

/** What the first answer said, kept under the Idempotency-Key. */
export interface PostedTweet {
  readonly id: string;
  readonly text: string;
}

/** A clash of ids or of clocks is answered with a new id; more than this in a row means something else is wrong. */
const MINT_ATTEMPTS_MAX = 5;
/** X resolves at most this many mentions of one tweet. */
const MENTIONS_MAX = 50;

export interface TweetDraft {
  readonly text: string;
  readonly reply?: unknown;
  readonly quote_tweet_id?: unknown;
  readonly media?: unknown;
  readonly idempotency: IdempotentRequest | null;
}

/**
 * Posts a tweet: one D1 batch, then it is pushed into the author's own home; everybody else's follows by the event.
 * Throws `unprocessable` for a text that may not be posted or a field that is not possible yet,
 * `account_inactive`.
 */
export async function createTweet(ctx: Ctx, actor: Viewer, draft: TweetDraft): Promise<PostedTweet> {
  refuseLaterFields(draft);
  const composed = composeTweet(draft.text);
  let above: string | undefined;
  for (let attempt = 0; attempt < MINT_ATTEMPTS_MAX; attempt += 1) {
    const id = ctx.ids.next(logicalShardOfId(actor.userId), above);
    const answer: PostedTweet = { id: unpadId(id), text: draft.text };
    const idempotency = draft.idempotency === null ? null : { request: draft.idempotency, answer };
    const outcome = await writeTweet(ctx, { id, authorId: actor.userId, ...composed }, idempotency);
    if (outcome.written && outcome.tier !== null) {
      await announce(ctx, { id, authorId: actor.userId, mentions: composed.mentions }, outcome, outcome.tier);
      return answer;
    }
    if (!outcome.active) throw new DomainError("account_inactive", "This account is not active.");
    const replay = draft.idempotency === null ? null : replayOf<PostedTweet>(ctx, draft.idempotency, outcome.key);
    if (replay !== null) return replay;
    above = outcome.newestTweetId > id ? outcome.newestTweetId : id;
  }
  throw new Error("no free tweet id was found");
}

function refuseLaterFields(draft: TweetDraft): void {
  for (const field of ["reply", "quote_tweet_id", "media"] as const) {
    if (draft[field] === undefined) continue;
    const detail = `${field} is not possible yet.`;
    throw new DomainError("unprocessable", detail, [{ message: detail, parameters: { [field]: [] } }]);
  }
}

interface Composed {
  readonly text: string;
  readonly entities: string | null;
  readonly mentions: readonly string[];
}

function composeTweet(text: string): Composed {
  const measured = measureTweet(text);
  if (!measured.valid) throw refusalOf(measured);
  const entities = extractEntities(text);
  const mentions = [...new Set((entities.mentions ?? []).map((mention) => mention.username.toLowerCase()))];
  return {
    text,
    entities: Object.keys(entities).length === 0 ? null : JSON.stringify(entities),
    mentions: mentions.slice(0, MENTIONS_MAX),
  };
}

function refusalOf(measured: ReturnType<typeof measureTweet>): DomainError {
  if (measured.reason === "too_long") {
    const detail = `The text weighs ${measured.weightedLength}; at most ${TWEET_WEIGHTED_LENGTH_MAX} is allowed.`;
    return new DomainError("unprocessable", detail, [{ message: detail, parameters: { text: [] } }]);
  }
  const detail = measured.reason === "empty" ? "The text is empty." : "The text has characters that may not be posted.";
  return new DomainError("unprocessable", detail, [{ message: detail, parameters: { text: [] } }]);
}

/** One's own home shows the tweet before the answer; the event tells everybody else's. */
async function announce(
  ctx: Ctx,
  tweet: { id: string; authorId: string; mentions: readonly string[] },
  outcome: PostOutcome,
  tier: TweetPosted["tier"],
): Promise<void> {
  const { id: tweetId, authorId, mentions } = tweet;
  const payload: TweetPosted = { tweetId, authorId, tier, pullListed: outcome.pullListed, mentions: [...mentions] };
  publishEvent(ctx, { id: tweetId, kind: TWEET_POSTED, payload });
  ctx.log.info("tweet posted", { author_id: authorId, author_tier: tier });
  await pushOwnTweet(ctx, authorId, tweetId);
}
