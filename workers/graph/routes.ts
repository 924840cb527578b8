import { Hono } from "hono";
import { presentUserPage } from "../hydrate/answers.ts";
import { readIdempotency } from "../lib/idempotency.ts";
import { requireSelf } from "../lib/require-self.ts";
import { handle, type AppEnv } from "../lib/route.ts";
import {
  followUserOperation,
  getFollowersOperation,
  getFollowingOperation,
  unfollowUserOperation,
} from "./contract.ts";
import { followUser } from "./follow-user.ts";
import { listFollowers, listFollowing } from "./list-follows.ts";
import { unfollowUser } from "./unfollow-user.ts";

const routes = new Hono<AppEnv>();

handle(routes, followUserOperation, async ({ ctx, actor, params, body }, c) => {
  requireSelf(actor, params.id);
  const idempotency = await readIdempotency(c.req.raw, body);
  return c.json({ data: await followUser(ctx, actor, { followeeId: body.target_user_id, idempotency }) });
});

handle(routes, unfollowUserOperation, async ({ ctx, actor, params }, c) => {
  requireSelf(actor, params.id);
  await unfollowUser(ctx, actor, params.target);
  return c.json({ data: { following: false } });
});

handle(routes, getFollowingOperation, async ({ ctx, viewer, params, query }) => {
  const page = await listFollowing(ctx, params.id, { count: query.max_results, token: query.pagination_token });
  return presentUserPage(ctx, page, { viewer, asked: query });
});

handle(routes, getFollowersOperation, async ({ ctx, viewer, params, query }) => {
  const page = await listFollowers(ctx, params.id, { count: query.max_results, token: query.pagination_token });
  return presentUserPage(ctx, page, { viewer, asked: query });
});

export default routes;
