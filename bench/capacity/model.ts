/** What a day of a load uses, in units that are billed and in what the platform must do a second. */
import { activeWindowMs, idleWindowMs, presentWindowMs, type Limits } from "../../workers/lib/limits.ts";
import { curveOf, tiersOf, type Curve, type Tier } from "./audience.ts";
import { shardsTouched } from "./break-even.ts";
import type { Coefficients } from "./coefficients.ts";
import type { Load } from "./loads.ts";
import type { Measured } from "./measured.ts";
import { ASSUMED, PLATFORM } from "./platform.ts";
import { sumOf, type Units } from "./units.ts";
import { activitiesOf, type Activity, type Work } from "./work.ts";

const DAY_SECONDS = 86_400;

export interface Given {
  readonly load: Load;
  readonly coefficients: Coefficients;
  readonly measured: Measured;
  readonly limits: Limits;
  /** Databases that hold users. */
  readonly databases: number;
  /** How many ranges a wide audience is split into: one a database, as it is, or as many as it has pages. */
  readonly ranges?: "databases" | "pages";
}

export interface Day {
  readonly load: Load;
  readonly curve: Curve;
  readonly tiers: readonly Tier[];
  readonly work: Work;
  readonly activities: readonly Activity[];
  readonly units: Units;
  readonly cpuMs: number;
  readonly rates: Rates;
}

/** A second's worth at the daily peak, unless the name says otherwise. */
export interface Rates {
  readonly deliveriesPerDay: number;
  readonly deliveriesAtPeak: number;
  readonly eventsAtPeak: number;
  readonly pagesAtPeak: number;
  /** Write transactions and queries of all databases. */
  readonly databaseWritesAtPeak: number;
  readonly queriesAtPeak: Queries;
  readonly objectsAwake: number;
  readonly isolatesAtPeak: number;
  /** Tweets of a page that an isolate remembers, as part of all. */
  readonly remembered: number;
  /** Part of the deliveries that reach somebody who is here. */
  readonly present: number;
}

/** Queries/s of all databases, by what asks. */
export interface Queries {
  /** Fan-outs: which of a small audience were here, in every database that holds any of them. */
  readonly audiences: number;
  readonly pages: number;
  /** Pages of home: tweets that the isolate does not remember. */
  readonly hydration: number;
  /** Returns: tweets of those followed, in every database that holds any of them. */
  readonly returns: number;
}

export function modelDay(given: Given): Day {
  const { load, coefficients, limits, measured } = given;
  const curve = curveOf(load.users, load.follows, load.largestAudience);
  const tiers = tiersOf(curve, limits);
  const remembered = rememberedPart(load, curve, limits, coefficients.tweetsAPage);
  const work: Work = { ...writingOf(given, tiers), ...readingOf(given, tiers, remembered) };
  const activities = activitiesOf(coefficients, work, limits, measured.speed);
  const units = sumOf(activities.map((activity) => activity.units));
  const cpuMs = activities.reduce((total, activity) => total + activity.cpuMs, 0);
  return { load, curve, tiers, work, activities, units, cpuMs, rates: ratesOf(given, tiers, work, units, remembered) };
}

/** Part of the day for which a reader counts as here: each session's visit is written and holds for a while. */
export function presentPart(load: Pick<Load, "sessions">, limits: Limits): number {
  return Math.min(1, (load.sessions * presentWindowMs(limits)) / (DAY_SECONDS * 1000));
}

/** Part of the followers who are pushed to: of the daily users all who come within the window; the others were never here. */
const pushedPart = (load: Load, windowMs: number): number =>
  (load.dailyUsers / load.users) * Math.min(1, (windowMs * load.sessions) / (DAY_SECONDS * 1000));

const tierOf = (tiers: readonly Tier[], name: Tier["name"]): Tier =>
  tiers.find((tier) => tier.name === name) ?? { name, authors: 0, edges: 0 };

/** Pages of one tweet of each author of the tier: each range ends with a page that is not full. */
function pagesOf({ authors, edges }: Tier, { databases, limits, ranges }: Given): number {
  if (authors < 1) return 0;
  const { FANOUT_PAGE_SIZE } = limits;
  const audience = edges / authors;
  const split = ranges === "pages" ? Math.min(databases, Math.ceil(audience / FANOUT_PAGE_SIZE)) : databases;
  return authors * split * (Math.floor(audience / split / FANOUT_PAGE_SIZE) + 1);
}

type Reading =
  | "reads"
  | "coldReads"
  | "hydrated"
  | "visits"
  | "returns"
  | "returnAuthors"
  | "longReturns"
  | "longReturnAuthors"
  | "found"
  | "feedReads"
  | "notes";

function writingOf(given: Given, tiers: readonly Tier[]): Omit<Work, Reading> {
  const { load, limits } = given;
  const tweetsAnAuthor = load.tweetsPerDay / load.users;
  const [small, paged] = [tierOf(tiers, "one message"), tierOf(tiers, "pages")];
  const [active, pull] = [tierOf(tiers, "active only"), tierOf(tiers, "pull")];
  const pushedTo = (windowMs: number, edges: number) => tweetsAnAuthor * edges * pushedPart(load, windowMs);
  const deliveriesWithin = (mostMs: number) =>
    pushedTo(Math.min(mostMs, idleWindowMs(limits)), small.edges + paged.edges) +
    pushedTo(Math.min(mostMs, activeWindowMs(limits)), active.edges);
  const deliveries = deliveriesWithin(Infinity);
  const presentCalls = deliveriesWithin(presentWindowMs(limits));
  const pullPosts = tweetsAnAuthor * pull.authors;
  return {
    posts: load.tweetsPerDay - pullPosts,
    pullPosts,
    // Among so many users no two tweets of a batch meet the same reader.
    presentCalls,
    restingCalls: deliveries - presentCalls,
    coldPushes: presentCalls,
    coldRests: deliveries - presentCalls,
    // Who writes is here.
    ownRests: 0,
    ownAlong: 0,
    looked: tweetsAnAuthor * (small.edges + paged.edges + active.edges),
    splits: tweetsAnAuthor * (paged.authors + active.authors),
    pages: tweetsAnAuthor * (pagesOf(paged, given) + pagesOf(active, given)),
    likes: load.likesPerDay,
    follows: load.followsPerDay,
    eventsABatch: ASSUMED.eventsABatch,
    pagesABatch: ASSUMED.pagesABatch,
  };
}

function readingOf(
  { load, coefficients: one, limits }: Given,
  tiers: readonly Tier[],
  remembered: number,
): Pick<Work, Reading> {
  const pull = tierOf(tiers, "pull");
  // An isolate reads each feed at most once in FEED_CACHE_SECONDS.
  const feeds = (pull.authors / limits.FEED_CACHE_SECONDS) * DAY_SECONDS * isolatesOf(load.readsPerDay / DAY_SECONDS);
  const sessions = load.dailyUsers * load.sessions;
  // Between sessions a reader is away, and what rested is lost with the object's memory.
  const returns = presentPart(load, limits) < 1 ? sessions : 0;
  const incoming = (load.follows * load.tweetsPerDay) / load.users;
  return {
    reads: load.readsPerDay,
    coldReads: sessions,
    hydrated: load.readsPerDay * one.tweetsAPage * (1 - remembered),
    visits: sessions - returns,
    returns,
    returnAuthors: returns * load.follows,
    // Daily users are never away for so long.
    longReturns: 0,
    longReturnAuthors: 0,
    found: (returns * incoming * (1 - presentPart(load, limits))) / load.sessions,
    feedReads: Math.min((load.readsPerDay * pull.edges) / load.users, feeds),
    notes: returns,
  };
}

const isolatesOf = (readsPerSecond: number): number => readsPerSecond / ASSUMED.requestsPerSecondAnIsolate;

function ratesOf(
  { load, databases }: Given,
  tiers: readonly Tier[],
  work: Work,
  units: Units,
  remembered: number,
): Rates {
  const small = tierOf(tiers, "one message");
  const tweetPeak = load.tweetsPerSecondAtPeak / load.tweetsPerDay;
  const readPeak = load.readsPerSecondAtPeak / load.readsPerDay;
  const deliveries = work.presentCalls + work.restingCalls;
  const audience = small.authors === 0 ? 0 : small.edges / small.authors;
  const smallPosts = (load.tweetsPerDay * small.authors) / load.users;
  const hydratedAPage = work.hydrated / work.reads;
  // A fact with its event in one batch, its other side in another, the end of the event; a page notes how far it is.
  const writes = 2 * load.tweetsPerDay + 3 * (load.likesPerDay + load.followsPerDay) + work.pages;
  const callsWhileIdle = (units.objectCalls / DAY_SECONDS / load.dailyUsers) * PLATFORM.objectIdleSeconds;
  return {
    deliveriesPerDay: deliveries,
    deliveriesAtPeak: deliveries * tweetPeak,
    eventsAtPeak: (load.tweetsPerDay + load.likesPerDay + load.followsPerDay) * tweetPeak,
    pagesAtPeak: work.pages * tweetPeak,
    databaseWritesAtPeak: writes * tweetPeak + load.dailyUsers * load.sessions * readPeak,
    queriesAtPeak: {
      audiences: smallPosts * shardsTouched(databases, audience) * tweetPeak,
      // Its followers, and who of them was here: a page is one database's.
      pages: work.pages * 2 * tweetPeak,
      hydration: work.reads * shardsTouched(databases, hydratedAPage) * readPeak,
      returns: work.returns * shardsTouched(databases, load.follows) * readPeak,
    },
    objectsAwake: load.dailyUsers * (1 - Math.exp(-callsWhileIdle)),
    isolatesAtPeak: isolatesOf(load.readsPerSecondAtPeak),
    remembered,
    present: work.presentCalls / deliveries,
  };
}

/**
 * Part of a page's tweets that an isolate remembers: another of its readers met the same tweet within CONTENT_CACHE_SECONDS,
 * or since CONTENT_CACHE_ENTRIES others pushed it out. A fresh tweet is met by whoever follows its author.
 */
function rememberedPart(load: Load, curve: Curve, limits: Limits, tweetsAPage: number): number {
  const requests = Math.min(load.readsPerSecondAtPeak, ASSUMED.requestsPerSecondAnIsolate);
  const turnover = limits.CONTENT_CACHE_ENTRIES / (requests * tweetsAPage);
  const seconds = Math.min(limits.CONTENT_CACHE_SECONDS, turnover);
  const edges = load.users * load.follows;
  const step = 1.05;
  let met = 0;
  for (let rank = 1; rank < curve.users; rank *= step) {
    const followers = curve.largest * rank ** -curve.exponent;
    const meetings = ((requests * followers) / load.users) * seconds;
    met += rank * (step - 1) * followers * (1 - Math.exp(-meetings));
  }
  return Math.min(1, met / edges);
}
