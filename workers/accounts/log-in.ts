import type { Ctx } from "../lib/context.ts";
import { DomainError } from "../lib/errors.ts";
import type { LogInBody } from "./contract.ts";
import { verifyPassword } from "./passwords.ts";
import { readCredentials } from "./secrets-reader.ts";
import { accountInactive, newToken, presentSession } from "./sessions.ts";
import { recordSession } from "./writer.ts";
import type { NewSession } from "./session-answer.ts";

/**
 * A new session for who knows the password. Throws `invalid_token`, with the same words after the same work, for an
 * unknown username and for a wrong password; `account_inactive` only to who knows the password.
 */
export async function logIn(ctx: Ctx, asked: LogInBody): Promise<NewSession> {
  const known = await readCredentials(ctx, asked.username);
  const proven = await verifyPassword(asked.password, known?.passwordHash ?? null, ctx.limits.PASSWORD_SCRYPT_N);
  if (known === null || !proven) throw new DomainError("invalid_token", "The username or the password is wrong.");
  const token = newToken(ctx, known.userId);
  const recorded = await recordSession(ctx, token, ctx.clock.now());
  if (!recorded) throw accountInactive();
  return presentSession(ctx, token);
}
