import type { Account, Facts, List, Tweet } from "./facts.ts";
import { whyHidden, type Look, type Place, type Viewer } from "./plain-rules.ts";

/** What a test knows and who looks. */
export interface Given {
  readonly facts: Facts;
  readonly viewer: Viewer;
  /** Those whose doings are looked at: public, protected, deleted, and one whom everybody gets on with. */
  readonly authors: readonly Account[];
  /** Tweets that are looked at one by one, with all that is round them; all others only many at once. */
  readonly targets: readonly Tweet[];
}

/** A request that is refused. */
interface Refusal {
  readonly kind: "refusal";
  readonly status: 401 | 403 | 404;
}

interface Listing<T> {
  /** What comes. */
  readonly shown: readonly T[];
  /** What would come if nobody might hide anything; each is a cell. */
  readonly judged: readonly T[];
  /** True where the order of `shown` is that of the answer. */
  readonly ordered?: boolean;
  /** One object instead of a list. */
  readonly single?: boolean;
  /** Whose things these are, where they are closed to the viewer. */
  readonly closed?: Account;
  /** What a lookup asked for and does not get. */
  readonly missing?: readonly string[];
  /** The route answers ids alone. */
  readonly bare?: boolean;
  /** Read by pages of so many as well. */
  readonly pages?: number;
}
export interface TweetListing extends Listing<Tweet> {
  readonly kind: "tweets";
  /** Where the rules see them: elsewhere, unless said. */
  readonly place?: Place;
  /** Those that reply_elsewhere keeps out. */
  readonly repliesElsewhere?: readonly Tweet[];
  /** By retweet: who it says retweeted, newest first. */
  readonly retweetedBy?: ReadonlyMap<Tweet, readonly Account[]>;
}
export interface UserListing extends Listing<Account> {
  readonly kind: "users";
  /** Each says how the viewer stands to them, where somebody is signed in. */
  readonly standings?: boolean;
}
export interface ListListing extends Listing<List> {
  readonly kind: "lists";
}
/** What is the viewer's own alone, as it should come. */
interface Plain {
  readonly kind: "plain";
  readonly data: readonly object[];
}

export type Expected = Refusal | TweetListing | UserListing | ListListing | Plain;

export interface Cell {
  readonly path: string;
  /** For messages. */
  readonly about: string;
  readonly expected: Expected;
}

/** By operationId: every request of a route, with what this viewer should get. */
export type Table = Readonly<Record<string, (given: Given) => Cell[]>>;

export const lookOf = ({ facts, viewer }: Given, place: Place): Look => ({ facts, viewer, place });
export const refusal = (status: Refusal["status"]): Refusal => ({ kind: "refusal", status });

/** Those of `tweets` that this viewer may see there. */
export const visible = (given: Given, place: Place, tweets: readonly Tweet[]): Tweet[] =>
  tweets.filter((tweet) => whyHidden(tweet, lookOf(given, place)) === null);

/** A route that needs an account: nobody signed in is told so, whatever they ask for. */
export const signedIn =
  (cells: (given: Given & { readonly viewer: Account }) => Cell[], guest: (given: Given) => string) =>
  (given: Given): Cell[] =>
    given.viewer === null
      ? [{ path: guest(given), about: "nobody signed in", expected: refusal(401) }]
      : cells({ ...given, viewer: given.viewer });

/** A route that is one's own alone: others are refused. `path` is behind `/2/users/:id/`. */
export const ownOnly = (path: string, expected: (given: Given & { readonly viewer: Account }) => Expected) =>
  signedIn(
    (given) => {
      const { viewer, authors } = given;
      const theirs = authors.filter((author) => author !== viewer);
      return [
        { path: `/2/users/${viewer.id}/${path}`, about: "own", expected: expected(given) },
        ...theirs.map((author) => ({
          path: `/2/users/${author.id}/${path}`,
          about: `that of ${author.label}`,
          expected: refusal(403),
        })),
      ];
    },
    ({ authors: [author] }) => `/2/users/${author?.id}/${path}`,
  );

/** One request for each of the authors and for oneself; for a deleted account there is nothing. */
export const ofEachUser = (path: string, expected: (given: Given, user: Account) => Expected) => (given: Given) =>
  usersOf(given).map((user): Cell => ({
    path: `/2/users/${user.id}/${path}`,
    about: `of ${user.label}`,
    expected: user.gone ? refusal(404) : expected(given, user),
  }));

export const usersOf = ({ authors, viewer }: Given): Account[] => [
  ...new Set([...authors, ...(viewer === null ? [] : [viewer])]),
];

/** One request for each target, where the viewer may see that tweet itself. */
export const ofEachTarget = (path: string, expected: (given: Given, target: Tweet) => Expected) => (given: Given) =>
  given.targets.map((target): Cell => ({
    path: `/2/tweets/${target.id}/${path}`,
    about: `of ${target.label}`,
    expected:
      whyHidden(target, lookOf(given, "elsewhere")) === null
        ? expected(given, target.retweets ?? target)
        : refusal(404),
  }));
