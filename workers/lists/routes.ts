import { Hono } from "hono";
import { presentUserPage } from "../hydrate/answers.ts";
import { presentListAnswer, presentListPage } from "../hydrate/list-answers.ts";
import { requireList } from "../hydrate/lists.ts";
import { Viewing } from "../hydrate/viewing.ts";
import { underKey } from "../lib/idempotency.ts";
import { requireSelf } from "../lib/require-self.ts";
import { handle, type AppEnv } from "../lib/route.ts";
import { addMember } from "./add-member.ts";
import * as contract from "./contract.ts";
import { createList } from "./create-list.ts";
import { deleteList } from "./delete-list.ts";
import { followList } from "./follow-list.ts";
import { listFollowed, listMemberships, listOwned, listPinned } from "./list-lists.ts";
import { listFollowersOf, listMembers } from "./list-people.ts";
import { pinList } from "./pin-list.ts";
import { removeMember } from "./remove-member.ts";
import { unfollowList } from "./unfollow-list.ts";
import { unpinList } from "./unpin-list.ts";
import { updateList } from "./update-list.ts";

const routes = new Hono<AppEnv>();

/** What a page is asked by. */
const pageOf = (query: { max_results: number; pagination_token?: string | undefined }) => ({
  count: query.max_results,
  token: query.pagination_token,
});

handle(routes, contract.createListOperation, async ({ ctx, actor, body }, c) => {
  const data = await underKey(ctx, actor, c.req.raw, body, (idempotency) => createList(ctx, actor, body, idempotency));
  return c.json({ data }, 201);
});

handle(routes, contract.updateListOperation, async ({ ctx, actor, params, body }, c) => {
  await updateList(ctx, actor, params.id, body);
  return c.json({ data: { updated: true } });
});

handle(routes, contract.deleteListOperation, async ({ ctx, actor, params }, c) => {
  await deleteList(ctx, actor, params.id);
  return c.json({ data: { deleted: true } });
});

handle(routes, contract.getListOperation, async ({ ctx, viewer, params, query }) => {
  const viewing = new Viewing(ctx, viewer);
  return presentListAnswer(ctx, await requireList(ctx, viewing, params.id), { viewing, asked: query });
});

handle(routes, contract.getListMembersOperation, async ({ ctx, actor, params, query }) => {
  const viewing = new Viewing(ctx, actor);
  const page = await listMembers(ctx, viewing, params.id, pageOf(query));
  return presentUserPage(ctx, page, { viewing, asked: query });
});

handle(routes, contract.addListMemberOperation, async ({ ctx, actor, params, body }, c) => {
  const data = await underKey(ctx, actor, c.req.raw, body, (idempotency) =>
    addMember(ctx, actor, { listId: params.id, userId: body.user_id, idempotency }),
  );
  return c.json({ data });
});

handle(routes, contract.removeListMemberOperation, async ({ ctx, actor, params }, c) => {
  await removeMember(ctx, actor, params.id, params.user_id);
  return c.json({ data: { is_member: false } });
});

handle(routes, contract.getListFollowersOperation, async ({ ctx, actor, params, query }) => {
  const viewing = new Viewing(ctx, actor);
  const page = await listFollowersOf(ctx, viewing, params.id, pageOf(query));
  return presentUserPage(ctx, page, { viewing, asked: query });
});

const pagesOfLists = [
  [contract.getOwnedListsOperation, listOwned],
  [contract.getListMembershipsOperation, listMemberships],
  [contract.getFollowedListsOperation, listFollowed],
] as const;
for (const [described, listOf] of pagesOfLists) {
  handle(routes, described, async ({ ctx, actor, params, query }) => {
    const viewing = new Viewing(ctx, actor);
    return presentListPage(ctx, await listOf(ctx, viewing, params.id, pageOf(query)), { viewing, asked: query });
  });
}

handle(routes, contract.followListOperation, async ({ ctx, actor, params, body }, c) => {
  requireSelf(actor, params.id);
  const data = await underKey(ctx, actor, c.req.raw, body, (idempotency) =>
    followList(ctx, actor, { listId: body.list_id, idempotency }),
  );
  return c.json({ data });
});

handle(routes, contract.unfollowListOperation, async ({ ctx, actor, params }, c) => {
  requireSelf(actor, params.id);
  await unfollowList(ctx, actor, params.list_id);
  return c.json({ data: { following: false } });
});

handle(routes, contract.getPinnedListsOperation, async ({ ctx, actor, params, query }) => {
  requireSelf(actor, params.id);
  const viewing = new Viewing(ctx, actor);
  return presentListPage(ctx, await listPinned(ctx, viewing, actor.userId), { viewing, asked: query });
});

handle(routes, contract.pinListOperation, async ({ ctx, actor, params, body }, c) => {
  requireSelf(actor, params.id);
  const data = await underKey(ctx, actor, c.req.raw, body, (idempotency) =>
    pinList(ctx, actor, { listId: body.list_id, idempotency }),
  );
  return c.json({ data });
});

handle(routes, contract.unpinListOperation, async ({ ctx, actor, params }, c) => {
  requireSelf(actor, params.id);
  await unpinList(ctx, actor, params.list_id);
  return c.json({ data: { pinned: false } });
});

export default routes;
