import { signal, type Signal } from "@preact/signals";
import { ask } from "../api/client.ts";
import { TWEETS } from "../api/asking.ts";
import type { TimelineAnswer, Tweet, TweetsAnswer, User } from "../api/types.ts";
import { isSettling } from "./settling.ts";
import { Shelf } from "./shelf.ts";
import { Wanted } from "./wanted.ts";

/** What of tweets and users the page holds: enough for what is on screen and a few screens round it, never all it scrolled past. */
const TWEETS_MAX = 240;
/** A tweet names its author, whom it answers, whom it quotes and who retweeted it: none of them goes before it. */
const USERS_MAX = 4 * TWEETS_MAX;

/** `gone` is a tweet that was deleted, or that the viewer may not see any more. */
export type Held = Tweet | "gone" | undefined;

const tweets = new Shelf<Held>(TWEETS_MAX);
const users = new Shelf<User | undefined>(USERS_MAX);
/** What was scrolled past is fetched again when it comes back on screen. */
const wanted = new Wanted(lookUpTweets);
/** What was fetched again last. */
export const lookedUp = signal<readonly string[]>([]);

/** The tweet as it stands now; `undefined` until it is fetched, which reading it sees to. */
export function tweetOf(id: string): Signal<Held> {
  const held = tweets.get(id) ?? tweets.put(id, undefined);
  if (held.peek() === undefined) wanted.add(id);
  return held;
}

/** What is held of a tweet, without fetching it. */
export function peekTweet(id: string): Held {
  return tweets.get(id)?.peek();
}

/** The id of the tweet that `tweet` retweets, quotes or answers; undefined where it does not. */
export const referenceOf = (tweet: Tweet, type: "retweeted" | "quoted" | "replied_to"): string | undefined =>
  tweet.referenced_tweets?.find((one) => one.type === type)?.id;

/** A user as last heard of. */
export function userOf(id: string): Signal<User | undefined> {
  return users.get(id) ?? users.put(id, undefined);
}

/** Takes in one tweet: fields that are not given stay. */
export function noteTweet(tweet: Tweet): void {
  if (tweet.unavailable === true) return noteGone(tweet.id);
  const held = tweets.get(tweet.id) ?? tweets.put(tweet.id, undefined);
  const known = held.peek();
  held.value = typeof known === "object" ? { ...known, ...tweet } : tweet;
}

/** Takes in one user: fields that are not given stay. */
export function noteUser(user: User): void {
  const held = userOf(user.id);
  held.value = { ...held.peek(), ...user };
}

/** Notes that a tweet is no more, wherever it shows. */
export function noteGone(id: string): void {
  const held = tweets.get(id);
  if (held === undefined) tweets.put(id, "gone");
  else held.value = "gone";
}

/** Takes in everything that an answer with tweets carries. */
export function noteAnswer(
  answer: Pick<TimelineAnswer, "includes"> & { readonly data?: Tweet | Tweet[] | undefined },
): void {
  for (const user of answer.includes?.users ?? []) noteUser(user);
  for (const tweet of answer.includes?.tweets ?? []) noteTold(tweet);
  for (const tweet of [answer.data ?? []].flat()) noteTold(tweet);
}

/** What an answer tells of a tweet; its counts may be older than what the reader did a moment ago. */
function noteTold(tweet: Tweet): void {
  const held = peekTweet(tweet.id);
  if (typeof held !== "object" || !isSettling(tweet.id)) return noteTweet(tweet);
  const { public_metrics = tweet.public_metrics, viewer = tweet.viewer } = held;
  noteTweet({ ...tweet, public_metrics, viewer });
}

/** Forgets everything: another person signed in, who may see other things. */
export function forgetAll(): void {
  tweets.clear();
  users.clear();
  wanted.clear();
}

/** Fetches up to 100 tweets; those that cannot be seen are noted as gone. */
export async function lookUpTweets(ids: readonly string[]): Promise<void> {
  const answer = await ask<TweetsAnswer>("/tweets", { query: { ids: ids.join(","), ...TWEETS } });
  noteAnswer(answer);
  noteMissing(answer);
  lookedUp.value = ids;
}

/** Notes those that a lookup names as absent; an unavailable store names them otherwise. */
export function noteMissing(answer: TweetsAnswer): void {
  for (const error of answer.errors ?? []) {
    if (error.resource_type === "tweet" && error.type.endsWith("#not_found")) noteGone(error.resource_id);
  }
}
