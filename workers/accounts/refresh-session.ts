import type { Ctx } from "../lib/context.ts";
import { DomainError } from "../lib/errors.ts";
import { readFamily, type FamilyToken } from "./secrets-reader.ts";
import { accountInactive, newToken, parseToken, presentSession, type TokenKey } from "./sessions.ts";
import { endFamily, recordRotation } from "./writer.ts";
import type { NewSession } from "./session-answer.ts";

/** Tokens of one family beyond which a spent one gives no more successors: it bounds the rows one client can make. */
const FAMILY_TOKENS_MAX = 50;

type Verdict = "good" | "unknown" | "reused" | "expired" | "crowded";

/**
 * A new session answer for a refresh token, which is spent by it. Used again within REFRESH_REUSE_SECONDS it gives a
 * fresh successor each time; later, it has been copied: the whole family ends.
 * Throws `invalid_token` for every token that is no longer good, `account_inactive`, `rate_limited`.
 */
export async function refreshSession(ctx: Ctx, refreshToken: string): Promise<NewSession> {
  const spent = parseToken(refreshToken);
  if (spent === null) throw notGood();
  const now = ctx.clock.now();
  const reuseMs = ctx.limits.REFRESH_REUSE_SECONDS * 1000;
  const { tokens, active } = await readFamily(ctx, spent.userId, spent.familyId);
  const verdict = judge(tokens, spent.tokenHash, now, reuseMs);
  if (verdict === "reused") await endReused(ctx, spent);
  if (verdict === "crowded")
    throw new DomainError("rate_limited", "Refreshed too often: use the newest refresh token.");
  if (verdict !== "good") throw notGood();
  if (!active) throw accountInactive();
  const successor = newToken(ctx, spent.userId, spent.familyId);
  // The batch checks again what was judged here: a log-out or another refresh may have come in between.
  const recorded = await recordRotation(ctx, spent, successor, { now, reuseMs });
  if (!recorded) throw notGood();
  return presentSession(ctx, successor);
}

/** What the family's tokens say about the one with `tokenHash`. Times are Unix milliseconds. */
export function judge(family: readonly FamilyToken[], tokenHash: string, now: number, reuseMs: number): Verdict {
  if (family.length === 0) return "unknown";
  const token = family.find((one) => one.tokenHash === tokenHash);
  // Spent rows are pruned, and a family's id is no guess: a token missing from a living family was spent long ago.
  if (token === undefined) return "reused";
  if (token.expiresAt <= now) return "expired";
  if (token.spentAt === null) return "good";
  if (token.spentAt < now - reuseMs) return "reused";
  return family.length < FAMILY_TOKENS_MAX ? "good" : "crowded";
}

async function endReused(ctx: Ctx, { userId, familyId }: TokenKey): Promise<void> {
  ctx.log.warn("refresh token reused: session ended", { user_id: userId });
  await endFamily(ctx, userId, familyId);
}

/** The refusal of every refresh token that is not good: which check failed is nobody's business. */
export function notGood(): DomainError {
  return new DomainError(
    "invalid_token",
    "The refresh token is not valid, has expired or was used before. Log in again.",
  );
}
