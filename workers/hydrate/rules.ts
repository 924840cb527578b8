import type { Standing } from "./viewing.ts";
import type { TweetView } from "./tweets.ts";

/**
 * Who may see which tweet: every rule there is, each with a name. Nothing else decides it. Tweets that are deleted, or
 * whose author's account is not active, never come out of the store.
 */

/** Where a tweet would show. Mutes count in timelines alone: home, lists, mentions. */
export type Place = "timeline" | "conversation" | "elsewhere";

/** A tweet, and what the rules must know of it and of who looks. */
export interface Seen {
  readonly view: TweetView;
  /** Of the viewer towards the author. */
  readonly standing: Standing;
  readonly own: boolean;
  readonly place: Place;
  /** Lower-cased. */
  readonly mutedWords: readonly string[];
  /** True for a reply that the conversation's author hid; that author sees it still. */
  readonly hiddenReply: boolean;
  /** What a retweet retweets, null where that is gone. Absent where it is none. */
  readonly original?: Seen | null;
}

/** The rules for what others wrote. */
const OTHERS = {
  author_protected: ({ view, standing }: Seen) => view.author.protected && !standing.following,
  blocking_author: ({ standing }: Seen) => standing.blocking,
  blocked_by_author: ({ standing }: Seen) => standing.blockedBy,
  muted_author: ({ place, standing }: Seen) => place === "timeline" && standing.muting,
  muted_word: ({ view, place, mutedWords }: Seen) =>
    place === "timeline" && mutedWords.some((word) => holdsWord(view.tweet.text, word)),
  hidden_reply: ({ place, hiddenReply }: Seen) => place === "conversation" && hiddenReply,
};

/** The rules for everybody's, one's own included. */
const ALL = {
  retweet_of_hidden: ({ original }: Seen): boolean =>
    original === null || (original !== undefined && hiddenBy(original) !== null),
};

export type RuleName = keyof typeof OTHERS | keyof typeof ALL;

/** The rule that keeps a tweet from being shown; null where none does. */
export function hiddenBy(seen: Seen): RuleName | null {
  for (const [name, hides] of Object.entries(ALL)) if (hides(seen)) return name as RuleName;
  if (seen.own) return null;
  for (const [name, hides] of Object.entries(OTHERS)) if (hides(seen)) return name as RuleName;
  return null;
}

const patterns = new Map<string, RegExp>();
const PATTERNS_MAX = 1000;

/** True where `text` has `word` (or phrase) by itself, in any case: "cat" is not in "concatenate", but in "#Cat". */
export function holdsWord(text: string, word: string): boolean {
  let pattern = patterns.get(word);
  if (pattern === undefined) {
    if (patterns.size >= PATTERNS_MAX) patterns.clear();
    const literal = word.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
    const edge = "[\\p{L}\\p{N}\\p{M}_]";
    patterns.set(word, (pattern = new RegExp(`(?<!${edge})${literal}(?!${edge})`, "iu")));
  }
  return pattern.test(text);
}
