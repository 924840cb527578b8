import { sql } from "drizzle-orm";
import type { Ctx } from "../lib/context.ts";
import { readers } from "./tables.ts";

/** The only file that writes the room's tables. A visit never goes back in time. */
export async function writeSeenAt(ctx: Ctx, userId: string, seenAt: number): Promise<void> {
  await ctx.dbOf(userId).run(sql`
    INSERT INTO ${readers} (user_id, seen_at) VALUES (${userId}, ${seenAt})
    ON CONFLICT (user_id) DO UPDATE SET seen_at = excluded.seen_at WHERE excluded.seen_at > seen_at`);
}
