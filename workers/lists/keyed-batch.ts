import type { SQL } from "drizzle-orm";
import type { Ctx } from "../lib/context.ts";
import { claimKey, readKey, type IdempotentRequest } from "../lib/idempotency.ts";

/** A write that may come with an Idempotency-Key, and what it answers. */
export interface Idempotency {
  readonly request: IdempotentRequest;
  readonly answer: object;
}

/** The row that a key stands for after a batch. */
export type KeyRow = Readonly<Record<string, unknown>> | undefined;

/** The first statement of a batch with a key; without one there is none. */
export function claim(ctx: Ctx, userId: string, idempotency: Idempotency | null, condition: SQL): SQL[] {
  return idempotency === null ? [] : [claimKey(ctx, userId, idempotency.request, idempotency.answer, condition)];
}

/** Its last statement. */
export function readClaim(userId: string, idempotency: Idempotency | null): SQL[] {
  return idempotency === null ? [] : [readKey(userId, idempotency.request)];
}
