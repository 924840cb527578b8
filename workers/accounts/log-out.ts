import type { Ctx } from "../lib/context.ts";
import { DomainError } from "../lib/errors.ts";
import { parseToken } from "./sessions.ts";
import { endFamily } from "./writer.ts";

/**
 * Ends the session that a refresh token belongs to, all its tokens; an ended or unknown one stays ended. Its access
 * token stays good until it expires, ACCESS_TOKEN_SECONDS at most. Throws `invalid_request` for what is no refresh token.
 */
export async function logOut(ctx: Ctx, refreshToken: string): Promise<void> {
  const token = parseToken(refreshToken);
  if (token === null) throw new DomainError("invalid_request", "refresh_token: is not a refresh token");
  await endFamily(ctx, token.userId, token.familyId);
}
