import * as z from "zod";

/** The room's public voice. */
export const listMemberChanged = z.object({
  listId: z.string(),
  userId: z.string(),
  /** 0 is in the list no more, 1 is in a public list, 2 in a private one. */
  state: z.union([z.literal(0), z.literal(1), z.literal(2)]),
  /** Of the edge; only a higher one than what is stored is applied. */
  version: z.number().int(),
});
export type ListMemberChanged = z.infer<typeof listMemberChanged>;
export const LIST_MEMBER_CHANGED = "list-member-changed";

/** Every member stands to the list in another way: it has turned private or public, or is deleted. */
export const listStandingChanged = z.object({ listId: z.string() });
export type ListStandingChanged = z.infer<typeof listStandingChanged>;
export const LIST_PRIVACY_CHANGED = "list-privacy-changed";
export const LIST_DELETED = "list-deleted";

export const listFollowChanged = z.object({
  listId: z.string(),
  userId: z.string(),
  /** 1 follows, 0 does not. */
  state: z.union([z.literal(0), z.literal(1)]),
  version: z.number().int(),
});
export type ListFollowChanged = z.infer<typeof listFollowChanged>;
export const LIST_FOLLOW_CHANGED = "list-follow-changed";
