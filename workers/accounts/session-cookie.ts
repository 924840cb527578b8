import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { DomainError } from "../lib/errors.ts";
import type { AppEnv } from "../lib/route.ts";
import { SESSION_HEADER, sessionHeader, type RefreshBody } from "./contract.ts";
import type { NewSession, SessionData } from "./session-answer.ts";
import { parseToken } from "./sessions.ts";

/**
 * How a refresh token travels: in JSON, or, for who sends `x-session: cookie`, as a cookie that no script can read.
 * docs/decisions/019-browser-sessions.md says why the header and SameSite are enough against foreign pages.
 */

const COOKIE = "refresh_token";
const DAY_SECONDS = 86_400;
/** Browsers keep no cookie for longer. */
const COOKIE_DAYS_MAX = 400;

/** True where the token travels as a cookie. Throws `invalid_request` for a header that asks for something else. */
export function usesCookie(c: Context<AppEnv>): boolean {
  const asked = sessionHeader.safeParse({ [SESSION_HEADER]: c.req.header(SESSION_HEADER) });
  if (!asked.success) throw new DomainError("invalid_request", `${SESSION_HEADER}: must be "cookie", or not be sent`);
  return asked.data[SESSION_HEADER] !== undefined;
}

/** A session as it goes out: the refresh token stays in it, or leaves as a cookie. */
export function handOver(c: Context<AppEnv>, session: NewSession): SessionData {
  if (!usesCookie(c)) return session;
  const { refresh_token, ...rest } = session;
  const days = Math.min(c.var.ctx.limits.REFRESH_TOKEN_DAYS, COOKIE_DAYS_MAX);
  setCookie(c, COOKIE, refresh_token, { ...cookieOptions(c), maxAge: Math.floor(days * DAY_SECONDS) });
  return rest;
}

/** The refresh token that came; null where a cookie should hold one and does not. Throws `invalid_request` without one. */
export function refreshTokenOf(c: Context<AppEnv>, body: RefreshBody): string | null {
  if (usesCookie(c)) {
    const held = getCookie(c, COOKIE) ?? "";
    return parseToken(held) === null ? null : held;
  }
  if (body.refresh_token !== undefined) return body.refresh_token;
  const message = "refresh_token: is needed";
  throw new DomainError("invalid_request", message, [{ message, parameters: { refresh_token: [] } }]);
}

/** Takes the cookie away, on an error answer too; nothing where there is no use of it. */
export function dropCookie(c: Context<AppEnv>): void {
  if (usesCookie(c)) deleteCookie(c, COOKIE, cookieOptions(c));
}

/** Sent to the session routes below the same prefix, and to nothing else. */
function cookieOptions(c: Context<AppEnv>) {
  const { pathname, protocol } = new URL(c.req.url);
  const path = pathname.slice(0, pathname.lastIndexOf("/"));
  // By the connection itself: what `x-forwarded-proto` says about it anybody may write.
  return { path, httpOnly: true, sameSite: "Strict", secure: protocol === "https:" } as const;
}
