import * as z from "zod";
import { listPaging, userAsking, usersAnswer } from "../hydrate/contract.ts";
import { idField } from "../lib/fields.ts";
import { operation, type Operation } from "../lib/route.ts";
import { operations as hidingOperations } from "./hiding-contract.ts";

const tag = "Follows";
const userId = z.object({ id: idField });
const page = z.object({ ...listPaging(1000), ...userAsking });

export const followUserOperation = operation({
  method: "post",
  path: "/users/:id/following",
  id: "followUser",
  tag,
  summary: "Follow a user",
  description:
    "`id` is your own. Following somebody twice is following them once. A protected account is asked: `pending_follow` is " +
    "true until it answers.",
  auth: "required",
  params: userId,
  body: z.object({ target_user_id: idField }).meta({ id: "FollowUser" }),
  success: {
    status: 200,
    description: "followed, or asked",
    schema: z.object({ data: z.object({ following: z.boolean(), pending_follow: z.boolean() }) }),
  },
  errors: [403, 404, 413, 415, 422],
});

export const unfollowUserOperation = operation({
  method: "delete",
  path: "/users/:id/following/:target",
  id: "unfollowUser",
  tag,
  summary: "Unfollow a user",
  description:
    "`id` is your own. Withdraws a request to follow as well. Unfollowing somebody you do not follow changes nothing.",
  auth: "required",
  params: z.object({ id: idField, target: idField }),
  success: {
    status: 200,
    description: "not followed any more",
    schema: z.object({ data: z.object({ following: z.boolean() }) }),
  },
  errors: [403],
});

const KEPT_FROM_OTHERS =
  "Of a protected account only its followers see it, and where a block stands between you neither does: `errors` says so.";

export const getFollowingOperation = operation({
  method: "get",
  path: "/users/:id/following",
  id: "getFollowing",
  tag,
  summary: "Whom a user follows",
  description: `In order of the ids followed, newest account first. ${KEPT_FROM_OTHERS}`,
  auth: "required",
  params: userId,
  query: page,
  success: { status: 200, description: "a page of users", schema: usersAnswer },
  errors: [404],
});

export const getFollowersOperation = operation({
  method: "get",
  path: "/users/:id/followers",
  id: "getFollowers",
  tag,
  summary: "Who follows a user",
  description: `In an order that stays the same, which is not that of time. ${KEPT_FROM_OTHERS}`,
  auth: "required",
  params: userId,
  query: page,
  success: { status: 200, description: "a page of users", schema: usersAnswer },
  errors: [404],
});

export const getFollowRequestsOperation = operation({
  method: "get",
  path: "/users/:id/follow_requests",
  id: "getFollowRequests",
  tag,
  summary: "Who asks to follow you",
  description: "`id` is your own. Newest account first.",
  auth: "required",
  params: userId,
  query: page,
  success: { status: 200, description: "a page of users", schema: usersAnswer },
  errors: [403],
});

const answering = {
  method: "post",
  tag,
  auth: "required",
  params: z.object({ id: idField, requester: idField }),
  success: {
    status: 200,
    description: "answered",
    schema: z.object({ data: z.object({ approved: z.boolean() }) }),
  },
  errors: [403, 404, 422],
} as const;

export const approveRequestOperation = operation({
  ...answering,
  path: "/users/:id/follow_requests/:requester/approve",
  id: "approveFollowRequest",
  summary: "Let somebody follow you",
  description: "`id` is your own. They follow a moment later. Approving who follows you already changes nothing.",
});

export const refuseRequestOperation = operation({
  ...answering,
  path: "/users/:id/follow_requests/:requester/refuse",
  id: "refuseFollowRequest",
  summary: "Refuse somebody who asks to follow you",
  description: "`id` is your own. They are not told, and may ask again. Refusing who does not ask changes nothing.",
});

export const operations: readonly Operation[] = [
  followUserOperation,
  unfollowUserOperation,
  getFollowingOperation,
  getFollowersOperation,
  getFollowRequestsOperation,
  approveRequestOperation,
  refuseRequestOperation,
  ...hidingOperations,
];
