import { newestFirst, type Model, type ModelList, type ModelTweet } from "./model.ts";
import { answersAmong, firstOf, hides, keptFrom, mutes, type Place } from "./rules.ts";

/** What a reader is shown, once all has come to rest: whole lists, told from the facts and the rules alone. */

/** What is left out of a timeline where that is asked for. */
export interface Excluded {
  readonly replies?: boolean;
  readonly retweets?: boolean;
}

/** A line of a timeline. */
export interface Line {
  /** The tweet's, or the retweet's own. */
  readonly id: string;
  /** Everybody among the timeline's people who retweets it, newest first. */
  readonly retweeters: readonly string[];
}

const newest = (tweets: readonly ModelTweet[]): ModelTweet[] => [...tweets].sort((a, b) => newestFirst(a.id, b.id));
const idsOf = (tweets: readonly ModelTweet[]): string[] => newest(tweets).map((tweet) => tweet.id);

/** Own tweets and retweets and those of the people followed, each tweet once, at its newest. */
export function home(model: Model, readerId: string, now: number, excluded: Excluded = {}): Line[] {
  const { follows } = model.user(readerId);
  const isOneOf = (userId: string) => userId === readerId || follows.has(userId);
  const fits = (tweet: ModelTweet) => tweet.authorId === readerId || answersAmong(model, tweet, isOneOf);
  return timeline(model, readerId, [readerId, ...follows.keys()], now, fits, excluded);
}

/** The same of a list's members; a reply answers one of them. */
export function listTimeline(model: Model, readerId: string | null, list: ModelList, now: number): Line[] {
  const fits = (tweet: ModelTweet) => answersAmong(model, tweet, (userId) => list.members.has(userId));
  return timeline(model, readerId, [...list.members], now, fits, {});
}

function timeline(
  model: Model,
  readerId: string | null,
  people: readonly string[],
  now: number,
  fits: (tweet: ModelTweet) => boolean,
  excluded: Excluded,
): Line[] {
  const standing = people.flatMap((userId) => model.standing(userId));
  const shown = standing.filter((tweet) => {
    if (excluded.replies === true && tweet.replyTo !== null) return false;
    if (excluded.retweets === true && tweet.retweetOf !== null) return false;
    return fits(tweet) && hides(model, readerId, tweet, "timeline", now) === null;
  });
  const lines = new Map<string, { id: string; retweeters: string[] }>();
  for (const tweet of newest(shown)) {
    const original = model.originalOf(tweet);
    const line = lines.get(original.id) ?? { id: tweet.id, retweeters: [] };
    lines.set(original.id, line);
    if (tweet.retweetOf !== null) line.retweeters.push(tweet.authorId);
  }
  return [...lines.values()];
}

/** All that a user wrote and retweeted, as `readerId` may see it. */
export function profile(model: Model, readerId: string | null, authorId: string, now: number): string[] {
  if (keptFrom(model, readerId, authorId) !== null) return [];
  return idsOf(model.standing(authorId).filter((tweet) => hides(model, readerId, tweet, "elsewhere", now) === null));
}

const sees = (model: Model, readerId: string | null, place: Place, now: number) => (tweet: ModelTweet) =>
  hides(model, readerId, tweet, place, now) === null;

/**
 * A conversation in reading order: what the tweet answers, the tweet, its author's own thread, then all other replies, each
 * with everything that answers it behind it, its author's own answers first. What is deleted leaves a gap alone.
 */
export function conversation(model: Model, readerId: string | null, focal: ModelTweet, now: number): string[] {
  const above: ModelTweet[] = [];
  for (let at = focal; at.replyTo !== null;) above.unshift((at = model.tweet(at.replyTo)));
  const thread = threadFrom(model, focal).sort((a, b) => -newestFirst(a.id, b.id));
  const below = thread.flatMap((tweet) => answersTo(model, tweet, false).flatMap((reply) => treeOf(model, reply)));
  const all = [...above, focal, ...thread.filter((tweet) => tweet !== focal), ...below];
  // Asked for by itself it stays readable, whoever hid it from its conversation.
  return all
    .filter((tweet) =>
      tweet === focal
        ? sees(model, readerId, "elsewhere", now)(tweet)
        : sees(model, readerId, "conversation", now)(tweet),
    )
    .map((tweet) => tweet.id);
}

/** A tweet and its author's answers to it, and to those. */
function threadFrom(model: Model, tweet: ModelTweet): ModelTweet[] {
  return [tweet, ...answersTo(model, tweet, true).flatMap((own) => threadFrom(model, own))];
}

function treeOf(model: Model, tweet: ModelTweet): ModelTweet[] {
  const answers = [...answersTo(model, tweet, true), ...answersTo(model, tweet, false)];
  return [tweet, ...answers.flatMap((answer) => treeOf(model, answer))];
}

/** Replies to a tweet, deleted ones too, oldest first: its own author's, or the others'. */
function answersTo(model: Model, tweet: ModelTweet, own: boolean): ModelTweet[] {
  return [...model.tweets.values()]
    .filter((reply) => reply.replyTo === tweet.id && (reply.authorId === tweet.authorId) === own)
    .sort((a, b) => -newestFirst(a.id, b.id));
}

export const conversationId = (model: Model, tweet: ModelTweet): string => firstOf(model, tweet).id;

/** What others did with a tweet. Replies and quotes of protected accounts do not count. */
export function metrics(model: Model, tweet: ModelTweet): Record<string, number> {
  const open = ({ authorId }: ModelTweet) => !model.user(authorId).protected;
  const users = [...model.users.values()];
  return {
    reply_count: model.all((other) => other.replyTo === tweet.id && open(other)).length,
    quote_count: model.all((other) => other.quoted === tweet.id && open(other)).length,
    retweet_count: model.all((other) => other.retweetOf === tweet.id).length,
    like_count: users.filter((user) => user.likes.has(tweet.id)).length,
    bookmark_count: users.filter((user) => user.bookmarks.has(tweet.id)).length,
  };
}

/** Who likes or retweets a tweet, newest account first, without those whom a block keeps from the reader. */
export function peopleOf(model: Model, readerId: string | null, tweetId: string, what: "likes" | "retweets"): string[] {
  const users = [...model.users.values()].filter((user) =>
    what === "likes" ? user.likes.has(tweetId) : model.retweetBy(user.id, tweetId) !== undefined,
  );
  const blocked = (id: string) =>
    readerId !== null && (model.user(readerId).blocks.has(id) || model.user(id).blocks.has(readerId));
  return users
    .map((user) => user.id)
    .filter((id) => !blocked(id))
    .sort(newestFirst);
}

/** Tweets that quote a tweet, newest first. */
export const quotesOf = (model: Model, readerId: string | null, tweetId: string, now: number): string[] =>
  idsOf(model.all((tweet) => tweet.quoted === tweetId).filter(sees(model, readerId, "elsewhere", now)));

/** What somebody likes or has bookmarked, newest tweet first. */
export function kept(
  model: Model,
  readerId: string,
  ownerId: string,
  what: "likes" | "bookmarks",
  now: number,
): string[] {
  if (keptFrom(model, readerId, ownerId) !== null) return [];
  const tweets = [...model.user(ownerId)[what]].map((id) => model.tweet(id));
  return idsOf(tweets.filter(sees(model, readerId, "elsewhere", now)));
}

export const following = (model: Model, userId: string): string[] =>
  [...model.user(userId).follows.keys()].sort(newestFirst);

const usersWho = (model: Model, fits: (user: Model["users"] extends Map<string, infer U> ? U : never) => boolean) =>
  [...model.users.values()]
    .filter(fits)
    .map((user) => user.id)
    .sort(newestFirst);

export const followers = (model: Model, userId: string): string[] =>
  usersWho(model, (user) => user.follows.has(userId));
export const requesters = (model: Model, userId: string): string[] => usersWho(model, (user) => user.asks.has(userId));
export const muted = (model: Model, userId: string, now: number): string[] =>
  usersWho(model, (user) => mutes(model, userId, user.id, now));

/** In how many lists a user is that are not private. */
export const listedCount = (model: Model, userId: string): number =>
  model.standingLists().filter((list) => !list.private && list.members.has(userId)).length;
