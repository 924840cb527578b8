import { sql, type SQL } from "drizzle-orm";
import { commit, isKeyClash } from "./commit.ts";
import { groupBy } from "./concurrency.ts";
import type { Ctx } from "./context.ts";
import { outbox } from "./tables.ts";
import { logicalShardOfId, timeOfId } from "./snowflake.ts";

/**
 * The outbox is the log: an event is committed with the fact it tells of, in the same batch of the same shard, and its
 * row goes only when the last effect it stands for is committed. Queues may lose, repeat and reorder everything.
 */

/** What travels on the events queue. The id is a Snowflake that finds the shard of the outbox row. */
export interface EventMessage {
  readonly v: 1;
  readonly id: string;
  readonly kind: string;
  readonly payload: unknown;
  /** Fan-out ranges that have not reported, as saved in the row; only on messages sent again. */
  readonly progress?: Progress;
}

/** Range index -> where that range goes on: "" at its start, or the key of the last follower served. */
export type Progress = Readonly<Record<string, string>>;

/** Sent again at most this many a run and shard: one queue batch. */
const SWEEP_ROWS_MAX = 100;

/**
 * The statement that records an event. It stands right behind the statement whose change it tells of, and writes only if
 * that one changed something.
 * @param payload an object, or SQL giving JSON text where it depends on what the batch decides.
 */
export function recordEvent(ctx: Ctx, id: string, kind: string, payload: SQL | object): SQL {
  const json = isSql(payload) ? payload : sql`${JSON.stringify(payload)}`;
  return sql`INSERT INTO ${outbox} (id, kind, payload, next_sweep_at)
    SELECT ${id}, ${kind}, ${json}, ${nextSweep(ctx, 0)} WHERE changes() > 0`;
}

/**
 * The statement that records many events of one kind: `told` selects each one's `id` and `payload` (JSON text). It stands
 * right before the statement that makes the changes, since it has to find what they will be.
 */
export function recordEvents(ctx: Ctx, kind: string, told: SQL): SQL {
  return sql`INSERT INTO ${outbox} (id, kind, payload, next_sweep_at)
    SELECT told.id, ${kind}, told.payload, ${nextSweep(ctx, 0)} FROM (${told}) AS told WHERE true`;
}

function isSql(payload: SQL | object): payload is SQL {
  return "queryChunks" in payload;
}

/** A condition: no event has this id. For a fact whose event takes the fact's own id. */
export const isFreeEventId = (id: string): SQL => sql`NOT EXISTS (SELECT 1 FROM ${outbox} WHERE id = ${id})`;

/** Two isolates rarely mint the same id, and hardly ever so many times in a row. */
const MINTS_MAX = 5;

/** Runs `write` with a new id for an event of `ownerId`, and again with another where somebody else's event has that one. */
export async function withEventId<T>(ctx: Ctx, ownerId: string, write: (eventId: string) => Promise<T>): Promise<T> {
  for (let mints = 1; ; mints += 1) {
    try {
      return await write(ctx.ids.next(logicalShardOfId(ownerId)));
    } catch (error) {
      if (!isKeyClash(error) || mints === MINTS_MAX) throw error;
    }
  }
}

/** Sends a committed event on its way, after the answer. A send that fails is the sweep's to repeat. */
export function publishEvent(ctx: Ctx, message: Omit<EventMessage, "v">): void {
  ctx.defer(ctx.events.send({ v: 1, ...message } satisfies EventMessage));
}

/** The same for up to 100 at once. */
export function publishEvents(ctx: Ctx, messages: readonly Omit<EventMessage, "v">[]): void {
  if (messages.length === 0) return;
  ctx.defer(ctx.events.sendBatch(messages.map((message) => ({ body: { v: 1, ...message } satisfies EventMessage }))));
}

/** Forgets events whose effects are all committed. One statement a database. */
export async function completeEvents(ctx: Ctx, eventIds: readonly string[]): Promise<void> {
  const byShard = groupBy(eventIds, (id) => ctx.shards.indexOf(id));
  await Promise.all(
    [...byShard].map(([index, ids]) =>
      ctx.dbAt(index).run(sql`DELETE FROM ${outbox} WHERE id IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`),
    ),
  );
}

/** Notes the ranges a fan-out was split into, unless an earlier delivery did. @returns what has not reported yet; null once all has. */
export async function startProgress(ctx: Ctx, eventId: string, ranges: Progress): Promise<Progress | null> {
  const [, saved] = await commit(ctx.dbOf(eventId), [
    sql`UPDATE ${outbox} SET progress = ${JSON.stringify(ranges)}, next_sweep_at = ${nextSweep(ctx, 0)}
      WHERE id = ${eventId} AND progress IS NULL`,
    sql`SELECT progress FROM ${outbox} WHERE id = ${eventId}`,
  ]);
  const progress = saved?.rows[0]?.["progress"];
  return typeof progress === "string" ? (JSON.parse(progress) as Progress) : null;
}

/** Saves where `range` goes on, and puts the sweep off: the fan-out is alive. A cursor never goes back. */
export async function saveProgress(ctx: Ctx, eventId: string, range: string, cursor: string): Promise<void> {
  const path = `$.${range}`;
  await ctx.dbOf(eventId).run(sql`
    UPDATE ${outbox} SET progress = json_set(progress, ${path}, ${cursor}), next_sweep_at = ${nextSweep(ctx, 0)}
    WHERE id = ${eventId} AND json_extract(progress, ${path}) < ${cursor}`);
}

/**
 * Adds a range that begins at `cursor` beside one that has not reported yet, unless it was added before.
 * @returns false where the other one has reported: this is a repeat of one of its pages.
 */
export async function addRange(
  ctx: Ctx,
  eventId: string,
  added: { readonly range: string; readonly cursor: string; readonly beside: string },
): Promise<boolean> {
  const beside = `$.${added.beside}`;
  const [, standing] = await commit(ctx.dbOf(eventId), [
    sql`UPDATE ${outbox} SET progress = json_insert(progress, ${`$.${added.range}`}, ${added.cursor})
      WHERE id = ${eventId} AND json_type(progress, ${beside}) IS NOT NULL`,
    sql`SELECT 1 AS one FROM ${outbox} WHERE id = ${eventId} AND json_type(progress, ${beside}) IS NOT NULL`,
  ]);
  return (standing?.rows.length ?? 0) > 0;
}

/** Reports `range` as done; the event goes with the last one. */
export async function finishRange(ctx: Ctx, eventId: string, range: string): Promise<void> {
  const path = `$.${range}`;
  await commit(ctx.dbOf(eventId), [
    sql`UPDATE ${outbox} SET progress = json_remove(progress, ${path})
      WHERE id = ${eventId} AND json_type(progress, ${path}) IS NOT NULL`,
    sql`DELETE FROM ${outbox} WHERE id = ${eventId} AND progress = '{}'`,
  ]);
}

function nextSweep(ctx: Ctx, attempts: number): number {
  const { OUTBOX_SWEEP_AFTER_SECONDS, OUTBOX_SWEEP_DELAY_MAX_SECONDS } = ctx.limits;
  const seconds = Math.min(OUTBOX_SWEEP_AFTER_SECONDS * 2 ** attempts, OUTBOX_SWEEP_DELAY_MAX_SECONDS);
  return ctx.clock.now() + seconds * 1000;
}

interface OutboxRow {
  readonly id: string;
  readonly kind: string;
  readonly payload: string;
  readonly progress: string | null;
  readonly attempts: number;
}

/**
 * Sends again what is old in every shard, with growing delay. A row younger than the oldest message still waiting in a
 * queue is held back: its own message is most likely behind that one.
 * @returns how many events were sent again.
 */
export async function sweepOutbox(ctx: Ctx): Promise<number> {
  const oldestWaiting = await oldestMessageTime([ctx.events, ctx.fanout, ctx.later]);
  const sent = await Promise.all(
    Array.from({ length: ctx.shards.count }, (_, index) => sweepShard(ctx, index, oldestWaiting)),
  );
  return sent.reduce((sum, count) => sum + count, 0);
}

async function sweepShard(ctx: Ctx, index: number, oldestWaiting: number): Promise<number> {
  const db = ctx.dbAt(index);
  const due = await db.all<OutboxRow>(sql`
    SELECT id, kind, payload, progress, attempts FROM ${outbox}
    WHERE next_sweep_at <= ${ctx.clock.now()} ORDER BY id LIMIT ${SWEEP_ROWS_MAX}`);
  const rows = due.filter((row) => timeOfId(row.id) <= oldestWaiting);
  if (rows.length === 0) return 0;
  const again = rows.map((row) => ({ id: row.id, at: nextSweep(ctx, row.attempts + 1) }));
  await db.run(sql`
    UPDATE ${outbox} SET attempts = attempts + 1,
      next_sweep_at = (SELECT value->>'at' FROM json_each(${JSON.stringify(again)}) WHERE value->>'id' = ${outbox.id})
    WHERE id IN (SELECT value->>'id' FROM json_each(${JSON.stringify(again)}))`);
  await ctx.events.sendBatch(rows.map((row) => ({ body: messageOf(row) })));
  ctx.log.warn("outbox swept", { shard: index, events: rows.length, oldest: rows[0]?.id });
  return rows.length;
}

function messageOf(row: OutboxRow): EventMessage {
  const message = { v: 1, id: row.id, kind: row.kind, payload: JSON.parse(row.payload) as unknown } as const;
  return row.progress === null ? message : { ...message, progress: JSON.parse(row.progress) as Progress };
}

/** Unix milliseconds of the oldest message that waits in one of `queues`; Infinity where none does or nobody can say. */
export async function oldestMessageTime(queues: readonly Queue[]): Promise<number> {
  const times = await Promise.all(
    queues.map(async (queue) => {
      const metrics = await queue.metrics().catch(() => undefined);
      return metrics?.oldestMessageTimestamp?.getTime() ?? Infinity;
    }),
  );
  return Math.min(...times);
}
