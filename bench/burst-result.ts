/** What the replay of a burst found out. */

/** Milliseconds; null where nothing was seen. */
export interface Spread {
  readonly p50: number | null;
  readonly p99: number | null;
}

/** A stretch of the replay. */
export interface BurstPhase {
  readonly name: "before" | "peak" | "after";
  /** Seconds since the beginning. */
  readonly from: number;
  readonly to: number;
  readonly events: number;
  readonly deliveries: number;
  readonly errors: number;
  /** From when an event was due to its answer. */
  readonly answer: Spread;
  /** From when a tweet got its id to its arrival in a follower's timeline. */
  readonly lag: Spread;
  /** Pages of home read meanwhile. */
  readonly home: Spread;
  readonly bare: Spread;
  readonly empty: Spread;
}

/** One bin of time. */
export interface BurstBin {
  /** Seconds since the beginning. */
  readonly at: number;
  readonly eventsPerSecond: number;
  readonly deliveriesPerSecond: number;
  readonly answer: Spread;
  readonly lag: Spread;
  readonly home: Spread;
  readonly empty: Spread;
}

export interface BurstResult {
  readonly source: string;
  /** So many seconds of the week passed in one. */
  readonly speed: number;
  readonly seconds: number;
  readonly events: number;
  /** The busiest hour of the stretch replayed against its median hour: in the source, and as replayed. */
  readonly peakToMedian: { readonly source: number; readonly replayed: number };
  readonly kinds: Readonly<Record<"retweets" | "mentions" | "replies", number>>;
  readonly binSeconds: number;
  readonly bins: readonly BurstBin[];
  readonly phases: readonly BurstPhase[];
  /** Seconds after the last event until every effect was done. */
  readonly settledSeconds: number;
}
