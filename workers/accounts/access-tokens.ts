import { jwtVerify, SignJWT } from "jose";
import type { Ctx } from "../lib/context.ts";
import { DomainError } from "../lib/errors.ts";
import { parseId, unpadId } from "../lib/snowflake.ts";
import { SIGNING_ALGORITHM, signingKeys } from "./signing-keys.ts";

const ISSUER = "dunlin";
const AUDIENCE = "dunlin";

/** What a good access token says. */
export interface AccessClaims {
  readonly userId: string;
  /** The session it belongs to. */
  readonly familyId: string;
  /** Unix milliseconds. */
  readonly expiresAt: number;
}

/** A JWT that lets its bearer act as `userId` for ACCESS_TOKEN_SECONDS. */
export async function signAccessToken(ctx: Ctx, userId: string, familyId: string): Promise<string> {
  const { signing } = await signingKeys(ctx);
  const issuedAt = Math.floor(ctx.clock.now() / 1000);
  return new SignJWT({ sid: familyId })
    .setProtectedHeader({ alg: SIGNING_ALGORITHM, kid: signing.kid, typ: "JWT" })
    .setSubject(unpadId(userId))
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + ctx.limits.ACCESS_TOKEN_SECONDS)
    .sign(signing.key);
}

/** The claims of `token`. No I/O. Throws `invalid_token` unless one of our keys signed it and it has not expired. */
export async function verifyAccessToken(ctx: Ctx, token: string): Promise<AccessClaims> {
  const { verifying } = await signingKeys(ctx);
  try {
    // jose looks at `alg` first, then asks for the key by `kid`: a foreign token costs no signature check.
    const { payload } = await jwtVerify(token, (header) => known(verifying.get(header.kid ?? "")), {
      algorithms: [SIGNING_ALGORITHM],
      issuer: ISSUER,
      audience: AUDIENCE,
      requiredClaims: ["sub", "sid", "iat", "exp"],
      currentDate: new Date(ctx.clock.now()),
    });
    const userId = parseId(payload.sub ?? "");
    const { sid, exp } = payload;
    return {
      userId: known(userId),
      familyId: known(typeof sid === "string" ? sid : null),
      expiresAt: known(exp) * 1000,
    };
  } catch (error) {
    ctx.log.debug("access token refused", { error });
    throw invalidToken();
  }
}

/** The refusal of every bad access token: which check failed is nobody's business. */
export function invalidToken(): DomainError {
  return new DomainError("invalid_token", "The access token is not valid, or has expired.");
}

function known<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw invalidToken();
  return value;
}
