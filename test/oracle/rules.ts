import type { Model, ModelList, ModelTweet } from "./model.ts";

/** Who may see what, said again in the plainest way. Ends of mutes are times: `now` in Unix milliseconds. */

/** Mutes and muted words count in timelines (home, lists), hidden replies in conversations. */
export type Place = "timeline" | "conversation" | "elsewhere";

/** Words of three birds: what is posted speaks of them at times, and they are muted at times. */
export const WORDS = ["heron", "plover", "godwit"] as const;

const wordsOf = (text: string): string[] => text.toLowerCase().split(/[^a-z0-9]+/);

/** What was muted has not ended by `now`. */
const lasts = (until: number | null | undefined, now: number): boolean =>
  until !== undefined && (until === null || until > now);

export const mutes = (model: Model, muterId: string, mutedId: string, now: number): boolean =>
  lasts(model.user(muterId).mutes.get(mutedId), now);

/** One of the words that `readerId` mutes now stands in `text`. */
export function mutesText(model: Model, readerId: string, text: string, now: number): boolean {
  const { mutedWords } = model.user(readerId);
  return wordsOf(text).some((word) => lasts(mutedWords.get(word), now));
}

export const everMutedText = (model: Model, readerId: string, text: string): boolean =>
  wordsOf(text).some((word) => model.user(readerId).everMutedWords.has(word));

export function blockBetween(model: Model, a: string, b: string): boolean {
  return model.user(a).blocks.has(b) || model.user(b).blocks.has(a);
}

/** Why what belongs to `userId` is kept from `readerId` (null: nobody is signed in); null where it is not. */
export function keptFrom(model: Model, readerId: string | null, userId: string): string | null {
  if (readerId === userId) return null;
  const owner = model.user(userId);
  if (owner.protected && (readerId === null || !model.user(readerId).follows.has(userId))) return "protected";
  if (readerId !== null && model.user(readerId).blocks.has(userId)) return "blocking";
  return readerId !== null && owner.blocks.has(readerId) ? "blocked" : null;
}

/** Why `readerId` does not see a tweet at `place`; null where they do. */
export function hides(
  model: Model,
  readerId: string | null,
  tweet: ModelTweet,
  place: Place,
  now: number,
): string | null {
  if (tweet.deletedAt !== null) return "deleted";
  if (tweet.retweetOf !== null) {
    const why = hides(model, readerId, model.tweet(tweet.retweetOf), place, now);
    if (why !== null) return `a retweet of what is ${why}`;
  }
  const { authorId } = tweet;
  if (authorId === readerId) return null;
  const kept = keptFrom(model, readerId, authorId);
  if (kept !== null) return kept;
  if (place === "conversation" && tweet.hidden && conversationAuthor(model, tweet) !== readerId) return "hidden";
  if (place !== "timeline" || readerId === null) return null;
  if (mutes(model, readerId, authorId, now)) return "muted";
  return mutesText(model, readerId, tweet.text, now) ? "of a muted word" : null;
}

/** Who wrote the tweet that a conversation began with. */
export const conversationAuthor = (model: Model, tweet: ModelTweet): string => firstOf(model, tweet).authorId;

export function firstOf(model: Model, tweet: ModelTweet): ModelTweet {
  return tweet.replyTo === null ? tweet : firstOf(model, model.tweet(tweet.replyTo));
}

/** A reply stands among a timeline's own people: it answers one of them, or its own author. A retweet of it always does. */
export function answersAmong(model: Model, tweet: ModelTweet, isOneOf: (userId: string) => boolean): boolean {
  if (tweet.replyTo === null) return true;
  const answered = model.tweet(tweet.replyTo).authorId;
  return answered === tweet.authorId || isOneOf(answered);
}

/** Why a list is kept from `readerId`; null where it is not. */
export function listKeptFrom(model: Model, readerId: string | null, list: ModelList): string | null {
  if (list.deleted) return "deleted";
  if (list.ownerId === readerId) return null;
  return list.private ? "private" : keptFrom(model, readerId, list.ownerId);
}
