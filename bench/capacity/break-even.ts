/** Push or pull, by list prices: what an edge costs either way, and how long a reader may be away and still be pushed to. */
import { presentWindowMs, type Limits } from "../../workers/lib/limits.ts";
import { dollarsOf } from "./bill.ts";
import type { Coefficients } from "./coefficients.ts";

/** Dollars of the parts. */
export interface EdgePrices {
  /** One tweet to one reader who is here: a row is written. */
  readonly push: number;
  /** One tweet to one reader who is away: it rests in memory, and is read from the store on the way back all the same. */
  readonly rest: number;
  /** A return without its authors; it is paid once, however many are read. */
  readonly comeBack: number;
  /** One author read at a return. */
  readonly author: number;
  /** One tweet found there. */
  readonly found: number;
}

export function edgePrices(one: Coefficients): EdgePrices {
  return {
    push: dollarsOf(one.delivery),
    rest: dollarsOf(one.restingDelivery),
    comeBack: dollarsOf(one.comeBack),
    author: dollarsOf(one.comeBackAuthor),
    found: dollarsOf(one.foundTweet),
  };
}

/** Dollars a day of pushing an author's tweets to one reader. */
export const pushCost = (price: EdgePrices, posts: number): number => posts * price.push;

/** Dollars a day of reading an author at each visit, the return shared with the reader's other `follows`. */
export const pullCost = (price: EdgePrices, posts: number, visits: number, follows: number): number =>
  visits * (price.author + price.comeBack / follows) + posts * price.found;

/** Posts a visit below which a push is cheaper than the pull: both costs are lines, so they cross once. */
export const breakEvenPosts = (price: EdgePrices, follows: number, push = price.push): number =>
  (price.author + price.comeBack / follows) / (push - price.found);

/** Dollars of one return of somebody who follows so many, with so many tweets found. */
export const returnCost = (price: EdgePrices, follows: number, found: number): number =>
  price.comeBack + follows * price.author + found * price.found;

/**
 * Seconds after which what was pushed to an absent reader has cost as much as the return that would read it: from then on
 * not to push is cheaper. `postsADay` is of all whom the reader follows together.
 */
export function cheapestWindow(price: EdgePrices, follows: number, postsADay: number, push = price.push): number {
  const aSecond = postsADay / 86_400;
  const worth = push - price.found;
  return returnCost(price, follows, 0) / (aSecond * worth);
}

const CONNECTIONS = 6;
const TWEETS_A_PAGE = 25;

/**
 * Milliseconds of a return that finds what rested lost: the shards of whom is followed, six at a time, then those of the
 * page's tweets, between three object calls.
 */
export function returnMilliseconds(databases: number, follows: number, queryMs: number, objectMs: number): number {
  const rounds = [follows, TWEETS_A_PAGE].map((authors) => Math.ceil(shardsTouched(databases, authors) / CONNECTIONS));
  return 3 * objectMs + rounds.reduce((sum, round) => sum + round, 0) * queryMs;
}

/** Of so many databases, those that hold at least one of `follows` authors. */
export const shardsTouched = (databases: number, follows: number): number =>
  databases * (1 - (1 - 1 / databases) ** follows);

/** The largest number of databases at which a return stays below `limitMs`; Infinity where it always does. */
export function databasesWithin(limitMs: number, follows: number, queryMs: number, objectMs: number): number {
  if (returnMilliseconds(1e9, follows, queryMs, objectMs) <= limitMs) return Infinity;
  let databases = 1;
  while (returnMilliseconds(databases + 1, follows, queryMs, objectMs) <= limitMs) databases += 1;
  return databases;
}

/**
 * Dollars a month of one reader who comes once in `everyHours`: pushed to for `windowHours` after each visit (a row while
 * here, resting after that), then read from the store on the way back, unless nothing was missed.
 */
export function readerMonth(
  price: EdgePrices,
  reader: { readonly follows: number; readonly postsADay: number; readonly everyHours: number },
  windowHours: number,
  limits: Limits,
): number {
  const { follows, postsADay, everyHours } = reader;
  const here = Math.min(presentWindowMs(limits) / 3_600_000, everyHours);
  const pushedFor = Math.min(windowHours, everyHours);
  const rested = Math.max(0, pushedFor - here);
  const anHour = postsADay / 24;
  const missed = everyHours > here;
  const visit =
    Math.min(here, pushedFor) * anHour * price.push +
    rested * anHour * price.rest +
    (missed ? returnCost(price, follows, (everyHours - here) * anHour) : 0);
  return (visit * 30 * 24) / everyHours;
}

/** What decides between a push and a KV feed, of one author. */
export interface FeedCase {
  /** Dollars of a delivery, to readers here and away as they come. */
  readonly delivery: number;
  /** Pages of home of one reader a day. */
  readonly pagesADay: number;
  /** Dollars of a key read. */
  readonly read: number;
  /** Isolates at work on average, each of which reads a feed at most once in `cacheSeconds`. */
  readonly isolates: number;
  readonly cacheSeconds: number;
}

/**
 * Followers from which on an author's feed in KV is cheaper than the pushes; 0 where it always is. Up to what all isolates
 * read together, a feed costs with each page of each follower, and so in the same measure as the pushes do.
 */
export function cheaperAsFeed(
  postsADay: number,
  { delivery, pagesADay, read, isolates, cacheSeconds }: FeedCase,
): number {
  if (postsADay * delivery >= pagesADay * read) return 0;
  return (isolates * (86_400 / cacheSeconds) * read) / (postsADay * delivery);
}
