import type { TimelineEntry } from "../../durable-objects/timeline-entry.ts";
import { mapConcurrently, Places } from "../lib/concurrency.ts";
import type { Ctx } from "../lib/context.ts";

/** What a fan-out does to each timeline it reaches. */
export type Delivery =
  | { readonly kind: "push"; readonly entry: TimelineEntry }
  | { readonly kind: "remove"; readonly tweetId: string };

/** One message's part in the deliveries that its batch makes in common. */
export interface DeliverySeat {
  /** Asks for room for so many object calls. @returns false where one invocation cannot make them beside the others'. */
  reserve(calls: number): boolean;
  /**
   * Delivers together with what the batch's other messages deliver: one call a reader. Throws when any of its own failed:
   * the message is redone as a whole, which changes nothing where it had arrived.
   */
  deliver(delivery: Delivery, readerIds: readonly string[]): Promise<void>;
}

interface Waiting {
  readonly delivery: Delivery;
  readonly readerIds: readonly string[];
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

interface ForOneReader {
  readonly entries: TimelineEntry[];
  readonly tweetIds: string[];
  readonly of: Waiting[];
}

/** Object calls of one invocation, which may make 10,000 subrequests; the rest is for the databases. */
const CALLS_MAX = 6000;
/** What came so far goes when a message of the batch takes longer than this to say whom it reaches: its shard may hang. */
const GATHER_MS = 200;
/** Pages that may be worked on at once, each with FANOUT_CONCURRENCY calls in flight. */
const PAGES_AT_ONCE = 16;

/**
 * Gathers what the messages of one batch deliver and sends each reader all of it in one call, which is one row written:
 * readers who follow several of the authors cost no more than one.
 */
export class DeliveryRound {
  readonly #ctx: Ctx;
  readonly #places: Places;
  /** Messages that have neither said what they deliver nor ended. */
  #expected: number;
  #reserved = 0;
  #waiting: Waiting[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param seats how many messages take part: each runs its work in a seat.
   * @param atOnce how many of them work at once; one that waits for its deliveries does not count.
   */
  constructor(ctx: Ctx, seats: number, atOnce: number) {
    this.#ctx = ctx;
    this.#expected = seats;
    this.#places = new Places(atOnce);
  }

  /** Runs `work` of one message in a seat of its own. */
  async take<T>(work: (seat: DeliverySeat) => Promise<T>): Promise<T> {
    let expected = true;
    const leave = () => {
      if (expected) this.#expected -= 1;
      expected = false;
    };
    const seat: DeliverySeat = {
      reserve: (calls) => this.#reserve(calls),
      deliver: (delivery, readerIds) => {
        leave();
        return this.#places.giveUpFor(this.#deliver(delivery, readerIds));
      },
    };
    try {
      return await this.#places.run(() => work(seat));
    } finally {
      leave();
      this.#flushWhenWhole();
    }
  }

  #reserve(calls: number): boolean {
    if (this.#reserved > 0 && this.#reserved + calls > CALLS_MAX) return false;
    this.#reserved += calls;
    return true;
  }

  #deliver(delivery: Delivery, readerIds: readonly string[]): Promise<void> {
    return new Promise((done, failed) => {
      this.#waiting.push({ delivery, readerIds, done, failed });
      this.#timer ??= setTimeout(() => this.#flush(), GATHER_MS);
      this.#flushWhenWhole();
    });
  }

  #flushWhenWhole(): void {
    if (this.#expected === 0) this.#flush();
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const waiting = this.#waiting;
    this.#waiting = [];
    if (waiting.length > 0) void this.#send(waiting);
  }

  /** Never throws: each message hears of its own failures. */
  async #send(waiting: readonly Waiting[]): Promise<void> {
    const failures = new Map<Waiting, unknown>();
    const readers = [...byReader(waiting)];
    const concurrency = this.#ctx.limits.FANOUT_CONCURRENCY * Math.min(waiting.length, PAGES_AT_ONCE);
    await mapConcurrently(readers, concurrency, async ([readerId, { entries, tweetIds, of }]) => {
      try {
        const timeline = this.#ctx.homeTimeline(readerId);
        if (entries.length > 0) await timeline.push({ entries, now: this.#ctx.clock.now() });
        if (tweetIds.length > 0) await timeline.remove({ tweetIds });
      } catch (error) {
        for (const one of of) failures.set(one, error);
      }
    });
    for (const one of waiting) {
      if (failures.has(one)) one.failed(failures.get(one));
      else one.done();
    }
  }
}

function byReader(waiting: readonly Waiting[]): ReadonlyMap<string, ForOneReader> {
  const readers = new Map<string, ForOneReader>();
  for (const one of waiting) {
    const { delivery } = one;
    for (const readerId of new Set(one.readerIds)) {
      const known = readers.get(readerId) ?? { entries: [], tweetIds: [], of: [] };
      readers.set(readerId, known);
      if (delivery.kind === "push") known.entries.push(delivery.entry);
      else known.tweetIds.push(delivery.tweetId);
      known.of.push(one);
    }
  }
  return readers;
}
