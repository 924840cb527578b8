/**
 * What the campaign has ordered to go wrong in this Worker, and how often each order has really hit something. Isolates and
 * objects share these modules here, so a module's variable is enough.
 */
import type { Kind } from "../kinds.ts";

export interface Order {
  /** The campaign's own number of it; strikes are reported under it. */
  readonly id: number;
  readonly kind: Kind;
  /** `shard:0`, an isolate's index, or "" for everything of its kind. */
  readonly target: string;
  /** How long it stands, in milliseconds. */
  readonly forMs: number;
  /** How often it may strike; a clock, a stale KV and a full disk strike until they end. */
  readonly times: number;
  /** One of two ways of the same fault. */
  readonly variant: 0 | 1;
  /** Milliseconds that an answer is late, seconds that a clock is ahead. */
  readonly amount: number;
}

/** An order in force. */
export interface Standing {
  readonly order: Order;
  /** Unix milliseconds. */
  readonly until: number;
  /** How often it may strike still. */
  left: number;
}

let standing: Standing[] = [];
let strikes = new Map<number, number>();

/** Puts orders into force from now on. */
export function give(orders: readonly Order[]): void {
  const now = Date.now();
  standing.push(...orders.map((order) => ({ order, until: now + order.forMs, left: order.times })));
}

/** Ends all orders. @returns how often each has struck since the last time. */
export function endAll(): Record<string, number> {
  const told = strikesSoFar();
  standing = [];
  strikes = new Map();
  return told;
}

export const strikesSoFar = (): Record<string, number> => Object.fromEntries(strikes);

/** The first order of one of `kinds` that stands for `target` and may strike still; it has not struck yet. */
export function find(kinds: readonly Kind[], target = ""): Standing | undefined {
  const now = Date.now();
  return standing.find(
    ({ order, until, left }) =>
      left > 0 && now < until && kinds.includes(order.kind) && (order.target === "" || order.target === target),
  );
}

/** Notes that an order has hit something. */
export function note(struck: Standing, hits = 1): void {
  struck.left -= hits;
  strikes.set(struck.order.id, (strikes.get(struck.order.id) ?? 0) + hits);
}

/** The same at once: an order that strikes now. */
export function strike(kinds: readonly Kind[], target = ""): Standing | undefined {
  const found = find(kinds, target);
  if (found !== undefined) note(found);
  return found;
}

export const sleep = (ms: number): Promise<void> => new Promise((wake) => setTimeout(wake, Math.max(0, ms)));
