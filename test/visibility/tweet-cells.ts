import {
  lookOf,
  ofEachTarget,
  ofEachUser,
  ownOnly,
  refusal,
  signedIn,
  visible,
  type Cell,
  type Given,
  type Table,
  type TweetListing,
} from "./cells.ts";
import { newestFirst, originalOf, type Account, type Tweet } from "./facts.ts";
import { isClosed, isListHidden, repliesElsewhere, whyHidden } from "./plain-rules.ts";

/** The cells of every route that answers tweets. */

const LOOKED_UP_AT_ONCE = 100;

/** A page of those of `judged` that the viewer may see by themselves. */
const elsewhere = (given: Given, judged: readonly Tweet[]): TweetListing => ({
  kind: "tweets",
  shown: newestFirst(visible(given, "elsewhere", judged)),
  judged,
  ordered: true,
});

/** What is of `owner`, closed as a whole to those whom the owner's tweets are closed to. */
const ofOwner = (given: Given, owner: Account, judged: readonly Tweet[]): TweetListing =>
  isClosed(owner, lookOf(given, "elsewhere"))
    ? { kind: "tweets", shown: [], judged, closed: owner }
    : elsewhere(given, judged);

function lookUpAll(given: Given): Cell[] {
  const { tweets } = given.facts;
  const cells: Cell[] = [];
  for (let at = 0; at < tweets.length; at += LOOKED_UP_AT_ONCE) {
    const judged = tweets.slice(at, at + LOOKED_UP_AT_ONCE);
    const shown = visible(given, "elsewhere", judged);
    const missing = judged.filter((tweet) => !shown.includes(tweet)).map((tweet) => tweet.id);
    const path = `/2/tweets?ids=${judged.map((tweet) => tweet.id).join(",")}`;
    cells.push({ path, about: `from ${at} on`, expected: { kind: "tweets", shown, judged, ordered: true, missing } });
  }
  return cells;
}

const lookUpEach = (given: Given): Cell[] =>
  given.targets.map((tweet): Cell => ({
    path: `/2/tweets/${tweet.id}`,
    about: tweet.label,
    expected: {
      kind: "tweets",
      shown: visible(given, "elsewhere", [tweet]),
      judged: [tweet],
      single: true,
    },
  }));

/** What `tweet` answers, farthest first. */
const ancestorsOf = ({ replyTo }: Tweet): Tweet[] => (replyTo === undefined ? [] : [...ancestorsOf(replyTo), replyTo]);
const belowOf = (tweets: readonly Tweet[], tweet: Tweet): Tweet[] =>
  tweets.filter((one) => one.replyTo === tweet).flatMap((one) => [one, ...belowOf(tweets, one)]);

/** Whatever answers a tweet that is hidden or gone stays; what a tweet answers shows by itself, hidden reply or not. */
function conversations(given: Given): Cell[] {
  return given.targets.map((asked): Cell => {
    const tweet = originalOf(asked);
    const above = ancestorsOf(tweet);
    const below = belowOf(given.facts.tweets, tweet);
    const shown = [...visible(given, "elsewhere", [...above, tweet]), ...visible(given, "conversation", below)];
    const open = whyHidden(asked, lookOf(given, "elsewhere")) === null;
    return {
      path: `/2/tweets/${asked.id}/conversation`,
      about: `round ${asked.label}`,
      expected: open
        ? { kind: "tweets", shown, judged: [...above, tweet, ...below], place: "conversation" }
        : refusal(404),
    };
  });
}

interface Circle {
  /** Whose tweets come. */
  readonly holds: (account: Account) => boolean;
  /** In home the reader's own replies, and those to the reader, always show. */
  readonly reader: Account | null;
}
type Exclude = "" | "replies" | "retweets";

/** A timeline of several people: a tweet shows once, at its newest entry, which names all who retweet it. */
function timeline(given: Given, { holds, reader }: Circle, exclude: Exclude): TweetListing {
  const { tweets } = given.facts;
  const brought = visible(given, "timeline", tweets).filter(({ author }) => holds(author) || author === reader);
  const elsewhere = brought.filter((tweet) => repliesElsewhere(tweet, reader, holds));
  const entries = newestFirst(brought).filter(
    (tweet) =>
      !elsewhere.includes(tweet) &&
      !(exclude === "replies" && tweet.replyTo !== undefined) &&
      !(exclude === "retweets" && tweet.retweets !== undefined),
  );
  const newest = new Map<Tweet, Tweet>();
  const retweetedBy = new Map<Tweet, Account[]>();
  for (const entry of entries) {
    const original = originalOf(entry);
    const shown = newest.get(original) ?? entry;
    newest.set(original, shown);
    if (entry.retweets !== undefined) retweetedBy.set(shown, [...(retweetedBy.get(shown) ?? []), entry.author]);
  }
  const judged = tweets.filter((tweet) => given.authors.includes(tweet.author) || holds(tweet.author));
  const shown = [...newest.values()];
  return { kind: "tweets", place: "timeline", shown, judged, ordered: true, retweetedBy, repliesElsewhere: elsewhere };
}

const PAGE = 7;
const paged = (exclude: Exclude) => (exclude === "" ? { pages: PAGE } : {});
const EXCLUDES: readonly Exclude[] = ["", "replies", "retweets"];
const asQuery = (exclude: Exclude): string => (exclude === "" ? "" : `?exclude=${exclude}`);

const homeOf =
  (exclude: Exclude) =>
  (given: Given & { readonly viewer: Account }): TweetListing => {
    const holds = (account: Account) => given.facts.follows.has(given.viewer, account);
    return { ...timeline(given, { holds, reader: given.viewer }, exclude), ...paged(exclude) };
  };

const homes = (given: Given): Cell[] =>
  EXCLUDES.flatMap((exclude) => ownOnly(`timelines/reverse_chronological${asQuery(exclude)}`, homeOf(exclude))(given));

const listTimelines = (given: Given): Cell[] =>
  EXCLUDES.flatMap((exclude) =>
    given.facts.lists.map((list): Cell => ({
      path: `/2/lists/${list.id}/tweets${asQuery(exclude)}`,
      about: list.label,
      expected: !isListHidden(list, lookOf(given, "elsewhere"))
        ? {
            ...timeline(given, { holds: (account) => given.facts.members.has(list, account), reader: null }, exclude),
            ...paged(exclude),
          }
        : refusal(404),
    })),
  );

const profiles = (given: Given): Cell[] =>
  EXCLUDES.flatMap((exclude) =>
    ofEachUser(`tweets${asQuery(exclude)}`, (_, user) => {
      const judged = given.facts.tweets.filter(
        (tweet) =>
          tweet.author === user &&
          !(exclude === "replies" && tweet.replyTo !== undefined) &&
          !(exclude === "retweets" && tweet.retweets !== undefined),
      );
      return { ...ofOwner(given, user, judged), ...paged(exclude) };
    })(given),
  );

const mentions = (given: Given): Cell[] =>
  ofEachUser("mentions", (_, user) => {
    const judged = given.facts.tweets.filter((tweet) => tweet.mentions.includes(user));
    const shown = newestFirst(visible(given, "timeline", judged));
    return { kind: "tweets", place: "timeline", shown, judged, ordered: true };
  })(given);

const userPath = (path: string) => (given: Given) => `/2/users/${given.authors[0]?.id}/${path}`;

export const TWEET_CELLS: Table = {
  getTweets: lookUpAll,
  getTweet: lookUpEach,
  getConversation: conversations,
  getQuotes: ofEachTarget("quote_tweets", (given, target) =>
    elsewhere(
      given,
      given.facts.tweets.filter((tweet) => tweet.quotes === target),
    ),
  ),
  getRetweets: ofEachTarget("retweets", (given, target) => {
    const judged = given.facts.tweets.filter((tweet) => tweet.retweets === target);
    return { kind: "tweets", shown: visible(given, "elsewhere", judged), judged };
  }),
  getRetweetsOfMe: signedIn(
    (given) => {
      const judged = given.facts.tweets.filter(
        (tweet) =>
          tweet.author === given.viewer && given.facts.tweets.some((one) => one.retweets === tweet && !one.deleted),
      );
      return [{ path: "/2/users/reposts_of_me", about: "own", expected: elsewhere(given, judged) }];
    },
    () => "/2/users/reposts_of_me",
  ),
  getLikedTweets: signedIn(
    ofEachUser("liked_tweets", (given, user) => ofOwner(given, user, given.facts.likes.of(user))),
    userPath("liked_tweets"),
  ),
  getBookmarks: ownOnly("bookmarks", (given) => elsewhere(given, given.facts.bookmarks.of(given.viewer))),
  getBookmarksByFolder: signedIn(
    (given) =>
      given.facts.folders.map((folder): Cell => ({
        path: `/2/users/${given.viewer.id}/bookmarks/folders/${folder.id}`,
        about: `folder of ${folder.owner.label}`,
        expected:
          folder.owner === given.viewer
            ? { ...elsewhere(given, given.facts.filed.of(folder)), bare: true }
            : refusal(404),
      })),
    ({ authors: [author], facts: { folders } }) => `/2/users/${author?.id}/bookmarks/folders/${folders[0]?.id}`,
  ),
  getListTimeline: listTimelines,
  getHomeTimeline: homes,
  getUserTimeline: profiles,
  getMentions: signedIn(mentions, userPath("mentions")),
};
