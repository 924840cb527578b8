/** Names that pages and routes have, lower-cased: as usernames they would be shadowed at `/:username`. */
const RESERVED: ReadonlySet<string> = new Set(
  `2 about account accounts admin api apps assets auth bookmarks communities compose docs download dunlin explore favicon
   feed feeds follow_requests hashtag healthz help home i index intent jobs likes lists login logout manifest media
   mentions messages metrics moderation notifications oauth oembed openapi privacy register robots search security service
   settings share shortcuts signin signup sitemap static status statuses support terms timeline timelines tos trends tweet
   tweets users v1 well_known`.split(/\s+/),
);

/** True for a name that no account can have, in any case. */
export const isReservedName = (name: string): boolean => RESERVED.has(name.toLowerCase());
