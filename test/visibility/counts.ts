import { originalOf, type Account, type Facts, type List, type Tweet } from "./facts.ts";

/**
 * What the counts should be. They are the same for every viewer, so they must not tell of what only some may see. A count
 * to which a deleted account contributed beside follows is undefined: what it wrote, liked and listed is hidden, not yet
 * taken back.
 */
type Count = number | undefined;
type Counts = Readonly<Record<string, Count>>;

const countOf = (from: readonly Account[]): Count => (from.some((account) => account.gone) ? undefined : from.length);

const authorsOf = (tweets: readonly Tweet[]) => tweets.filter((tweet) => !tweet.deleted).map((tweet) => tweet.author);

/** Replies and quotes of protected accounts do not count; retweets, likes and bookmarks do, whoever made them. */
export function tweetCounts(facts: Facts, tweet: Tweet): Counts {
  const target = originalOf(tweet);
  const open = (account: Account) => !account.protected;
  return {
    reply_count: countOf(authorsOf(facts.tweets.filter((one) => one.replyTo === target)).filter(open)),
    quote_count: countOf(authorsOf(facts.tweets.filter((one) => one.quotes === target)).filter(open)),
    retweet_count: countOf(authorsOf(facts.tweets.filter((one) => one.retweets === target))),
    like_count: countOf(facts.likes.to(target)),
    bookmark_count: countOf(facts.bookmarks.to(target)),
  };
}

/** Lists that are private do not count for those in them. */
export function userCounts(facts: Facts, user: Account): Counts {
  const listed = facts.members.to(user).filter((list) => !list.private && !list.deleted);
  return {
    followers_count: countOf(facts.follows.to(user)),
    following_count: countOf(facts.follows.of(user)),
    tweet_count: facts.tweets.filter((tweet) => tweet.author === user && !tweet.deleted).length,
    listed_count: countOf(listed.map((list) => list.owner)),
  };
}

export const listCounts = (facts: Facts, list: List): Counts => ({
  member_count: countOf(facts.members.of(list)),
  follower_count: countOf(facts.listFollows.to(list)),
});
