/** Push or pull, as the report tells it: an edge, a window, a feed, and what follows for the vars. */
import { presentWindowMs, type Limits } from "../../workers/lib/limits.ts";
import { PRICE } from "../prices.ts";
import {
  breakEvenPosts,
  cheaperAsFeed,
  cheapestWindow,
  databasesWithin,
  edgePrices,
  pullCost,
  pushCost,
  readerMonth,
  returnMilliseconds,
  type EdgePrices,
  type FeedCase,
} from "./break-even.ts";
import { coefficientsOf } from "./coefficients.ts";
import { HEADLINE } from "./loads.ts";
import type { Measured } from "./measured.ts";
import { presentPart } from "./model.ts";
import { ASSUMED } from "./platform.ts";
import { dollars, short, table, title, whole } from "./text.ts";

export function showBreakEven(measured: Measured, limits: Limits): string[] {
  const price = edgePrices(coefficientsOf(measured));
  const { follows } = HEADLINE;
  const posts = [0.1, 1, 2, 10, 50];
  const visits = [0.1, 1, 5, 20, 100];
  const cheaper = (a: number, v: number) => {
    const ratio = pushCost(price, a) / pullCost(price, a, v, follows);
    return ratio > 1 ? `pull ${short(ratio)}x` : `push ${short(1 / ratio)}x`;
  };
  const edges = posts.map((a) => [`${a} posts a day`, ...visits.map((v) => cheaper(a, v))]);
  const each = (value: number) => `$${(value * 1e6).toFixed(3)}`;
  return [
    ...title("Push or pull, by list prices, for one edge"),
    `a million of each: push to a reader who is here ${each(price.push)}, who is away ${each(price.rest)};`,
    `a return ${each(price.comeBack)}, each author read there ${each(price.author)}, each tweet found ${each(price.found)}`,
    `push is cheaper where posts a visit < (author + return / follows) / (push - found) = ${breakEvenPosts(price, follows).toFixed(4)},`,
    `that is where the reader comes more than ${whole(1 / breakEvenPosts(price, follows))} times a post (${whole(1 / breakEvenPosts(price, follows, price.rest))} times while it only rests); ${follows} followed`,
    "which is cheaper, and how many times:",
    ...table(["", ...visits.map((v) => `${v} visits a day`)], edges),
    ...showWindow(price, measured, limits),
    ...showFeeds(price, limits),
    ...showRecommended(price, measured, limits),
  ];
}

function showWindow(price: EdgePrices, measured: Measured, limits: Limits): string[] {
  const { follows, tweetsPerDay, users } = HEADLINE;
  const postsADay = (follows * tweetsPerDay) / users;
  const here = presentWindowMs(limits) / 3_600_000;
  const windows = [here, 6, 24, 72, 14 * 24];
  const every = [1, 5, 12, 24, 72, 168];
  const rows = every.map((everyHours) => [
    `every ${everyHours} h`,
    ...windows.map((hours) => dollars(1e6 * readerMonth(price, { follows, postsADay, everyHours }, hours, limits))),
  ]);
  const latency = [2, 5, 10, 20].map((query) => [
    `${query} ms a query`,
    ...[2, 16, 64, 1024].map((databases) => `${whole(returnMilliseconds(databases, follows, query, OBJECT_MS))} ms`),
    mostDatabases(query),
  ]);
  const minutes = (push: number) => (cheapestWindow(price, follows, postsADay, push) / 60).toFixed(0);
  return [
    ...title("How recently must a reader have been here for a push to be cheaper than the pull on return?"),
    `${follows} followed who write ${whole(postsADay)} posts a day together: what is pushed costs as much as the return after`,
    `${minutes(price.push)} minutes where each push writes a row, after ${minutes(price.rest)} minutes where it rests (it does from ${(here * 60).toFixed(0)} minutes on)`,
    "dollars a month for a million readers, by how often they come and how long after a visit they are pushed to:",
    ...table(["", ...windows.map((hours) => `${hours} h`)], rows),
    `a return asks every database of those followed, six at a time, then those of the page; at ${OBJECT_MS} ms an object call:`,
    ...table(["", "2 databases", "16", "64", "1,024", "most below 200 ms"], latency),
    ...measuredLatency(measured.speed),
  ];
}

function measuredLatency({ homeP99Ms, returnP99Ms }: Measured["speed"]): string[] {
  if (homeP99Ms === null || returnP99Ms === null) return [];
  const [warm, back] = [homeP99Ms, returnP99Ms].map((ms) => `${ms.toFixed(0)} ms`);
  return [
    `measured on one full machine, two databases, p99: a page that was pushed ${warm}, the first page after two days ${back}`,
  ];
}

const LATENCY_MS = 200;

/** What the price does not say: whether a return keeps to the budget. */
function latencyCaveat({ returnP99Ms }: Measured["speed"]): string[] {
  const tooSlow = returnP99Ms !== null && returnP99Ms > LATENCY_MS;
  const here = tooSlow ? `, and not on a full machine, as measured here` : "";
  return [
    `${LATENCY_MS} ms at p99            no window buys it: what rests is lost when the object leaves memory, so a return reads the store even within`,
    `                        the window. It keeps to it up to ${mostDatabases(10)} databases at 10 ms a query${here}; else pushes must be written`,
  ];
}

/** Milliseconds of a call from one place to another, assumed. */
const OBJECT_MS = 10;

function mostDatabases(query: number): string {
  const most = databasesWithin(200, HEADLINE.follows, query, OBJECT_MS);
  return most === Infinity ? "any" : whole(most);
}

function feedCase(price: EdgePrices, limits: Limits): FeedCase {
  const present = presentPart(HEADLINE, limits);
  return {
    delivery: present * price.push + (1 - present) * price.rest,
    pagesADay: HEADLINE.readsPerDay / HEADLINE.dailyUsers,
    read: PRICE.kvReads / 1e6,
    isolates: HEADLINE.readsPerDay / 86_400 / ASSUMED.requestsPerSecondAnIsolate,
    cacheSeconds: limits.FEED_CACHE_SECONDS,
  };
}

/** From how many followers on a feed in KV is cheaper than pushes. */
function showFeeds(price: EdgePrices, limits: Limits): string[] {
  const feed = feedCase(price, limits);
  const posts = [1, 2, 5, 10, 20, 50];
  const followers = posts.map((each) => {
    const least = cheaperAsFeed(each, feed);
    return least === 0 ? "any" : short(least);
  });
  return [
    ...title("From how many followers on is a feed in KV cheaper than pushes?"),
    ...table(["posts a day", ...posts.map(String)], [["followers", ...followers]]),
    `${whole(feed.isolates)} isolates of ${ASSUMED.requestsPerSecondAnIsolate} requests/s read a feed once in FEED_CACHE_SECONDS (${feed.cacheSeconds}); below that many followers every page pays for every feed`,
  ];
}

function showRecommended(price: EdgePrices, measured: Measured, limits: Limits): string[] {
  const { follows, tweetsPerDay, users } = HEADLINE;
  const reader = { follows, postsADay: (follows * tweetsPerDay) / users, everyHours: 72 };
  const month = (hours: number) => dollars(1e6 * readerMonth(price, reader, hours, limits));
  const { TIMELINE_ACTIVE_HOURS: shortest, TIMELINE_IDLE_DAYS: longest } = limits;
  return [
    ...title("Recommended, per price"),
    `FANOUT_ACTIVE_ONLY_MIN  0 (now ${whole(limits.FANOUT_ACTIVE_ONLY_MIN)}): everybody is pushed to for TIMELINE_ACTIVE_HOURS (${shortest}), the least of what is promised;`,
    `                        of a million readers who come every three days ${month(longest * 24)} a month become ${month(shortest)}. By price`,
    "                        alone it would end where a visit no longer counts as here: what rests is read again anyway",
    `TIMELINE_IDLE_DAYS      ${longest} (as it is): it keeps the timeline, and a return is cheaper than a rebuild`,
    `FANOUT_PULL_MIN         ${whole(limits.FANOUT_PULL_MIN)} (as it is): right for ${short(cheaperAsFeed(1, feedCase(price, limits)) / limits.FANOUT_PULL_MIN)} posts a day; lower costs more, for feeds are paid by the page`,
    ...latencyCaveat(measured.speed),
  ];
}
