import { sql, type SQL } from "drizzle-orm";
import { isActive } from "../accounts/reader.ts";
import { afterChange, commit } from "../lib/commit.ts";
import type { Ctx } from "../lib/context.ts";
import { claimKey, readKey, type IdempotentRequest } from "../lib/idempotency.ts";
import { recordEvent } from "../lib/outbox.ts";

/** What a repeat under the same Idempotency-Key is answered. */
export interface Idempotency {
  readonly request: IdempotentRequest;
  readonly answer: object;
}

export interface OwnChange {
  readonly userId: string;
  readonly eventId: string;
  readonly kind: string;
  /** JSON text of the event, as the change leaves it. */
  readonly payload: SQL;
  /** What must hold beside the user's being active. */
  readonly mayChange?: SQL;
  readonly statement: (condition: SQL) => SQL;
  /** Statements behind the event. */
  readonly further?: readonly SQL[];
  /** Columns to read at the end, with their names. */
  readonly reading?: SQL;
}

export interface ChangeOutcome {
  readonly active: boolean;
  /** What the event says; null where nothing changed. */
  readonly event: unknown;
  /** With the columns of `reading`. */
  readonly row: Readonly<Record<string, unknown>>;
  readonly key: Readonly<Record<string, unknown>> | undefined;
}

/** Commits one change that a user makes at home and its event, in one batch of the user's shard. */
export async function commitChange(
  ctx: Ctx,
  change: OwnChange,
  idempotency: Idempotency | null,
): Promise<ChangeOutcome> {
  const { userId, eventId, kind, payload, mayChange = sql`true`, statement, further = [], reading } = change;
  const may = sql`${isActive(userId)} AND ${mayChange}`;
  const claim = idempotency && claimKey(ctx, userId, idempotency.request, idempotency.answer, may);
  const results = await commit(ctx.dbOf(userId), [
    ...(claim === null ? [statement(may)] : [claim, statement(afterChange)]),
    recordEvent(ctx, eventId, kind, payload),
    ...further,
    sql`SELECT ${isActive(userId)} AS active, (SELECT payload FROM outbox WHERE id = ${eventId}) AS event
      ${reading === undefined ? sql`` : sql`, ${reading}`}`,
    ...(idempotency === null ? [] : [readKey(userId, idempotency.request)]),
  ]);
  const [row = {}] = results.at(idempotency === null ? -1 : -2)?.rows ?? [];
  const event = row["event"];
  return {
    active: row["active"] === 1,
    event: typeof event === "string" ? JSON.parse(event) : null,
    row,
    key: idempotency === null ? undefined : results.at(-1)?.rows[0],
  };
}
