import { env } from "cloudflare:workers";
import { is } from "drizzle-orm";
import { getTableConfig, SQLiteTable } from "drizzle-orm/sqlite-core";
import { beforeAll, expect, test } from "vitest";
import { shardBindings } from "../../workers/lib/context.ts";

declare global {
  interface ImportMeta {
    /** Vite's. */
    glob(pattern: string, options: { readonly eager: true }): Record<string, Record<string, unknown>>;
  }
}

/** Every drizzle table of every room and of lib, by its name in the database. */
const modules = import.meta.glob("../../workers/**/tables.ts", { eager: true });
const tables = new Map(
  Object.values(modules)
    .flatMap((module) => Object.values(module))
    .filter((value) => is(value, SQLiteTable))
    .map((table) => [getTableConfig(table).name, table] as const),
);

interface ColumnRow {
  readonly name: string;
  readonly type: string;
  readonly notnull: number;
  readonly dflt_value: string | null;
  readonly pk: number;
}
interface IndexRow {
  readonly name: string;
  readonly unique: number;
  readonly origin: "c" | "u" | "pk";
  readonly partial: number;
}

const query = async <T>(shard: D1Database, sql: string) => (await shard.prepare(sql).all<T>()).results;
const tableNames = async (shard: D1Database) =>
  (await query<{ name: string }>(shard, "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"))
    .map((row) => row.name)
    .filter((name) => !/^(_cf_|sqlite_|d1_migrations)/.test(name));

let shards: D1Database[];
beforeAll(() => {
  shards = shardBindings(env);
});

test("every table of the migrations has its drizzle table, and every drizzle table is in the migrations", async () => {
  expect(tables.size).toBeGreaterThan(10);
  for (const shard of shards) expect(await tableNames(shard)).toEqual([...tables.keys()].sort());
});

test("every shard has the same schema", async () => {
  const schemas = await Promise.all(
    shards.map((shard) =>
      query(shard, "SELECT type, name, sql FROM sqlite_master WHERE name NOT GLOB '_cf_*' ORDER BY name"),
    ),
  );
  for (const schema of schemas) expect(schema).toEqual(schemas[0]);
});

/** A default as SQLite writes it down: a text in quotes. */
const sqlOf = (value: unknown): string | null => {
  if (value === undefined) return null;
  return typeof value === "string" ? `'${value}'` : String(Number(value));
};

test.each([...tables])(
  "the columns of %s are what the migrations made, in order, with types, keys and defaults",
  async (name, table) => {
    const { columns, primaryKeys } = getTableConfig(table);
    const keys = primaryKeys.flatMap((key) => key.columns.map((column) => column.name));
    const told = columns.map((column) => ({
      name: column.name,
      type: column.getSQLType().toUpperCase(),
      notnull: Number(column.notNull),
      dflt_value: sqlOf(column.default),
      pk: column.primary ? 1 : keys.indexOf(column.name) + 1,
    }));
    for (const shard of shards) {
      const rows = await query<ColumnRow & { cid: number }>(shard, `PRAGMA table_info("${name}")`);
      // SQLite does not call an INTEGER PRIMARY KEY "not null", although it never is.
      const made = rows.map(({ cid: _cid, ...row }) => ({
        ...row,
        notnull: row.pk === 1 && row.type === "INTEGER" ? 1 : row.notnull,
      }));
      expect(told).toEqual(made);
    }
  },
);

test.each([...tables])("the indexes of %s are what the migrations made", async (name, table) => {
  const told = getTableConfig(table).indexes.map(({ config }) => ({
    name: config.name,
    unique: config.unique,
    partial: config.where !== undefined,
    columns: config.columns.map((column) => ("name" in column ? column.name : "an expression")),
  }));
  const [shard] = shards;
  if (shard === undefined) throw new Error("there is no shard");
  const made = (await query<IndexRow>(shard, `PRAGMA index_list("${name}")`)).filter((index) => index.origin === "c");
  const columns = async (index: IndexRow) =>
    (await query<{ name: string }>(shard, `PRAGMA index_info("${index.name}")`)).map((row) => row.name);
  const asTold = await Promise.all(
    made.map(async (index) => ({
      name: index.name,
      unique: index.unique === 1,
      partial: index.partial === 1,
      columns: await columns(index),
    })),
  );
  const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
  expect([...told].sort(byName)).toEqual(asTold.sort(byName));
});

test("ids are text, edges and the outbox have no rowid and no index that a write would pay for", async () => {
  const [shard] = shards;
  if (shard === undefined) throw new Error("there is no shard");
  for (const name of ["following", "followers", "outbox"]) {
    const [row] = await query<{ sql: string }>(shard, `SELECT sql FROM sqlite_master WHERE name = '${name}'`);
    expect(row?.sql).toMatch(/WITHOUT ROWID/);
    expect(
      (await query<IndexRow>(shard, `PRAGMA index_list("${name}")`)).filter((index) => index.origin !== "pk"),
    ).toEqual([]);
  }
  for (const [name, table] of tables) {
    for (const column of getTableConfig(table).columns) {
      if (/(^|_)id$/.test(column.name)) expect(column.getSQLType(), `${name}.${column.name}`).toBe("text");
    }
  }
});
