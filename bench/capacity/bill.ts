/** What a month of a day's use is billed at list prices, by product, and what it stores. */
import {
  CPU_MILLISECOND,
  GIGABYTE_SECOND,
  INCLUDED,
  OBJECT_GIGABYTES,
  OBJECT_MILLISECONDS_A_CALL,
  PLAN,
  PRICE,
  STORAGE,
} from "../prices.ts";
import type { RowBytes } from "./measured.ts";
import type { Day } from "./model.ts";
import type { Load } from "./loads.ts";
import type { Units } from "./units.ts";

export const MONTH_DAYS = 30;
const MILLION = 1e6;
const GB = 1e9;

export interface Item {
  readonly product: "Workers" | "Durable Objects" | "D1" | "KV" | "Queues" | "R2";
  readonly what: string;
  /** A month's amount, and what of it is included. */
  readonly amount: number;
  readonly dollars: number;
}

/** Bytes stored: what a day adds, and what stands on the first day. */
export interface Storage {
  readonly d1BytesADay: number;
  readonly d1BytesAtStart: number;
  readonly objectBytes: number;
  readonly mediaBytesADay: number;
}

export function storageOf(load: Load, bytes: RowBytes): Storage {
  const { tweetsPerDay, likesPerDay, followsPerDay } = load;
  return {
    d1BytesADay: tweetsPerDay * bytes.tweet + likesPerDay * bytes.like + followsPerDay * bytes.follow,
    d1BytesAtStart: load.users * (bytes.user + load.follows * bytes.follow),
    objectBytes: load.dailyUsers * bytes.timeline,
    mediaBytesADay: load.mediaBytesPerDay,
  };
}

/** A month's bill after `days` of growth. Without `included` every unit is priced, as for comparing two ways of working. */
export function billOf(day: Day, storage: Storage, days: number, included = true): Item[] {
  const { units } = day;
  const stored = {
    d1: (storage.d1BytesAtStart + storage.d1BytesADay * days) / GB,
    objects: storage.objectBytes / GB,
    r2: (storage.mediaBytesADay * days) / GB,
  };
  const gigabyteSeconds = units.objectCalls * (OBJECT_MILLISECONDS_A_CALL / 1000) * OBJECT_GIGABYTES;
  const free = (name: keyof typeof INCLUDED) => (included ? INCLUDED[name] : 0);
  const counted = (product: Item["product"], what: string, name: keyof typeof PRICE & keyof Units): Item => {
    const amount = units[name] * MONTH_DAYS;
    return { product, what, amount, dollars: (Math.max(0, amount - free(name)) / MILLION) * PRICE[name] };
  };
  const priced = (item: Omit<Item, "dollars">, price: number, name: keyof typeof INCLUDED, each = 1): Item => ({
    ...item,
    dollars: (Math.max(0, item.amount - free(name)) / each) * price,
  });
  const cpu = { product: "Workers", what: "CPU milliseconds", amount: day.cpuMs * MONTH_DAYS } as const;
  const duration = { product: "Durable Objects", what: "GB-seconds", amount: gigabyteSeconds * MONTH_DAYS } as const;
  return [
    counted("Workers", "requests", "workerRequests"),
    priced(cpu, CPU_MILLISECOND, "cpuMilliseconds", MILLION),
    counted("Durable Objects", "calls", "objectCalls"),
    priced(duration, GIGABYTE_SECOND, "objectGigabyteSeconds", MILLION),
    counted("Durable Objects", "rows read", "objectRowsRead"),
    counted("Durable Objects", "rows written", "objectRowsWritten"),
    priced(
      { product: "Durable Objects", what: "GB stored", amount: stored.objects },
      STORAGE.objects,
      "objectGigabytes",
    ),
    counted("D1", "rows read", "d1RowsRead"),
    counted("D1", "rows written", "d1RowsWritten"),
    priced({ product: "D1", what: "GB stored", amount: stored.d1 }, STORAGE.d1, "d1Gigabytes"),
    counted("KV", "keys read", "kvReads"),
    counted("KV", "keys written", "kvWrites"),
    counted("Queues", "operations", "queueOperations"),
    priced({ product: "R2", what: "GB stored", amount: stored.r2 }, STORAGE.r2, "r2Gigabytes"),
  ];
}

export const totalOf = (bill: readonly Item[]): number => bill.reduce((total, { dollars }) => total + dollars, PLAN);

/** Dollars of some units, nothing included: for comparing one way with another. */
export function dollarsOf(units: Units): number {
  const seconds = units.objectCalls * (OBJECT_MILLISECONDS_A_CALL / 1000) * OBJECT_GIGABYTES;
  const names = Object.keys(PRICE) as (keyof typeof PRICE)[];
  const counted = names.reduce((total, name) => total + units[name] * PRICE[name], 0);
  return (counted + seconds * GIGABYTE_SECOND) / MILLION;
}
