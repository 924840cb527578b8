import * as z from "zod";
import { listMeta, listPaging, userAsking, usersAnswer } from "../hydrate/contract.ts";
import { idField, textField, timeField } from "../lib/fields.ts";
import { operation, type Operation } from "../lib/route.ts";
import { mutedWord } from "./muted-word.ts";

/** Blocks, mutes and muted words: who and what somebody does not want to see. */
const BLOCKS = "Blocks";
const MUTES = "Mutes";
const userId = z.object({ id: idField });
const page = z.object({ ...listPaging(1000), ...userAsking });
const target = z.object({ id: idField, target: idField });
const expiresAt = timeField.optional();

const blocked = z.object({ data: z.object({ blocking: z.boolean() }) });
const muted = z.object({ data: z.object({ muting: z.boolean() }) });

export const blockUserOperation = operation({
  method: "post",
  path: "/users/:id/blocking",
  id: "blockUser",
  tag: BLOCKS,
  summary: "Block a user",
  description:
    "`id` is your own. Follows and requests to follow between you end, and neither sees the other's tweets. Blocking twice " +
    "is blocking once.",
  auth: "required",
  params: userId,
  body: z.object({ target_user_id: idField }).meta({ id: "BlockUser" }),
  success: { status: 200, description: "blocked", schema: blocked },
  errors: [403, 404, 413, 415, 422],
});

export const unblockUserOperation = operation({
  method: "delete",
  path: "/users/:id/blocking/:target",
  id: "unblockUser",
  tag: BLOCKS,
  summary: "Unblock a user",
  description: "`id` is your own. No follow comes back. Unblocking somebody you do not block changes nothing.",
  auth: "required",
  params: target,
  success: { status: 200, description: "not blocked any more", schema: blocked },
  errors: [403],
});

export const getBlockingOperation = operation({
  method: "get",
  path: "/users/:id/blocking",
  id: "getBlocking",
  tag: BLOCKS,
  summary: "Whom you block",
  description: "`id` is your own. Newest account first.",
  auth: "required",
  params: userId,
  query: page,
  success: { status: 200, description: "a page of users", schema: usersAnswer },
  errors: [403],
});

export const muteUserOperation = operation({
  method: "post",
  path: "/users/:id/muting",
  id: "muteUser",
  tag: MUTES,
  summary: "Mute a user",
  description:
    "`id` is your own. Their tweets leave your timelines; a follow stays. With `expires_at` the mute ends then. Muting " +
    "again replaces the end.",
  auth: "required",
  params: userId,
  body: z.object({ target_user_id: idField, expires_at: expiresAt }).meta({ id: "MuteUser" }),
  success: { status: 200, description: "muted", schema: muted },
  errors: [403, 404, 413, 415, 422],
});

export const unmuteUserOperation = operation({
  method: "delete",
  path: "/users/:id/muting/:target",
  id: "unmuteUser",
  tag: MUTES,
  summary: "Unmute a user",
  description: "`id` is your own. Unmuting somebody you do not mute changes nothing.",
  auth: "required",
  params: target,
  success: { status: 200, description: "not muted any more", schema: muted },
  errors: [403],
});

export const getMutingOperation = operation({
  method: "get",
  path: "/users/:id/muting",
  id: "getMuting",
  tag: MUTES,
  summary: "Whom you mute",
  description: "`id` is your own. Newest account first.",
  auth: "required",
  params: userId,
  query: page,
  success: { status: 200, description: "a page of users", schema: usersAnswer },
  errors: [403],
});

/** A word or phrase as it is compared: without case and without space around it. No path could name `.` or `..`. */
const word = textField(1, 100)
  .transform((text) => text.trim().toLowerCase())
  .refine(
    (text) => !/^\.{0,2}$|\p{Cc}/u.test(text),
    "must not be blank, nor hold control characters, nor be one dot or two",
  )
  .meta({ type: "string", minLength: 1, maxLength: 100 });

export const getMutedWordsOperation = operation({
  method: "get",
  path: "/users/:id/muted_words",
  id: "getMutedWords",
  tag: MUTES,
  summary: "Words you mute",
  description: "`id` is your own. All of them, in order.",
  auth: "required",
  params: userId,
  success: {
    status: 200,
    description: "words",
    schema: z.object({ data: z.array(mutedWord).optional(), meta: listMeta }),
  },
  errors: [403],
});

export const muteWordOperation = operation({
  method: "post",
  path: "/users/:id/muted_words",
  id: "muteWord",
  tag: MUTES,
  summary: "Mute a word or phrase",
  description:
    "`id` is your own. Tweets that have it by itself, in any case, leave your timelines. Muting it again replaces " +
    "`expires_at`. At most 200.",
  auth: "required",
  params: userId,
  body: z.object({ word, expires_at: expiresAt }).meta({ id: "MuteWord" }),
  success: { status: 200, description: "muted", schema: z.object({ data: mutedWord }) },
  errors: [403, 413, 415, 422],
});

export const unmuteWordOperation = operation({
  method: "delete",
  path: "/users/:id/muted_words/:word",
  id: "unmuteWord",
  tag: MUTES,
  summary: "Unmute a word or phrase",
  description: "`id` is your own. Unmuting what is not muted changes nothing.",
  auth: "required",
  params: z.object({ id: idField, word }),
  success: { status: 200, description: "not muted any more", schema: muted },
  errors: [403],
});

export const operations: readonly Operation[] = [
  blockUserOperation,
  unblockUserOperation,
  getBlockingOperation,
  muteUserOperation,
  unmuteUserOperation,
  getMutingOperation,
  getMutedWordsOperation,
  muteWordOperation,
  unmuteWordOperation,
];
