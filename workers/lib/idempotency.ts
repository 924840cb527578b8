import { sql, type SQL } from "drizzle-orm";
import type { Ctx } from "./context.ts";
import { DomainError, type ErrorCode } from "./errors.ts";
import { guarded } from "./guarded.ts";
import { idempotencyKeys } from "./tables.ts";

/**
 * `Idempotency-Key`: the key is the first insert of the write's own batch, in the actor's shard, so that a repeat finds
 * either the whole first write and its answer, or nothing.
 */
export interface IdempotentRequest {
  readonly key: string;
  /** SHA-256 over method, path and body: the same key must come with the same request. */
  readonly hash: string;
}

const KEY_FORM = /^[\x21-\x7e]{1,255}$/;

/** Refusals that what has happened since may bring about. */
const LATER_REFUSALS: ReadonlySet<ErrorCode> = new Set(["not_found", "forbidden", "conflict", "unprocessable"]);

/**
 * Does `work` under the request's key, if it has one. Where it refuses a repeat for what has come between (the tweet is gone,
 * somebody blocks the actor), the first answer is given all the same. Throws `invalid_request` for a malformed key.
 * @param body as it was validated; null where the operation takes none.
 */
export async function underKey<Answer>(
  ctx: Ctx,
  { userId }: { readonly userId: string },
  request: Request,
  body: unknown,
  work: (idempotency: IdempotentRequest | null) => Promise<Answer>,
): Promise<Answer> {
  const idempotency = await readIdempotency(request, body);
  try {
    return await work(idempotency);
  } catch (error) {
    if (idempotency === null || !(error instanceof DomainError) || !LATER_REFUSALS.has(error.code)) throw error;
    const find = () => ctx.dbOf(userId).all<Record<string, unknown>>(readKey(userId, idempotency));
    const [row] = await guarded(ctx, userId, find);
    const first = replayOf<Answer>(ctx, idempotency, row);
    if (first === null) throw error;
    return first;
  }
}

/** What the request says of its repeats, or null without the header. Throws `invalid_request` for a malformed key. */
async function readIdempotency(request: Request, body: unknown): Promise<IdempotentRequest | null> {
  const key = request.headers.get("idempotency-key");
  if (key === null) return null;
  if (!KEY_FORM.test(key)) {
    throw new DomainError("invalid_request", "Idempotency-Key must be 1 to 255 visible ASCII characters.");
  }
  const path = new URL(request.url).pathname;
  const told = new TextEncoder().encode(JSON.stringify([request.method, path, body]));
  const digest = await crypto.subtle.digest("SHA-256", told);
  return { key, hash: Buffer.from(digest).toString("base64url") };
}

/**
 * The first statement of an idempotent write: it changes a row unless the key was used within IDEMPOTENCY_HOURS.
 * @param answer what a repeat is answered: an object, or SQL giving JSON text where it depends on what is stored.
 * @param condition what else must hold for the write to happen; without it a refused write would burn the key.
 */
export function claimKey(
  ctx: Ctx,
  userId: string,
  request: IdempotentRequest,
  answer: SQL | object,
  condition: SQL,
): SQL {
  const json = "queryChunks" in answer ? answer : sql`${JSON.stringify(answer)}`;
  const now = ctx.clock.now();
  const expired = now - ctx.limits.IDEMPOTENCY_HOURS * 3_600_000;
  return sql`
    INSERT INTO ${idempotencyKeys} (user_id, key, request_hash, answer, created_at)
    SELECT ${userId}, ${request.key}, ${request.hash}, ${json}, ${now} WHERE ${condition}
    ON CONFLICT (user_id, key) DO UPDATE SET
      request_hash = excluded.request_hash, answer = excluded.answer, created_at = excluded.created_at
    WHERE created_at < ${expired}`;
}

/** Reads what the key stands for; one row or none. */
export function readKey(userId: string, request: IdempotentRequest): SQL {
  return sql`SELECT request_hash, answer, created_at FROM ${idempotencyKeys}
    WHERE user_id = ${userId} AND key = ${request.key}`;
}

/**
 * The first answer again, from the row that `readKey` gave; null where the row is this very write's own or too old.
 * Throws `unprocessable` when the key came with another request.
 */
export function replayOf<T>(
  ctx: Ctx,
  request: IdempotentRequest,
  row: Readonly<Record<string, unknown>> | undefined,
): T | null {
  if (row === undefined) return null;
  const expired = ctx.clock.now() - ctx.limits.IDEMPOTENCY_HOURS * 3_600_000;
  if (Number(row["created_at"]) < expired) return null;
  if (row["request_hash"] !== request.hash) {
    throw new DomainError("unprocessable", "This Idempotency-Key was used with another request.");
  }
  return JSON.parse(String(row["answer"])) as T;
}

/** Removes keys older than IDEMPOTENCY_HOURS. */
export function pruneKeys(ctx: Ctx): SQL {
  return sql`DELETE FROM ${idempotencyKeys} WHERE created_at < ${ctx.clock.now() - ctx.limits.IDEMPOTENCY_HOURS * 3_600_000}`;
}
