import { sql } from "drizzle-orm";
import type { Ctx } from "../lib/context.ts";
import { readers } from "./tables.ts";

/** Of `userIds` (all of one database), those seen at or after `seenSince` (Unix milliseconds). One query. */
export async function readActiveReaders(
  ctx: Ctx,
  databaseIndex: number,
  userIds: readonly string[],
  seenSince: number,
): Promise<string[]> {
  const rows = await ctx.dbAt(databaseIndex).all<{ id: string }>(sql`
    SELECT ${readers.userId} AS id FROM json_each(${JSON.stringify(userIds)}) AS asked
    JOIN ${readers} ON ${readers.userId} = asked.value WHERE ${readers.seenAt} >= ${seenSince}`);
  return rows.map((row) => row.id);
}
