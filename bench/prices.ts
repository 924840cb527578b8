/** The platform's list prices (Workers Paid, November 2026), in dollars for a million of each, beyond what is included. */
import type { Usage } from "../test/costs/usage.ts";

type Counted = Exclude<keyof Usage, "operation" | "d1Statements">;

export const PRICE: Readonly<Record<Counted, number>> = {
  workerRequests: 0.3,
  d1RowsRead: 0.001,
  d1RowsWritten: 1,
  objectCalls: 0.15,
  objectRowsRead: 0.001,
  objectRowsWritten: 1,
  kvReads: 0.5,
  kvWrites: 5,
  queueOperations: 0.4,
};

/** Duration is billed at $12.50 a million GB-seconds, an object at 128 MB. What a call takes can only be guessed here. */
export const OBJECT_MILLISECONDS_A_CALL = 10;
export const OBJECT_GIGABYTES = 0.128;
export const GIGABYTE_SECOND = 12.5;
const OBJECT_SECOND = GIGABYTE_SECOND * OBJECT_GIGABYTES;

/** A million milliseconds of CPU time of the Worker. */
export const CPU_MILLISECOND = 0.02;

/** Dollars for a GB and month. */
export const STORAGE = { d1: 0.75, objects: 0.2, r2: 0.015 } as const;

/** Dollars a month for the account. */
export const PLAN = 5;

/** What the plan includes each month, in the unit that is priced. */
export const INCLUDED = {
  workerRequests: 10e6,
  cpuMilliseconds: 30e6,
  d1RowsRead: 25e9,
  d1RowsWritten: 50e6,
  d1Gigabytes: 5,
  objectCalls: 1e6,
  objectGigabyteSeconds: 400e3,
  objectRowsRead: 25e9,
  objectRowsWritten: 50e6,
  objectGigabytes: 5,
  kvReads: 10e6,
  kvWrites: 1e6,
  queueOperations: 1e6,
  r2Gigabytes: 10,
} as const;

/** Dollars for a million of the operation; CPU time is not in it. */
export function priceOf(usage: Usage): number {
  const names = Object.keys(PRICE) as Counted[];
  const counted = names.reduce((total, name) => total + usage[name] * PRICE[name], 0);
  return counted + usage.objectCalls * (OBJECT_MILLISECONDS_A_CALL / 1000) * OBJECT_SECOND;
}

/** The price by product, in dollars for a million of the operation, in the order that plots show it in. */
export function billOf(usage: Usage): { readonly name: string; readonly colour: string; readonly value: number }[] {
  const of = (...names: readonly Counted[]) => names.reduce((total, name) => total + usage[name] * PRICE[name], 0);
  const duration = usage.objectCalls * (OBJECT_MILLISECONDS_A_CALL / 1000) * OBJECT_SECOND;
  return [
    { name: "D1 rows", colour: "--one", value: of("d1RowsRead", "d1RowsWritten") },
    { name: "object rows", colour: "--two", value: of("objectRowsRead", "objectRowsWritten") },
    { name: "object calls and duration", colour: "--three", value: of("objectCalls") + duration },
    { name: "queues", colour: "--four", value: of("queueOperations") },
    { name: "KV", colour: "--five", value: of("kvReads", "kvWrites") },
    { name: "Worker requests", colour: "--six", value: of("workerRequests") },
  ];
}
