import type { Ctx } from "../lib/context.ts";
import { DomainError } from "../lib/errors.ts";

/** Names that would shadow a page or a route at `/:username`, lower-cased. */
const RESERVED: ReadonlySet<string> = new Set(
  `about account accounts admin api apps assets auth bookmarks communities compose docs download dunlin explore favicon feed
   feeds hashtag healthz help home i intent jobs likes lists login logout media mentions messages metrics moderation
   notifications oauth oembed openapi privacy register robots search security service settings share signin signup
   sitemap static status statuses support terms timeline timelines tos trends tweet tweets users v1 well_known`.split(
    /\s+/,
  ),
);

/** Throws `invalid_request` for a name shorter than USERNAME_LENGTH_MIN. */
export function refuseShortUsername(ctx: Ctx, username: string): void {
  const least = ctx.limits.USERNAME_LENGTH_MIN;
  if (username.length >= least) return;
  const message = `username: must be ${least} to 15 characters of A-Z, a-z, 0-9 and _`;
  throw new DomainError("invalid_request", message, [{ message, parameters: { username: [] } }]);
}

/** Throws `unprocessable` for a name that the service keeps for itself. */
export function refuseReservedUsername(username: string): void {
  if (!RESERVED.has(username.toLowerCase())) return;
  throw new DomainError("unprocessable", "This username is reserved: a page of the service has that address.", [
    { message: "username: is reserved", parameters: { username: [username] } },
  ]);
}
