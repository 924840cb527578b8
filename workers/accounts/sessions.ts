import { createHash, randomBytes } from "node:crypto";
import type { Ctx } from "../lib/context.ts";
import { DomainError } from "../lib/errors.ts";
import { hydrateUsers } from "../hydrate/users.ts";
import { Viewing } from "../hydrate/viewing.ts";
import { parseId, unpadId } from "../lib/snowflake.ts";
import { signAccessToken } from "./access-tokens.ts";
import type { NewSession } from "./session-answer.ts";

const FAMILY_BYTES = 16;
const SECRET_BYTES = 32;
const DAY_MS = 86_400_000;

/** Which refresh token, as the store knows it: only the hash of its secret is kept. */
export interface TokenKey {
  readonly userId: string;
  /** One log-in and all its rotations. Whoever knows it can end the session, nothing more. */
  readonly familyId: string;
  /** SHA-256 of the secret, in base64url. */
  readonly tokenHash: string;
}

/** A refresh token that is about to be handed out. */
export interface NewToken extends TokenKey {
  /** The token's text, `<user id>.<family id>.<secret>`: the client's only. */
  readonly text: string;
  /** Unix milliseconds. */
  readonly expiresAt: number;
}

/** A fresh refresh token for `userId`: the next of `familyId`, or the first of a new family. */
export function newToken(ctx: Ctx, userId: string, familyId = randomText(FAMILY_BYTES)): NewToken {
  const secret = randomText(SECRET_BYTES);
  return {
    userId,
    familyId,
    tokenHash: hashOf(secret),
    text: `${unpadId(userId)}.${familyId}.${secret}`,
    expiresAt: ctx.clock.now() + ctx.limits.REFRESH_TOKEN_DAYS * DAY_MS,
  };
}

/** The key of the refresh token `text`; null unless it has the form of ours. */
export function parseToken(text: string): TokenKey | null {
  const [, id = "", familyId = "", secret = ""] = /^(\d{1,19})\.([\w-]{22})\.([\w-]{43})$/.exec(text) ?? [];
  const userId = parseId(id);
  return userId === null ? null : { userId, familyId, tokenHash: hashOf(secret) };
}

/** What a client gets for a log-in or a refresh. Throws `account_inactive` where the account ended meanwhile. */
export async function presentSession(ctx: Ctx, token: NewToken): Promise<NewSession> {
  const { userId, familyId } = token;
  const [accessToken, users] = await Promise.all([
    signAccessToken(ctx, userId, familyId),
    hydrateUsers(ctx, new Viewing(ctx, { userId }), [userId], {}),
  ]);
  const user = users.get(userId);
  if (user === undefined) throw accountInactive();
  return {
    user,
    access_token: accessToken,
    refresh_token: token.text,
    token_type: "bearer",
    expires_in: ctx.limits.ACCESS_TOKEN_SECONDS,
  };
}

/** The refusal of everything an account does that is not active. */
export function accountInactive(): DomainError {
  return new DomainError("account_inactive", "This account is not active.");
}

function randomText(bytes: number): string {
  return randomBytes(bytes).toString("base64url");
}

function hashOf(secret: string): string {
  return createHash("sha256").update(secret).digest("base64url");
}
