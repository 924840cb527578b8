import { signal } from "@preact/signals";
import { ask, reasonOf } from "../api/client.ts";
import { viewer } from "../api/tokens.ts";
import type { Tweet } from "../api/types.ts";
import { settle } from "./settling.ts";
import { noteTweet, peekTweet } from "./tweets.ts";
import { say } from "./toasts.ts";

/** What a reader does to a tweet with one press. */
export type Engagement = "liked" | "retweeted" | "bookmarked";

interface Kind {
  readonly count: "like_count" | "retweet_count" | "bookmark_count";
  readonly path: string;
  readonly failed: string;
}

const KINDS: Readonly<Record<Engagement, Kind>> = {
  liked: { count: "like_count", path: "likes", failed: "The like did not go through." },
  retweeted: { count: "retweet_count", path: "retweets", failed: "The retweet did not go through." },
  bookmarked: { count: "bookmark_count", path: "bookmarks", failed: "The bookmark did not go through." },
};

/** What was pressed and is not yet answered, by kind and tweet. Each change is a new map. */
const wishes = signal<ReadonlyMap<string, boolean>>(new Map());
const sending = new Set<string>();

const keyOf = (kind: Engagement, id: string): string => `${kind}:${id}`;

/** How a tweet stands with the reader, what was just pressed included. */
export function engagementOf(kind: Engagement, tweet: Tweet): { readonly on: boolean; readonly count: number } {
  const told = tweet.viewer?.[kind] ?? false;
  const on = wishes.value.get(keyOf(kind, tweet.id)) ?? told;
  const count = tweet.public_metrics?.[KINDS[kind].count] ?? 0;
  return { on, count: Math.max(0, count + Number(on) - Number(told)) };
}

/** Turns an engagement on or off at once, and sends it; where that fails it is as before, and the reader hears why. */
export async function toggle(kind: Engagement, id: string): Promise<void> {
  const tweet = peekTweet(id);
  const me = viewer.peek();
  if (typeof tweet !== "object" || me === null) return;
  const key = keyOf(kind, id);
  const on = !(wishes.peek().get(key) ?? tweet.viewer?.[kind] ?? false);
  settle(id);
  wish(key, on);
  // Presses while one is under way change the wish; it is sent when that one is answered.
  if (sending.has(key)) return;
  sending.add(key);
  try {
    await fulfil(kind, id, me.id);
  } catch (error) {
    say(`${KINDS[kind].failed} ${reasonOf(error)}`, true);
  } finally {
    sending.delete(key);
    wish(key, undefined);
  }
}

async function fulfil(kind: Engagement, id: string, me: string): Promise<void> {
  const key = keyOf(kind, id);
  for (let wanted = wishes.peek().get(key); wanted !== undefined; wanted = wishes.peek().get(key)) {
    const { path } = KINDS[kind];
    if (wanted) await ask(`/users/${me}/${path}`, { method: "POST", body: { tweet_id: id } });
    else await ask(`/users/${me}/${path}/${id}`, { method: "DELETE" });
    applied(kind, id, wanted);
    if (wishes.peek().get(key) === wanted) return;
  }
}

/** What was answered is what the tweet has now. */
function applied(kind: Engagement, id: string, on: boolean): void {
  const tweet = peekTweet(id);
  if (typeof tweet !== "object") return;
  const told = tweet.viewer?.[kind] ?? false;
  const { count } = KINDS[kind];
  const metrics = tweet.public_metrics;
  noteTweet({
    ...tweet,
    viewer: { liked: false, retweeted: false, bookmarked: false, ...tweet.viewer, [kind]: on },
    ...(metrics === undefined
      ? {}
      : { public_metrics: { ...metrics, [count]: Math.max(0, (metrics[count] ?? 0) + Number(on) - Number(told)) } }),
  });
}

function wish(key: string, on: boolean | undefined): void {
  const all = new Map(wishes.peek());
  if (on === undefined) all.delete(key);
  else all.set(key, on);
  wishes.value = all;
}
