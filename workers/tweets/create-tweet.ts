import { readUserIdsByUsername } from "../accounts/reader.ts";
import { readStandings } from "../graph/reader.ts";
import { requireTweet } from "../hydrate/require-tweet.ts";
import type { Ctx } from "../lib/context.ts";
import { DomainError } from "../lib/errors.ts";
import { guarded } from "../lib/guarded.ts";
import type { IdempotentRequest } from "../lib/idempotency.ts";
import type { Viewer } from "../lib/route.ts";
import { unpadId } from "../lib/snowflake.ts";
import { ANCESTORS_MAX, readPlace } from "./conversation-reader.ts";
import { publishTweet } from "./publish-tweet.ts";
import { readReplyRules } from "./references-reader.ts";
import { extractEntities, measureTweet, TWEET_WEIGHTED_LENGTH_MAX } from "./tweet-text.ts";
import type { NewTweet, TweetPointer } from "./writer.ts";

/** What the first answer said, kept under the Idempotency-Key. */
export interface PostedTweet {
  readonly id: string;
  readonly text: string;
}

/** X resolves at most this many mentions of one tweet. */
const MENTIONS_MAX = 50;

export interface TweetDraft {
  readonly text: string;
  readonly reply?: { readonly in_reply_to_tweet_id: string } | undefined;
  readonly quote_tweet_id?: string | undefined;
  readonly reply_settings?: "everyone" | "mentionedUsers" | "following" | "subscribers" | "verified" | undefined;
  readonly media?: unknown;
  readonly idempotency: IdempotentRequest | null;
}

/**
 * Posts a tweet, by itself, in answer to another or with another quoted. Throws `unprocessable` for a text that may not be
 * posted or a field that is not possible, `not_found` for a tweet answered or quoted that is absent or hidden,
 * `forbidden` where its author did not open the conversation to the actor or is protected, `account_inactive`.
 */
export async function createTweet(ctx: Ctx, actor: Viewer, draft: TweetDraft): Promise<PostedTweet> {
  const replySettings = settingsOf(draft);
  const composed = composeTweet(draft.text);
  const { reply, quote_tweet_id: quoted } = draft;
  const [replyTo, quotes] = await Promise.all([
    reply === undefined ? undefined : openedReply(ctx, actor, reply.in_reply_to_tweet_id),
    quoted === undefined ? undefined : quotable(ctx, actor, quoted),
  ]);
  const tweet = {
    ...composed,
    replySettings,
    ...(replyTo === undefined ? {} : { replyTo }),
    ...(quotes === undefined ? {} : { quoted: quotes }),
  };
  return publishTweet(ctx, actor, tweet, draft.idempotency, (id) => ({ id: unpadId(id), text: draft.text }));
}

function settingsOf({
  media,
  reply_settings: settings = "everyone",
}: TweetDraft): "mentionedUsers" | "following" | null {
  if (media !== undefined) throw notPossible("media", "media is not possible yet.");
  if (settings === "subscribers" || settings === "verified") {
    throw notPossible("reply_settings", `Accounts here are neither verified nor subscribed to: not ${settings}.`);
  }
  return settings === "everyone" ? null : settings;
}

const notPossible = (field: string, detail: string): DomainError =>
  new DomainError("unprocessable", detail, [{ message: detail, parameters: { [field]: [] } }]);

/** The tweet to be answered, if the actor may see it and its conversation's author lets them answer. */
async function openedReply(ctx: Ctx, actor: Viewer, tweetId: string): Promise<NewTweet["replyTo"]> {
  const { tweet } = await requireTweet(ctx, actor, tweetId);
  const [place] = await Promise.all([
    guarded(ctx, tweet.id, () => readPlace(ctx, tweet.id)),
    mustBeOpen(ctx, actor, tweet.conversationId),
  ]);
  const ancestors = [...(place?.ancestors ?? []), tweet.id];
  const [first = tweet.id, ...rest] = ancestors;
  return {
    tweetId: tweet.id,
    userId: tweet.authorId,
    conversationId: tweet.conversationId,
    ancestors: [first, ...rest.slice(1 - ANCESTORS_MAX)],
  };
}

/** Who may answer is for the first tweet's author to say, for all of the conversation. */
async function mustBeOpen(ctx: Ctx, actor: Viewer, conversationId: string): Promise<void> {
  const rules = await guarded(ctx, conversationId, () => readReplyRules(ctx, conversationId));
  if (rules === null || rules.replySettings === "everyone" || rules.authorId === actor.userId) return;
  const { authorId } = rules;
  const open =
    rules.replySettings === "following"
      ? (await guarded(ctx, authorId, () => readStandings(ctx, authorId, [actor.userId]))).get(actor.userId)?.following
      : [...(await readUserIdsByUsername(ctx, rules.mentioned)).values()].includes(actor.userId);
  if (open !== true) throw new DomainError("forbidden", "The author of this conversation did not open it to you.");
}

async function quotable(ctx: Ctx, actor: Viewer, tweetId: string): Promise<TweetPointer> {
  const { tweet, author } = await requireTweet(ctx, actor, tweetId);
  if (author.protected && author.id !== actor.userId) {
    throw new DomainError("forbidden", "Tweets of a protected account cannot be quoted.");
  }
  return { tweetId: tweet.id, userId: author.id };
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
