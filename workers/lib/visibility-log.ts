import { sql, type SQL } from "drizzle-orm";
import { perIsolate, type Runtime } from "./context.ts";
import { visibilityLog } from "./tables.ts";

/**
 * What isolates must stop showing. A shard numbers its changes in the order it commits them, so an isolate that has read
 * the log up to a number knows about every deletion before it: one small query a shard in VISIBILITY_CACHE_SECONDS keeps
 * any number of remembered tweets honest.
 */
export type VisibilityKind = "tweet" | "user";

export interface VisibilityChange {
  readonly kind: VisibilityKind;
  readonly subjectId: string;
}

/** The statement that logs a change, behind the one that made it; it writes only if that one changed something. */
export function logVisibility(kind: VisibilityKind, subjectId: string, at: number): SQL {
  return sql`INSERT INTO ${visibilityLog} (kind, subject_id, at) SELECT ${kind}, ${subjectId}, ${at} WHERE changes() > 0`;
}

type Listener = (change: VisibilityChange) => void;
const listenersOf = perIsolate((): Set<Listener> => new Set());

/** Calls `listener` for every change this isolate makes itself. */
export function onVisibilityChange(runtime: Runtime, listener: Listener): void {
  listenersOf(runtime).add(listener);
}

/** Makes this isolate forget `subjectId` at once, for whoever acts here. */
export function noteVisibility(runtime: Runtime, kind: VisibilityKind, subjectId: string): void {
  for (const listener of listenersOf(runtime)) listener({ kind, subjectId });
}

/** JSON text of the changes after `number`, as `[number, kind, subject]`, for use inside another query. */
export const changesAfter = (number: number): SQL => sql`(
  SELECT json_group_array(json_array(number, kind, subject_id)) FROM (
    SELECT number, kind, subject_id FROM ${visibilityLog} WHERE number > ${number} ORDER BY number LIMIT 1000))`;

/** The newest number of the log, 0 while it is empty, for use inside another query. */
export const newestChange: SQL = sql`(SELECT coalesce(max(number), 0) FROM ${visibilityLog})`;

/** Removes changes that every isolate has read or forgotten. The newest row stays: numbers must only rise. */
export function pruneVisibility(before: number): SQL {
  return sql`DELETE FROM ${visibilityLog} WHERE at < ${before} AND number < (SELECT max(number) FROM ${visibilityLog})`;
}
