import { firstOf, type Account, type Facts, type List, type Tweet } from "./facts.ts";

/**
 * Who may see what, said once more in plain words and from the promises alone: nothing here comes from the product. The
 * names are those that the product's own rules should have.
 */

/** Home, lists and mentions are timelines; only there mutes count. */
export type Place = "timeline" | "conversation" | "elsewhere";

/** Nobody signed in is null. */
export type Viewer = Account | null;

export interface Look {
  readonly facts: Facts;
  readonly viewer: Viewer;
  readonly place: Place;
}

type Relation = "follows" | "blocks" | "mutes";
const stands = ({ facts, viewer }: Look, relation: Relation, to: Account): boolean =>
  viewer !== null && facts[relation].has(viewer, to);
const isBlockedBy = ({ facts, viewer }: Look, by: Account): boolean => viewer !== null && facts.blocks.has(by, viewer);
const isOwn = (tweet: Tweet, { viewer }: Look): boolean => tweet.author === viewer;

const WHOLE_WORD = (word: string) => new RegExp(`(^|[^a-z0-9_])${word}($|[^a-z0-9_])`, "i");

/** Each keeps a tweet from a viewer, in words: */
const RULES = {
  /** A deleted tweet, or one of a deleted account, is nobody's, not even its author's. */
  gone: (tweet: Tweet) => tweet.deleted || tweet.author.gone,
  /** A retweet shows only where its original would. */
  retweet_of_hidden: (tweet: Tweet, look: Look): boolean =>
    tweet.retweets !== undefined && whyHidden(tweet.retweets, look) !== null,
  /** A protected account's tweets are for those it let follow; to have asked is not enough. */
  author_protected: (tweet: Tweet, look: Look) =>
    !isOwn(tweet, look) && tweet.author.protected && !stands(look, "follows", tweet.author),
  blocking_author: (tweet: Tweet, look: Look) => stands(look, "blocks", tweet.author),
  blocked_by_author: (tweet: Tweet, look: Look) => isBlockedBy(look, tweet.author),
  muted_author: (tweet: Tweet, look: Look) => look.place === "timeline" && stands(look, "mutes", tweet.author),
  /** A muted word hides what others wrote. */
  muted_word: (tweet: Tweet, look: Look) =>
    look.place === "timeline" &&
    !isOwn(tweet, look) &&
    look.viewer !== null &&
    look.facts.mutedWords.of(look.viewer).some((word) => WHOLE_WORD(word).test(tweet.text)),
  /** In its conversation a hidden reply shows to the conversation's author and to its own alone. */
  hidden_reply: (tweet: Tweet, look: Look) =>
    look.place === "conversation" && tweet.hiddenReply && !isOwn(tweet, look) && firstOf(tweet).author !== look.viewer,
};
export type RuleName = keyof typeof RULES | "reply_elsewhere";
export const RULE_NAMES = [...Object.keys(RULES), "reply_elsewhere"] as readonly RuleName[];

/** The rule that hides `tweet` from this look; null where it may be seen. */
export function whyHidden(tweet: Tweet, look: Look): Exclude<RuleName, "reply_elsewhere"> | null {
  for (const [name, hides] of Object.entries(RULES)) if (hides(tweet, look)) return name as keyof typeof RULES;
  return null;
}

/** How a viewer stands to somebody, as the field `viewer` says it; null where nobody is signed in. */
export const standingTo = ({ follows, asks, blocks, mutes }: Facts, viewer: Viewer, to: Account) =>
  viewer && {
    following: follows.has(viewer, to),
    followed_by: follows.has(to, viewer),
    requested: asks.has(viewer, to),
    blocking: blocks.has(viewer, to),
    blocked_by: blocks.has(to, viewer),
    muting: mutes.has(viewer, to),
  };

/**
 * reply_elsewhere, of home and lists: a reply shows where the one replied to is in the circle too, or is its own author, or
 * the reader; one's own replies always show.
 */
export const repliesElsewhere = (tweet: Tweet, reader: Viewer, circle: (account: Account) => boolean): boolean =>
  tweet.replyTo !== undefined &&
  tweet.author !== reader &&
  tweet.replyTo.author !== reader &&
  tweet.replyTo.author !== tweet.author &&
  !circle(tweet.replyTo.author);

/** What is an account's (tweets, likes, follows, lists) is closed to those whom its tweets are closed to. */
export const isClosed = (account: Account, look: Look): boolean =>
  account !== look.viewer &&
  ((account.protected && !stands(look, "follows", account)) ||
    stands(look, "blocks", account) ||
    isBlockedBy(look, account));

/** A block, whoever made it, takes either out of what the other sees of people round a tweet. */
export const isBlockedEitherWay = (account: Account, look: Look): boolean =>
  stands(look, "blocks", account) || isBlockedBy(look, account);

/** A private list is its owner's alone; any other is closed as all that is its owner's. */
export const isListHidden = (list: List, look: Look): boolean =>
  list.deleted || list.owner.gone || (list.owner !== look.viewer && (list.private || isClosed(list.owner, look)));
