/** How much of everything a run does: all of it, or so little that each part takes seconds and its figures mean nothing. */
export interface Scale {
  readonly name: "full" | "quick";
  /** The main stage; `readers` are those who are asked in turn. */
  readonly users: number;
  readonly tweets: number;
  readonly hubFollowers: number;
  readonly readers: number;
  /** Tweets that every home of `readers` holds at least: a page of 20 and what a read asks for beyond it. */
  readonly homeLeast: number;
  /** Rounds in which kinds of load take turns, and how long each lasts. */
  readonly rounds: number;
  readonly secondsEach: number;
  readonly homeRounds: number;
  readonly homeSeconds: number;
  readonly fanOutRounds: number;
  readonly posts: number;
  readonly postsATier: number;
  /** Authors whom each of some readers follows and whose feeds are pulled. */
  readonly celebrities: number;
  /** FEED_CACHE_SECONDS: how long an isolate remembers a pull author's feed. */
  readonly feedCacheSeconds: number;
  /** Requests a round, of what can be done once only. */
  readonly once: number;
  readonly replies: number;
  readonly depth: number;
  readonly flat: {
    readonly tweets: readonly [few: number, many: number];
    readonly bigAuthorFollowers: number;
    readonly authors: number;
    readonly group: number;
    readonly rounds: number;
    readonly secondsEach: number;
  };
  readonly likes: { readonly storm: number; readonly rounds: number; readonly answersMin: number };
  readonly burst: { readonly events: number; readonly seconds: number };
}

export const FULL: Scale = {
  name: "full",
  users: 1400,
  tweets: 9000,
  hubFollowers: 1200,
  readers: 1000,
  homeLeast: 26,
  rounds: 12,
  secondsEach: 0.25,
  homeRounds: 10,
  homeSeconds: 0.7,
  fanOutRounds: 7,
  posts: 150,
  postsATier: 36,
  celebrities: 500,
  feedCacheSeconds: 30,
  once: 40,
  replies: 500,
  depth: 25,
  flat: {
    tweets: [2_000, 200_000],
    bigAuthorFollowers: 2_500,
    authors: 400,
    group: 150,
    rounds: 8,
    secondsEach: 0.5,
  },
  likes: { storm: 10_000, rounds: 4, answersMin: 10 },
  burst: { events: 1_000, seconds: 84 },
};

export const QUICK: Scale = {
  name: "quick",
  users: 120,
  tweets: 2_400,
  hubFollowers: 80,
  readers: 60,
  homeLeast: 26,
  rounds: 2,
  secondsEach: 0.1,
  homeRounds: 2,
  homeSeconds: 0.1,
  fanOutRounds: 2,
  posts: 6,
  postsATier: 4,
  celebrities: 20,
  feedCacheSeconds: 1,
  once: 6,
  replies: 24,
  depth: 5,
  flat: { tweets: [400, 800], bigAuthorFollowers: 60, authors: 30, group: 20, rounds: 2, secondsEach: 0.1 },
  likes: { storm: 1_500, rounds: 1, answersMin: 0 },
  burst: { events: 60, seconds: 4 },
};
