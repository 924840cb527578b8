/** What a run is told and what it tells. Times are seconds; of the run, unless said. */
import type { Limits } from "../../../workers/lib/limits.ts";
import type { Lags } from "./lags.ts";

export interface Scenario {
  /** Second of the day at which the run begins. */
  readonly from: number;
  readonly seconds: number;
  readonly postsADay: number;
  /** Factor on posts between two seconds. */
  readonly burst?: { readonly from: number; readonly until: number; readonly factor: number };
  /** When the most followed author posts. */
  readonly celebrityPosts?: readonly number[];
  /** Whether those who are here go first, and what tells of a backlog: how long the message waited, or its post's age. */
  readonly activeFirst: "never" | "message waited" | "post is old";
  /** Databases: an audience has a range in each. */
  readonly ranges: number;
  /** Invocations at once that consume a queue. */
  readonly consumers: number;
  /** True where all queues share those: something behind them is the bottleneck, not each queue's own consumers. */
  readonly shared: boolean;
  /** Of one consumer. */
  readonly deliveriesPerSecond: number;
  /** Of a message beside its deliveries. */
  readonly messageSeconds: number;
  readonly seed: number;
  readonly limits: Limits;
  /** Told of every delivery: the post, its reader and when. For tests: it makes the run slow. */
  readonly onDelivery?: (post: number, reader: number, second: number) => void;
}

export interface Sample {
  readonly second: number;
  /** Messages waiting: events and pages. */
  readonly waiting: number;
  /** Pages for those who are away, held back or waiting. */
  readonly held: number;
}

export interface Outcome {
  readonly posts: number;
  readonly messages: number;
  /** Deliveries to those who were here, and to the others; the celebrity's by themselves. */
  readonly here: Lags;
  readonly away: Lags;
  readonly celebrityHere: Lags;
  readonly celebrityAway: Lags;
  readonly samples: readonly Sample[];
  /** Messages waiting at most. */
  readonly deepest: number;
  /** When the last delivery was made. */
  readonly drainedAt: number;
}
