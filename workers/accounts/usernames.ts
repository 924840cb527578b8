import { DomainError } from "../lib/errors.ts";

/** Names that would shadow a page or a route at `/:username`, lower-cased. Shorter ones cannot be registered anyway. */
const RESERVED: ReadonlySet<string> = new Set(
  `about account accounts admin apps assets auth bookmarks communities compose docs download dunlin explore favicon feed
   feeds hashtag healthz help home intent jobs likes lists login logout media mentions messages metrics moderation
   notifications oauth oembed openapi privacy register robots search security service settings share signin signup
   sitemap static status statuses support terms timeline timelines trends tweet tweets users well_known`.split(/\s+/),
);

/** Throws `unprocessable` for a name that the service keeps for itself. */
export function refuseReservedUsername(username: string): void {
  if (!RESERVED.has(username.toLowerCase())) return;
  throw new DomainError("unprocessable", "This username is reserved: a page of the service has that address.", [
    { message: "username: is reserved", parameters: { username: [username] } },
  ]);
}
