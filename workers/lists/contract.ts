import * as z from "zod";
import { listPaging, userAsking, usersAnswer } from "../hydrate/contract.ts";
import { listAnswer, listAsking, listsAnswer } from "../hydrate/list-contract.ts";
import { idField, textField } from "../lib/fields.ts";
import { operation, type Operation } from "../lib/route.ts";

const tag = "Lists";
const PAGE_MAX = 100;
const oneId = z.object({ id: idField });

const name = textField(1, 25).refine((text) => /\S/.test(text), "must not be blank");
const description = textField(0, 100);
const listDraft = z
  .object({ name, description: description.default(""), private: z.boolean().default(false) })
  .meta({ id: "CreateList" });
const listChanges = z
  .object({ name, description, private: z.boolean() })
  .partial()
  .refine((body) => Object.values(body).some((value) => value !== undefined), "give name, description or private")
  .meta({ id: "UpdateList" });

const data = <Shape extends z.ZodRawShape>(shape: Shape) => z.object({ data: z.object(shape) });
const member = data({ is_member: z.boolean() });
const following = data({ following: z.boolean() });
const pinned = data({ pinned: z.boolean() });

export const createListOperation = operation({
  method: "post",
  path: "/lists",
  id: "createList",
  tag,
  summary: "Create a list",
  description: "A private list is seen, followed and pinned by nobody but you.",
  auth: "required",
  body: listDraft,
  success: { status: 201, description: "created", schema: data({ id: z.string(), name: z.string() }) },
  errors: [403, 413, 415, 422],
});

export const updateListOperation = operation({
  method: "put",
  path: "/lists/:id",
  id: "updateList",
  tag,
  summary: "Change a list of yours",
  description: "Only what is given changes. A list that turns private leaves the pages of those who follow it.",
  auth: "required",
  params: oneId,
  body: listChanges,
  success: { status: 200, description: "changed", schema: data({ updated: z.boolean() }) },
  errors: [403, 404, 413, 415],
});

export const deleteListOperation = operation({
  method: "delete",
  path: "/lists/:id",
  id: "deleteList",
  tag,
  summary: "Delete a list of yours",
  description: "Deleting it again answers the same.",
  auth: "required",
  params: oneId,
  success: { status: 200, description: "deleted", schema: data({ deleted: z.boolean() }) },
  errors: [403, 404],
});

export const getListOperation = operation({
  method: "get",
  path: "/lists/:id",
  id: "getList",
  tag,
  summary: "A list",
  auth: "optional",
  params: oneId,
  query: z.object(listAsking),
  success: { status: 200, description: "the list", schema: listAnswer },
  errors: [404],
});

export const getListMembersOperation = operation({
  method: "get",
  path: "/lists/:id/members",
  id: "getListMembers",
  tag,
  summary: "Who is in a list",
  description: "Newest account first.",
  auth: "required",
  params: oneId,
  query: z.object({ ...listPaging(PAGE_MAX), ...userAsking }),
  success: { status: 200, description: "a page of users", schema: usersAnswer },
  errors: [404],
});

export const addListMemberOperation = operation({
  method: "post",
  path: "/lists/:id/members",
  id: "addListMember",
  tag,
  summary: "Add a user to a list of yours",
  description: "Adding somebody twice is adding them once. 403 for a user who blocks you, and where the list is full.",
  auth: "required",
  params: oneId,
  body: z.object({ user_id: idField }).meta({ id: "AddListMember" }),
  success: { status: 200, description: "added", schema: member },
  errors: [403, 404, 413, 415, 422],
});

export const removeListMemberOperation = operation({
  method: "delete",
  path: "/lists/:id/members/:user_id",
  id: "removeListMember",
  tag,
  summary: "Remove a user from a list of yours",
  description: "Removing somebody who is not in it changes nothing.",
  auth: "required",
  params: z.object({ id: idField, user_id: idField }),
  success: { status: 200, description: "not in the list any more", schema: member },
  errors: [403, 404],
});

export const getListFollowersOperation = operation({
  method: "get",
  path: "/lists/:id/followers",
  id: "getListFollowers",
  tag,
  summary: "Who follows a list",
  description: "Newest account first.",
  auth: "required",
  params: oneId,
  query: z.object({ ...listPaging(PAGE_MAX), ...userAsking }),
  success: { status: 200, description: "a page of users", schema: usersAnswer },
  errors: [404],
});

const userLists = {
  method: "get",
  tag,
  auth: "required",
  params: oneId,
  query: z.object({ ...listPaging(PAGE_MAX), ...listAsking }),
  success: { status: 200, description: "a page of lists, newest first", schema: listsAnswer },
  errors: [404],
} as const;

export const getOwnedListsOperation = operation({
  ...userLists,
  path: "/users/:id/owned_lists",
  id: "getOwnedLists",
  summary: "The lists that a user owns",
});

export const getListMembershipsOperation = operation({
  ...userLists,
  path: "/users/:id/list_memberships",
  id: "getListMemberships",
  summary: "The lists that a user is in",
});

export const getFollowedListsOperation = operation({
  ...userLists,
  path: "/users/:id/followed_lists",
  id: "getFollowedLists",
  summary: "The lists that a user follows",
});

export const followListOperation = operation({
  method: "post",
  path: "/users/:id/followed_lists",
  id: "followList",
  tag,
  summary: "Follow a list",
  description: "`id` is your own. Following a list twice is following it once.",
  auth: "required",
  params: oneId,
  body: z.object({ list_id: idField }).meta({ id: "FollowList" }),
  success: { status: 200, description: "followed", schema: following },
  errors: [403, 404, 413, 415, 422],
});

export const unfollowListOperation = operation({
  method: "delete",
  path: "/users/:id/followed_lists/:list_id",
  id: "unfollowList",
  tag,
  summary: "Unfollow a list",
  description: "`id` is your own. Unfollowing a list that you do not follow, or that is gone, changes nothing.",
  auth: "required",
  params: z.object({ id: idField, list_id: idField }),
  success: { status: 200, description: "not followed any more", schema: following },
  errors: [403],
});

export const getPinnedListsOperation = operation({
  method: "get",
  path: "/users/:id/pinned_lists",
  id: "getPinnedLists",
  tag,
  summary: "The lists that you have pinned",
  description: "`id` is your own. All of them, newest list first.",
  auth: "required",
  params: oneId,
  query: z.object(listAsking),
  success: { status: 200, description: "lists", schema: listsAnswer },
  errors: [403],
});

export const pinListOperation = operation({
  method: "post",
  path: "/users/:id/pinned_lists",
  id: "pinList",
  tag,
  summary: "Pin a list",
  description: "`id` is your own. 403 where you have pinned as many as you may.",
  auth: "required",
  params: oneId,
  body: z.object({ list_id: idField }).meta({ id: "PinList" }),
  success: { status: 200, description: "pinned", schema: pinned },
  errors: [403, 404, 413, 415, 422],
});

export const unpinListOperation = operation({
  method: "delete",
  path: "/users/:id/pinned_lists/:list_id",
  id: "unpinList",
  tag,
  summary: "Take a pin off a list",
  description: "`id` is your own. A list that is not pinned stays so.",
  auth: "required",
  params: z.object({ id: idField, list_id: idField }),
  success: { status: 200, description: "not pinned any more", schema: pinned },
  errors: [403],
});

export const operations: readonly Operation[] = [
  createListOperation,
  updateListOperation,
  deleteListOperation,
  getListOperation,
  getListMembersOperation,
  addListMemberOperation,
  removeListMemberOperation,
  getListFollowersOperation,
  getOwnedListsOperation,
  getListMembershipsOperation,
  getFollowedListsOperation,
  followListOperation,
  unfollowListOperation,
  getPinnedListsOperation,
  pinListOperation,
  unpinListOperation,
];
