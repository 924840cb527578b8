/** What the bill is made of, and how such counts are added up. */
import type { Usage } from "../../test/costs/usage.ts";

export type Units = Omit<Usage, "operation">;
export type UnitName = keyof Units;

export const UNIT_NAMES = [
  "workerRequests",
  "d1Statements",
  "d1RowsRead",
  "d1RowsWritten",
  "objectCalls",
  "objectRowsRead",
  "objectRowsWritten",
  "kvReads",
  "kvWrites",
  "queueOperations",
] as const satisfies readonly UnitName[];

function unitsOf(count: (name: UnitName) => number): Units {
  const units: Partial<Record<UnitName, number>> = {};
  for (const name of UNIT_NAMES) units[name] = count(name);
  return units as Units;
}

export const NOTHING: Units = unitsOf(() => 0);

export const sumOf = (parts: readonly Units[]): Units =>
  unitsOf((name) => parts.reduce((total, part) => total + part[name], 0));

export const times = (units: Units, factor: number): Units => unitsOf((name) => units[name] * factor);

/** `units` without `part`. A difference of counts may come out slightly below nothing: then it is nothing. */
export const without = (units: Units, part: Units): Units => unitsOf((name) => Math.max(0, units[name] - part[name]));
