import * as z from "zod";
import type { EdgeKind } from "./tables.ts";

/** The room's public voice: a user's edge to a tweet as it is now. Only a higher version than what is stored is applied. */
export const edgeChanged = z.object({
  userId: z.string(),
  tweetId: z.string(),
  state: z.union([z.literal(0), z.literal(1)]),
  version: z.number().int(),
});
export type EdgeChanged = z.infer<typeof edgeChanged>;

export const LIKE_CHANGED = "like-changed";
export const BOOKMARK_CHANGED = "bookmark-changed";

export type { EdgeKind };

/** Event kind of each kind of edge. */
export const EDGE_CHANGED = {
  like: LIKE_CHANGED,
  bookmark: BOOKMARK_CHANGED,
} as const satisfies Record<EdgeKind, string>;
