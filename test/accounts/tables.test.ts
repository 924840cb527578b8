import { getTableConfig } from "drizzle-orm/sqlite-core";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { credentials, refreshTokens, users } from "../../workers/accounts/tables.ts";

interface ColumnInfo {
  readonly name: string;
  readonly type: string;
  readonly notnull: number;
  readonly pk: number;
}

test.each([users, credentials, refreshTokens])(
  "a table of the room is what the migrations made (%#)",
  async (table) => {
    const { name, columns, primaryKeys } = getTableConfig(table);
    const key = primaryKeys.flatMap((one) => one.columns.map((column) => column.name));
    const told = columns.map((column) => ({
      name: column.name,
      type: column.getSQLType().toUpperCase(),
      notnull: Number(column.notNull),
      pk: column.primary ? 1 : key.indexOf(column.name) + 1,
    }));
    const { results } = await env.SHARD_0.prepare(`PRAGMA table_info(${name})`).all<ColumnInfo>();
    expect(told).toEqual(results.map(({ name: column, type, notnull, pk }) => ({ name: column, type, notnull, pk })));
  },
);
