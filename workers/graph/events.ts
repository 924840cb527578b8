import * as z from "zod";

/** The room's public voice. */
export const followChanged = z.object({
  followerId: z.string(),
  followeeId: z.string(),
  /** 1 follows, 0 does not. */
  state: z.union([z.literal(0), z.literal(1)]),
  /** Of the edge; only a higher one than what is stored is applied. */
  version: z.number().int(),
});
export type FollowChanged = z.infer<typeof followChanged>;
export const FOLLOW_CHANGED = "follow-changed";
