import { effect, signal, type Signal } from "@preact/signals";
import { ask, reasonOf } from "../api/client.ts";
import { viewer } from "../api/tokens.ts";
import type { Tweet, TweetAnswer } from "../api/types.ts";
import { settle } from "./settling.ts";
import { say } from "./toasts.ts";
import type { Draft } from "./dialogs.ts";
import { lookUpTweets, noteGone, noteTweet, noteUser, peekTweet, referenceOf } from "./tweets.ts";

/** The newest thing the reader posted here: lists that it belongs to take it in. */
export const posted = signal<Tweet | null>(null);

const drafts = new Map<string, Signal<string>>();

/** What was typed and is not posted yet: one text for all composers of the same thing, kept over reloads. */
export function draftText({ replyTo, quote, text }: Draft): Signal<string> {
  const key = `dunlin.draft.${replyTo ?? ""}.${quote ?? ""}`;
  const known = drafts.get(key);
  if (known !== undefined) return known;
  const draft = signal(readStored(key) || (text ?? ""));
  drafts.set(key, draft);
  effect(() => store(key, draft.value));
  return draft;
}

/** Whoever uses this browser next finds nothing of what was written here. */
export function forgetDrafts(): void {
  for (const draft of drafts.values()) draft.value = "";
  drafts.clear();
  try {
    for (const key of Object.keys(localStorage)) if (key.startsWith("dunlin.draft.")) localStorage.removeItem(key);
  } catch {
    // without storage there is nothing to take away
  }
}

function readStored(key: string): string {
  try {
    return localStorage.getItem(key) ?? "";
  } catch {
    return "";
  }
}

function store(key: string, text: string): void {
  try {
    if (text === "") localStorage.removeItem(key);
    else localStorage.setItem(key, text);
  } catch {
    // without storage a draft lives as long as the page
  }
}

/**
 * Posts. `key` names the try, so that sending it again after a lost answer posts once. Throws what `ask` throws, and
 * nothing is lost: the draft is the caller's.
 */
export async function post(text: string, { replyTo, quote }: Draft, key: string): Promise<Tweet> {
  const body = {
    text,
    ...(replyTo === undefined ? {} : { reply: { in_reply_to_tweet_id: replyTo } }),
    ...(quote === undefined ? {} : { quote_tweet_id: quote }),
  };
  const { data } = await ask<TweetAnswer>("/tweets", { method: "POST", body, key });
  const tweet = asPosted(data, { replyTo, quote });
  noteTweet(tweet);
  // What it refers to and its links, as the server reads them, come after.
  void lookUpTweets([tweet.id]).catch(() => undefined);
  if (replyTo !== undefined) addToCount(replyTo, "reply_count", 1);
  if (quote !== undefined) addToCount(quote, "quote_count", 1);
  posted.value = tweet;
  return tweet;
}

/** The answer to a post says little: the rest is known here. */
function asPosted(data: Tweet, { replyTo, quote }: { replyTo: string | undefined; quote: string | undefined }): Tweet {
  const me = viewer.peek();
  if (me !== null) noteUser(me);
  const answered = replyTo === undefined ? undefined : peekTweet(replyTo);
  const to = typeof answered === "object" ? answered : undefined;
  const references = [
    ...(replyTo === undefined ? [] : [{ type: "replied_to" as const, id: replyTo }]),
    ...(quote === undefined ? [] : [{ type: "quoted" as const, id: quote }]),
  ];
  return {
    created_at: new Date().toISOString(),
    ...(me === null ? {} : { author_id: me.id }),
    ...(to?.author_id === undefined ? {} : { in_reply_to_user_id: to.author_id }),
    ...(to?.conversation_id === undefined ? {} : { conversation_id: to.conversation_id }),
    ...(references.length === 0 ? {} : { referenced_tweets: references }),
    public_metrics: { retweet_count: 0, reply_count: 0, like_count: 0, quote_count: 0, bookmark_count: 0 },
    viewer: { liked: false, retweeted: false, bookmarked: false },
    ...data,
  };
}

/** Deletes one of the reader's own tweets; it goes at once, and comes back where that fails. */
export async function deleteTweet(id: string): Promise<void> {
  const before = peekTweet(id);
  noteGone(id);
  try {
    await ask(`/tweets/${id}`, { method: "DELETE" });
    const answered = typeof before === "object" ? referenceOf(before, "replied_to") : undefined;
    if (answered !== undefined) addToCount(answered, "reply_count", -1);
    say("Your tweet was deleted.");
  } catch (error) {
    if (typeof before === "object") noteTweet(before);
    say(`The tweet was not deleted. ${reasonOf(error)}`, true);
  }
}

function addToCount(id: string, count: "reply_count" | "quote_count", by: number): void {
  const tweet = peekTweet(id);
  settle(id);
  if (typeof tweet !== "object" || tweet.public_metrics === undefined) return;
  const metrics = { ...tweet.public_metrics, [count]: Math.max(0, tweet.public_metrics[count] + by) };
  noteTweet({ ...tweet, public_metrics: metrics });
}
