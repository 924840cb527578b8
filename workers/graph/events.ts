import * as z from "zod";

/** The room's public voice. Versions are of the edge: only a higher one than what is stored is applied. */
const version = z.number().int();
const onOff = z.union([z.literal(0), z.literal(1)]);

/** A forward edge that is neither is 0: not followed. */
export const FOLLOWING = 1;
/** Has asked to follow a protected account. */
export const REQUESTED = 2;

export const followChanged = z.object({
  followerId: z.string(),
  followeeId: z.string(),
  state: z.union([z.literal(0), z.literal(FOLLOWING), z.literal(REQUESTED)]),
  version,
});
export type FollowChanged = z.infer<typeof followChanged>;
export const FOLLOW_CHANGED = "follow-changed";

/** A protected account's word on who asked to follow it. */
export const followAnswered = z.object({
  requesterId: z.string(),
  userId: z.string(),
  /** Of the request: the answer is to no other. */
  version,
  approved: z.boolean(),
});
export type FollowAnswered = z.infer<typeof followAnswered>;
export const FOLLOW_ANSWERED = "follow-answered";

export const blockChanged = z.object({
  blockerId: z.string(),
  blockedId: z.string(),
  state: onOff,
  /** Odd where it blocks. */
  version,
});
export type BlockChanged = z.infer<typeof blockChanged>;
export const BLOCK_CHANGED = "block-changed";

export const muteChanged = z.object({
  muterId: z.string(),
  mutedId: z.string(),
  state: onOff,
  version,
  /** Unix milliseconds at which it ends by itself. */
  until: z.number().nullable(),
});
export type MuteChanged = z.infer<typeof muteChanged>;
export const MUTE_CHANGED = "mute-changed";

export const mutedWordsChanged = z.object({
  userId: z.string(),
  /** All of them: lower-cased word -> Unix milliseconds at which its mute ends by itself, or null. */
  // zod's own record drops the word `__proto__`.
  words: z.custom<Readonly<Record<string, number | null>>>(
    (words) =>
      typeof words === "object" &&
      words !== null &&
      Object.values(words).every((until) => until === null || typeof until === "number"),
  ),
  version,
});
export type MutedWordsChanged = z.infer<typeof mutedWordsChanged>;
export const MUTED_WORDS_CHANGED = "muted-words-changed";
