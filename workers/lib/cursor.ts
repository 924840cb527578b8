import { createHmac } from "node:crypto";
import { perIsolate, type Ctx } from "./context.ts";
import { DomainError } from "./errors.ts";

/**
 * Paging tokens: opaque, signed, and bound to the list they came from, so that a made-up token or one of another route
 * is refused instead of being read as a position.
 */
const MAC_BYTES = 9;
/** Characters. */
const TOKEN_LENGTH_MAX = 512;

const keyOf = perIsolate((runtime) => createHmac("sha256", "dunlin cursor").update(runtime.env.SIGNING_KEYS).digest());

function mac(ctx: Ctx, list: string, position: string): string {
  return createHmac("sha256", keyOf(ctx.runtime))
    .update(`${list}\n${position}`)
    .digest()
    .subarray(0, MAC_BYTES)
    .toString("base64url");
}

/**
 * The token that continues `list` after `position`.
 * @param list what is listed and for whom, for example `home:<user id>`.
 * @param position free text without a dot, for example an id.
 */
export function encodeCursor(ctx: Ctx, list: string, position: string): string {
  return `${Buffer.from(position).toString("base64url")}.${mac(ctx, list, position)}`;
}

/** The position inside `token`. Throws `invalid_request` for one that `list` did not give. */
export function decodeCursor(ctx: Ctx, list: string, token: string): string {
  if (token.length <= TOKEN_LENGTH_MAX) {
    const position = Buffer.from(token.replace(/\..*$/s, ""), "base64url").toString();
    // The whole text is compared: base64 is read leniently, and a changed token must not pass for the one it was.
    if (encodeCursor(ctx, list, position) === token) return position;
  }
  throw new DomainError("invalid_request", "The pagination_token is stale or was not given by this list.", [
    { message: "invalid pagination_token", parameters: { pagination_token: [token.slice(0, 64)] } },
  ]);
}
