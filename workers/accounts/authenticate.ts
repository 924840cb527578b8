import { BoundedMap } from "../lib/bounded-map.ts";
import { perIsolate, type Ctx } from "../lib/context.ts";
import type { Viewer } from "../lib/route.ts";
import { invalidToken, verifyAccessToken } from "./access-tokens.ts";

/** Characters. Ours are below 500: what is longer is not even parsed. */
const TOKEN_LENGTH_MAX = 4096;
const TOKENS_REMEMBERED = 10_000;

interface Verified {
  readonly viewer: Viewer;
  /** Unix milliseconds. */
  readonly expiresAt: number;
}

// By the whole token, never by a part of it: a part can be copied into a forged one.
const verifiedTokens = perIsolate(() => new BoundedMap<string, Verified>(TOKENS_REMEMBERED));

/**
 * Who sends a request with this Authorization header; null without one. No I/O, and a token's signature is checked once
 * in each isolate. So an ended session's access token stays good until it expires, ACCESS_TOKEN_SECONDS at most.
 * Throws `invalid_token` for whatever is not a good bearer token.
 */
export async function authenticate(ctx: Ctx, authorizationHeader: string | undefined): Promise<Viewer | null> {
  if (authorizationHeader === undefined) return null;
  const token = bearerTokenOf(authorizationHeader);
  const remembered = verifiedTokens(ctx.runtime);
  let verified = remembered.get(token);
  if (verified === undefined) {
    const { userId, expiresAt } = await verifyAccessToken(ctx, token);
    verified = { viewer: { userId, tokenExpiresAt: expiresAt }, expiresAt };
    remembered.set(token, verified);
  } else if (verified.expiresAt <= ctx.clock.now()) {
    remembered.delete(token);
    throw invalidToken();
  }
  return verified.viewer;
}

function bearerTokenOf(header: string): string {
  const token =
    header.length > TOKEN_LENGTH_MAX ? undefined : /^Bearer +([\w-]+\.[\w-]+\.[\w-]+) *$/i.exec(header)?.[1];
  if (token === undefined) throw invalidToken();
  return token;
}
