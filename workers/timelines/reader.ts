import { sql } from "drizzle-orm";
import type { Ctx } from "../lib/context.ts";
import { readers } from "./tables.ts";

export interface ActiveReader {
  readonly id: string;
  /** The stored visit; Unix milliseconds. */
  readonly seenAt: number;
}

/** Of `userIds` (all of one database), those seen at or after `seenSince` (Unix milliseconds). One query. */
export async function readActiveReaders(
  ctx: Ctx,
  databaseIndex: number,
  userIds: readonly string[],
  seenSince: number,
): Promise<ActiveReader[]> {
  return ctx.dbAt(databaseIndex).all<ActiveReader>(sql`
    SELECT ${readers.userId} AS id, ${readers.seenAt} AS seenAt FROM json_each(${JSON.stringify(userIds)}) AS asked
    JOIN ${readers} ON ${readers.userId} = asked.value WHERE ${readers.seenAt} >= ${seenSince}`);
}
