/** Brings local shards up to date, noting it as `wrangler d1 migrations apply` does, so that either may go on. */
import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { ROOT } from "./lib.ts";

/** The part of a D1 database that is needed here. */
export interface Database {
  exec(sql: string): Promise<unknown>;
  prepare(sql: string): Statement;
  batch(statements: Statement[]): Promise<unknown>;
}
interface Statement {
  bind(...values: unknown[]): Statement;
  all<T>(): Promise<{ results: T[] }>;
}

const NOTES = `CREATE TABLE IF NOT EXISTS d1_migrations (
  id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL)`;

/** Applies what `database` lacks, each file as one transaction. @returns the names of the files applied. */
export async function migrateShard(database: Database): Promise<string[]> {
  await database.batch([database.prepare(NOTES)]);
  const { results } = await database.prepare("SELECT name FROM d1_migrations").all<{ name: string }>();
  const applied = new Set(results.map((row) => row.name));
  const files = globSync("migrations/shard/*.sql", { cwd: ROOT }).toSorted();
  const missing = files.filter((file) => !applied.has(basename(file)));
  if (missing.length === 0) return [];
  // Loaded here, for it takes half a second: a store that is up to date starts without it.
  const { unstable_splitSqlQuery: splitSql } = await import("wrangler");
  for (const file of missing) {
    const statements = splitSql(readFileSync(join(ROOT, file), "utf8")).map((sql) => database.prepare(sql));
    const note = database.prepare("INSERT INTO d1_migrations (name) VALUES (?)").bind(basename(file));
    await database.batch([...statements, note]);
  }
  return missing.map((file) => basename(file));
}
