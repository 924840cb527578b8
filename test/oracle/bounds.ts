import type { Model, ModelTweet } from "./model.ts";
import { blockBetween, conversationAuthor, everMutedText, mutes, mutesText, type Place } from "./rules.ts";

/**
 * What is promised while things still move: what must not be shown any more, what must be shown already. It follows from
 * the facts and from how late an effect may be; in doubt it says nothing.
 */

/** What others may still be shown of what is gone or hidden: VISIBILITY_CACHE_SECONDS. */
export const VISIBILITY_MS = 5_000;
/** A page of newest ids holds back HEAD_SETTLE_SECONDS; isolates may differ by half a second. */
export const SETTLE_MS = 2_000 - 500;
/** Clocks differ: a mute ends for one isolate while it still lasts for another. */
const SKEW_MS = 1_000;

/** What is on its way between two users: a block, an answer to a request, their ends. */
export type Unsettled = (a: string, b: string) => boolean;

export interface Shown {
  readonly now: number;
  readonly place: Place;
  /** Home shows only people who were followed at some time, and what answers such. */
  readonly home: boolean;
  readonly unsettled: Unsettled;
}

/** Why `reader` (null: nobody is signed in) must not be shown `id` now, or null where they may be. */
export function forbids(model: Model, reader: string | null, id: string, shown: Shown): string | null {
  const tweet = model.tweets.get(id);
  if (tweet === undefined) return "nobody posted it";
  if (shown.home && reader !== null) {
    const why = strangers(model, reader, tweet);
    if (why !== null) return why;
  }
  return hidden(model, reader, tweet, shown);
}

function strangers(model: Model, reader: string, tweet: ModelTweet): string | null {
  if (tweet.authorId === reader) return null;
  const { everFollowed } = model.user(reader);
  if (!everFollowed.has(tweet.authorId)) return "its author was never followed";
  const answered = tweet.replyTo === null ? tweet.authorId : model.tweet(tweet.replyTo).authorId;
  const known = answered === tweet.authorId || answered === reader || everFollowed.has(answered);
  return known ? null : "it answers somebody who was never followed";
}

function hidden(model: Model, reader: string | null, tweet: ModelTweet, shown: Shown): string | null {
  const { now, place, home } = shown;
  const { authorId, deletedAt } = tweet;
  const own = authorId === reader;
  if (tweet.retweetOf !== null) {
    const why = hidden(model, reader, model.tweet(tweet.retweetOf), shown);
    if (why !== null) return `it retweets what must not be shown: ${why}`;
  }
  if (deletedAt !== null && own) return "the reader had deleted it";
  if (deletedAt !== null && now - deletedAt >= VISIBILITY_MS) return `it was deleted ${now - deletedAt} ms ago`;
  if (own) return null;
  const author = model.user(authorId);
  const stranger = reader === null || !model.user(reader).follows.has(authorId);
  // Home learns of the end of a follow by its event; everything else at once.
  const knew = reader !== null && (shown.unsettled(reader, authorId) || (home && followed(model, reader, authorId)));
  if (author.protected && stranger && !knew && now - author.protectedAt >= VISIBILITY_MS) return "it is protected";
  if (reader === null) return null;
  if (model.user(reader).blocks.has(authorId)) return "its author is blocked";
  if (author.blocks.has(reader) && !shown.unsettled(reader, authorId)) return "its author blocks the reader";
  if (place === "conversation" && tweet.hidden && conversationAuthor(model, tweet) !== reader) return "it is hidden";
  if (place !== "timeline") return null;
  if (mutes(model, reader, authorId, now + SKEW_MS)) return "its author is muted";
  return mutesText(model, reader, tweet.text, now + SKEW_MS) ? "it has a muted word" : null;
}

const followed = (model: Model, reader: string, userId: string): boolean => model.user(reader).everFollowed.has(userId);

/** Nothing ever stood, or could stand, between the reader and the tweet's author. */
function undisturbed(model: Model, reader: string, tweet: ModelTweet): boolean {
  const { authorId, text } = tweet;
  if (authorId === reader) return true;
  const known = model.user(reader);
  return !known.everHidden.has(authorId) && !model.user(authorId).everProtected && !everMutedText(model, reader, text);
}

/**
 * Own tweets and retweets that the reader's home must show now. Left out are those that another line could stand for, or
 * that something came between.
 */
export function ownLines(model: Model, reader: string): string[] {
  const people = new Set([reader, ...model.user(reader).everFollowed]);
  const lines = [...model.tweets.values()].filter((tweet) => people.has(tweet.authorId));
  return model
    .standing(reader)
    .filter((tweet) => {
      const original = model.originalOf(tweet);
      if (original.deletedAt !== null || !undisturbed(model, reader, original)) return false;
      return !lines.some((other) => model.originalOf(other) === original && BigInt(other.id) > BigInt(tweet.id));
    })
    .map((tweet) => tweet.id);
}

/** What `author`'s profile must show `reader` now: one's own at once, others' once they are VISIBILITY_MS old. */
export function profileLines(model: Model, reader: string, author: string, now: number): string[] {
  const settled = reader === author ? Infinity : now - VISIBILITY_MS;
  if (reader !== author && (model.user(author).everProtected || model.user(reader).everHidden.has(author))) return [];
  return model
    .standing(author)
    .filter((tweet) => {
      const original = model.originalOf(tweet);
      return tweet.postedAt <= settled && original.deletedAt === null && undisturbed(model, reader, original);
    })
    .map((tweet) => tweet.id);
}

/**
 * What somebody who polls home with `since_id` from `since` on must have been shown in the end, each tweet by some line of
 * it. Promised is what was delivered while `newest_id` still held back; one's own posts always are.
 */
export function mustHavePolled(model: Model, reader: string, since: number): ModelTweet[] {
  const { follows, everHidden } = model.user(reader);
  return [...model.tweets.values()].filter((tweet) => {
    const original = model.originalOf(tweet);
    if (tweet.deletedAt !== null || tweet.postedAt < since || original.deletedAt !== null) return false;
    if (!undisturbed(model, reader, original) || undoneOver(model, original)) return false;
    if (tweet.authorId === reader) return true;
    if (everHidden.has(tweet.authorId)) return false;
    if (!followedBefore(follows, tweet, tweet.authorId) || tweet.lateFollowers.has(reader)) return false;
    if (tweet.replyTo !== null) {
      const answered = model.tweet(tweet.replyTo).authorId;
      const own = answered === reader || answered === tweet.authorId;
      if (!own && !followedBefore(follows, tweet, answered)) return false;
    }
    return tweet.deliveredAt !== null && tweet.deliveredAt - tweet.postedAt < SETTLE_MS;
  });
}

const followedBefore = (follows: ReadonlyMap<string, number>, tweet: ModelTweet, userId: string): boolean =>
  (follows.get(userId) ?? Infinity) <= tweet.postedAt;

/** A retweet that was undone may stand in for the tweet until its removal has come. */
const undoneOver = (model: Model, original: ModelTweet): boolean =>
  [...model.tweets.values()].some((other) => other.retweetOf === original.id && other.deletedAt !== null);

/** May `actor` do something to a tweet now? In doubt `maybe`. */
export function mayActOn(model: Model, actor: string, tweet: ModelTweet, unsettled: Unsettled): "yes" | "no" | "maybe" {
  const parts = tweet.retweetOf === null ? [tweet] : [tweet, model.tweet(tweet.retweetOf)];
  const answers = parts.map((part) => {
    if (part.deletedAt !== null) return "no";
    if (part.authorId === actor) return "yes";
    if (model.user(actor).blocks.has(part.authorId)) return "no";
    if (unsettled(actor, part.authorId)) return "maybe";
    if (blockBetween(model, actor, part.authorId)) return "no";
    const author = model.user(part.authorId);
    return author.protected && !model.user(actor).follows.has(author.id) ? "no" : "yes";
  });
  if (answers.includes("no")) return "no";
  return answers.includes("maybe") ? "maybe" : "yes";
}
