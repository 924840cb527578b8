import { createHmac } from "node:crypto";
import { perIsolate, type Ctx } from "./context.ts";
import { DomainError } from "./errors.ts";

/**
 * Paging tokens: opaque, and bound to the list they came from, so that a made-up token or one of another route is refused
 * instead of being read as a position. Whoever forged one would read from a position that `until_id` names as well: the tag
 * need not stand up to more than mistakes, and costs a hundredth of what a signature would on every page.
 */
/** Characters. */
const TOKEN_LENGTH_MAX = 512;

const seedsOf = perIsolate((runtime): readonly [number, number] => {
  const key = createHmac("sha256", "dunlin cursor").update(runtime.env.SIGNING_KEYS).digest();
  return [key.readUInt32LE(0), key.readUInt32LE(4)];
});

/** Two 32-bit hashes of `text`, each character mixed in by multiplication. */
function tagOf(ctx: Ctx, list: string, position: string): string {
  let [one, two] = seedsOf(ctx.runtime);
  const text = `${list}\n${position}`;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    one = Math.imul(one ^ code, 0x9e3779b1);
    two = Math.imul(two ^ code, 0x5f356495);
    one ^= two >>> 15;
    two ^= one >>> 13;
  }
  return `${(one >>> 0).toString(36)}${(two >>> 0).toString(36).padStart(7, "0")}`;
}

/**
 * The token that continues `list` after `position`.
 * @param list what is listed and for whom, for example `home:<user id>`.
 * @param position free text without a dot, for example an id.
 */
export function encodeCursor(ctx: Ctx, list: string, position: string): string {
  return `${Buffer.from(position).toString("base64url")}.${tagOf(ctx, list, position)}`;
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
