/** What the platform must provide for a day of a load, and which of its limits is met first. */
import type { Limits } from "../../workers/lib/limits.ts";
import type { Storage } from "./bill.ts";
import type { Measured } from "./measured.ts";
import type { Day, Queries } from "./model.ts";
import { short, whole } from "./text.ts";
import { ASSUMED, LOGICAL_SHARDS, PLATFORM } from "./platform.ts";

export interface Needs {
  /** Databases for what a year stores, for writes a second, for queries a second. */
  readonly databases: { readonly aYear: number; readonly writes: number; readonly queries: number };
  readonly eventQueues: number;
  readonly fanOutQueues: number;
  /** Invocations that deliver at once, at the measured rate and where an invocation has six calls in flight. */
  readonly consumers: number;
  readonly consumersOfSix: number;
  readonly objectsAwake: number;
}

/** Databases by throughput alone; storage and edges come on top. */
export function databasesFor(day: Day): { writes: number; queries: number } {
  const { databaseWritesPerSecond, databaseQueriesPerSecond, headroom } = ASSUMED;
  const queries = Object.values(day.rates.queriesAtPeak).reduce((sum: number, one: number) => sum + one, 0);
  return {
    writes: Math.ceil(day.rates.databaseWritesAtPeak / databaseWritesPerSecond / headroom),
    queries: Math.ceil(queries / databaseQueriesPerSecond / headroom),
  };
}

export function needsOf(day: Day, storage: Storage, measured: Measured): Needs {
  const { eventsAtPeak, pagesAtPeak, deliveriesAtPeak } = day.rates;
  const aYear = Math.ceil((storage.d1BytesAtStart + 365 * storage.d1BytesADay) / PLATFORM.databaseBytes);
  const consumers = Math.ceil(deliveriesAtPeak / measured.speed.deliveriesPerSecond / ASSUMED.headroom);
  const ofSix = ASSUMED.slots / (ASSUMED.slotMilliseconds / 1000);
  const byMessages = (messages: number) => Math.ceil(messages / PLATFORM.queueMessagesPerSecond / ASSUMED.headroom);
  const byConsumers = Math.ceil(consumers / PLATFORM.queueConsumers);
  return {
    databases: { aYear, ...databasesFor(day) },
    // Most tweets are delivered where their event is: these queues carry the deliveries, too.
    eventQueues: Math.max(byMessages(eventsAtPeak), byConsumers),
    fanOutQueues: Math.max(1, byMessages(pagesAtPeak)),
    consumers,
    consumersOfSix: Math.ceil(deliveriesAtPeak / ofSix / ASSUMED.headroom),
    objectsAwake: day.rates.objectsAwake,
  };
}

/** Databases that a load is spread over: for what they answer and for its users and edges, never more than logical shards. */
export function databasesOf(dayWith: (databases: number) => Day, storage: Storage): number {
  let databases = 2;
  for (let step = 0; step < 20; step += 1) {
    const { writes, queries } = databasesFor(dayWith(databases));
    const stored = Math.ceil(storage.d1BytesAtStart / PLATFORM.databaseBytes);
    const wanted = Math.min(LOGICAL_SHARDS, Math.max(2, writes, queries, stored));
    if (wanted <= databases) return databases;
    databases = wanted;
  }
  return databases;
}

export interface LimitMet {
  readonly limit: string;
  /** What the load asks for, as a multiple of the limit: above 1 it does not fit. */
  readonly asked: number;
  readonly says: string;
}

/** Every limit that the load comes near or passes, the worst first. */
export function limitsMet(day: Day, needs: Needs, storage: Storage, limits: Limits): LimitMet[] {
  const { load, rates } = day;
  const edgeBytes = storage.d1BytesAtStart;
  const daysOfBindings = (PLATFORM.bindings * PLATFORM.databaseBytes - edgeBytes) / storage.d1BytesADay;
  const statementsABatch = 100 * (3 + Math.min(needs.databases.queries, load.follows, limits.FANOUT_PAGE_SIZE));
  const pagesOfLargest = load.largestAudience / limits.FANOUT_PAGE_SIZE;
  return [
    {
      limit: `${PLATFORM.queueMessagesPerSecond} messages/s of dunlin-events, one queue today`,
      asked: rates.eventsAtPeak / PLATFORM.queueMessagesPerSecond,
      says: "events must be spread over several queues, for example by the author's shard",
    },
    {
      limit: `${PLATFORM.queueConsumers} consumers of one queue`,
      asked: needs.consumers / PLATFORM.queueConsumers,
      says: "the same; deliveries a consumer are measured on one thread with the timelines in it",
    },
    {
      limit: `${PLATFORM.queriesAnInvocation} D1 statements of one invocation`,
      asked: statementsABatch / PLATFORM.queriesAnInvocation,
      says: "100 events a batch ask each database who was here: fewer events a batch from about 8 databases on",
    },
    {
      limit: `${PLATFORM.bindings} bindings of one Worker`,
      asked: needs.databases.aYear / PLATFORM.bindings,
      says: `full after ${Math.max(0, daysOfBindings).toFixed(0)} days of tweets; then several Workers, or databases by REST`,
    },
    {
      limit: `${LOGICAL_SHARDS} logical shards of 10 GB for users and edges`,
      asked: edgeBytes / (LOGICAL_SHARDS * PLATFORM.databaseBytes),
      says: "users and edges of one logical shard stay in one database",
    },
    {
      limit: "10 GB for the followers of one author, who are in one database",
      asked: (load.largestAudience * (storage.d1BytesAtStart / load.users / load.follows / 2)) / PLATFORM.databaseBytes,
      says: `${(load.largestAudience / 1e6).toFixed(0)}M backward edges in one database; pushed, a tweet were ${whole(pagesOfLargest)} pages`,
    },
    {
      limit: `${whole(ASSUMED.databaseQueriesPerSecond)} queries/s of a database (assumed), ${whole(LOGICAL_SHARDS)} of them`,
      asked: needs.databases.queries / LOGICAL_SHARDS,
      says: `${queriesText(rates.queriesAtPeak)}; an isolate remembers ${(rates.remembered * 100).toFixed(0)} % of what its next reader wants`,
    },
    {
      limit: `${whole(ASSUMED.databaseWritesPerSecond)} writes/s of a database (assumed), ${whole(LOGICAL_SHARDS)} of them`,
      asked: needs.databases.writes / LOGICAL_SHARDS,
      says: "most are the progress of fan-out pages: one range a database makes them many and small",
    },
    {
      limit: "1,000 queries/s of the one database that holds the largest author's tweets (assumed)",
      asked: rates.isolatesAtPeak / limits.VISIBILITY_CACHE_SECONDS / ASSUMED.databaseQueriesPerSecond,
      says: "every isolate asks for the visibility log of that shard once in VISIBILITY_CACHE_SECONDS",
    },
    {
      limit: `${whole(PLATFORM.databases)} databases of one account`,
      asked: needs.databases.aYear / PLATFORM.databases,
      says: "after a year",
    },
  ].toSorted((a, b) => b.asked - a.asked);
}

const queriesText = (queries: Queries): string =>
  Object.entries(queries)
    .map(([name, perSecond]: [string, number]) => `${name} ${short(perSecond)}/s`)
    .join(", ");
