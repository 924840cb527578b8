import * as z from "zod";
import { userAsking, usersAnswer } from "../hydrate/contract.ts";
import { idField, maxResultsField } from "../lib/fields.ts";
import { operation, type Operation } from "../lib/route.ts";

const tag = "Follows";
const userId = z.object({ id: idField });
const page = z.object({
  max_results: maxResultsField(1000),
  pagination_token: z.string().optional(),
  ...userAsking,
});

export const followUserOperation = operation({
  method: "post",
  path: "/users/:id/following",
  id: "followUser",
  tag,
  summary: "Follow a user",
  description: "`id` is your own. Following somebody twice is following them once.",
  auth: "required",
  params: userId,
  body: z.object({ target_user_id: idField }).meta({ id: "FollowUser" }),
  success: {
    status: 200,
    description: "followed",
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
  description: "`id` is your own. Unfollowing somebody you do not follow changes nothing.",
  auth: "required",
  params: z.object({ id: idField, target: idField }),
  success: {
    status: 200,
    description: "not followed any more",
    schema: z.object({ data: z.object({ following: z.boolean() }) }),
  },
  errors: [403],
});

export const getFollowingOperation = operation({
  method: "get",
  path: "/users/:id/following",
  id: "getFollowing",
  tag,
  summary: "Whom a user follows",
  description: "In order of the ids followed, newest account first.",
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
  description: "In an order that stays the same, which is not that of time.",
  auth: "required",
  params: userId,
  query: page,
  success: { status: 200, description: "a page of users", schema: usersAnswer },
  errors: [404],
});

export const operations: readonly Operation[] = [
  followUserOperation,
  unfollowUserOperation,
  getFollowingOperation,
  getFollowersOperation,
];
