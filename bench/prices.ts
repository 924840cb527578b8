/** The platform's list prices (Workers Paid, November 2026), in dollars for a million of each, beyond what is included. */
import type { Usage } from "../test/costs/usage.ts";

type Counted = Exclude<keyof Usage, "operation" | "d1Statements">;

const PRICE: Readonly<Record<Counted, number>> = {
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
const OBJECT_SECOND = 12.5 * 0.128;

/** Dollars for a million of the operation; CPU time is not in it. */
export function priceOf(usage: Usage): number {
  const names = Object.keys(PRICE) as Counted[];
  const counted = names.reduce((total, name) => total + usage[name] * PRICE[name], 0);
  return counted + usage.objectCalls * (OBJECT_MILLISECONDS_A_CALL / 1000) * OBJECT_SECOND;
}
