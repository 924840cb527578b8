/** The platform's limits (Workers Paid, November 2026), and what can only be assumed of it. */

export const PLATFORM = {
  /** Bytes of one D1 database; hard. */
  databaseBytes: 10e9,
  /** D1 databases of one account. */
  databases: 1_000_000,
  /** Bindings of one Worker, about. */
  bindings: 5_000,
  /** Statements of one invocation. */
  queriesAnInvocation: 1_000,
  /** Messages a second of one queue. */
  queueMessagesPerSecond: 5_000,
  /** Invocations at once that consume one queue. */
  queueConsumers: 250,
  /** Calls a second that one object answers, about. */
  objectCallsPerSecond: 1_000,
  /** Writes a second of one KV key. */
  kvWritesPerSecondAKey: 1,
  /** An object that nobody calls may leave memory after so long. */
  objectIdleSeconds: 10,
} as const;

/** Logical shards of an id (10 bits): users and their edges can be spread over so many databases and no more. */
export const LOGICAL_SHARDS = 1024;

/**
 * Assumed, for nothing was tried on a real account: a database is one thread, at about 1 ms a small query and 5 ms a
 * write; an isolate answers 100 requests a second.
 */
export const ASSUMED = {
  databaseQueriesPerSecond: 1_000,
  databaseWritesPerSecond: 200,
  requestsPerSecondAnIsolate: 100,
  /** Messages that an invocation consumes together; more would make fewer invocations. */
  eventsABatch: 1,
  pagesABatch: 2,
  /** No database is run fuller than that. */
  headroom: 0.7,
  /** CPU of an object and of the Worker for a delivery, as part of what a delivery takes with both on one thread. */
  deliveryWorkerPart: 0.5,
  /** Object calls in flight of one invocation, where RPC should count as connections: six. */
  slots: 6,
  slotMilliseconds: 20,
} as const;
