import { sql, type SQL } from "drizzle-orm";
import { SQLiteAsyncDialect } from "drizzle-orm/sqlite-core";
import type { Db } from "./context.ts";
import { DependencyFailed } from "./dependency.ts";

const dialect = new SQLiteAsyncDialect();

/** D1's words for an answer that was lost on the way: the batch may or may not have been committed. */
const AMBIGUOUS =
  /Network connection lost|storage caused object to be reset|reset because its code was updated|transient issue on remote node/i;

/** True for a commit whose outcome is unknown. */
export function isAmbiguous(error: unknown): boolean {
  return AMBIGUOUS.test(messageOf(error));
}

/** True where a statement hit a key that already exists. */
export function isKeyClash(error: unknown): boolean {
  return /UNIQUE constraint failed/i.test(messageOf(error));
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // drizzle wraps the driver's error.
  return error.cause === undefined ? error.message : `${error.message} ${messageOf(error.cause)}`;
}

export interface StatementResult {
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  /** Rows changed, 0 for a read. */
  readonly changes: number;
}

/**
 * Runs `statements` as one transaction. An ambiguous outcome is retried once with the same statements, which carry the
 * same ids: each must write nothing where it already has. Throws the database's error for a key that exists already, else
 * DependencyFailed: the caller may try again.
 */
export async function commit(db: Db, statements: readonly SQL[]): Promise<StatementResult[]> {
  // drizzle's own batch() fails on raw statements that have parameters, so they are put into words here.
  const prepared = statements.map((statement) => {
    const query = dialect.sqlToQuery(statement);
    return db.$client.prepare(query.sql).bind(...query.params);
  });
  const run = () => db.$client.batch<Record<string, unknown>>(prepared);
  const results = await run()
    .catch((error: unknown) => (isAmbiguous(error) ? run() : Promise.reject(error)))
    .catch((error: unknown) => Promise.reject(isKeyClash(error) ? error : new DependencyFailed("shard", error)));
  return results.map(({ results: rows, meta }) => ({ rows: rows ?? [], changes: meta.changes }));
}

/** For the statements of a chain: the one before has changed something. */
export const afterChange: SQL = sql`changes() > 0`;
