import { Paginator, UserPaginator } from "@xdevplatform/xdk";
import { TwitterV2IncludesHelper } from "twitter-api-v2";
import { expect } from "vitest";
import { ABOUT_POSTS, ABOUT_TWEETS } from "./client-names.ts";
import { paged, wholeOf } from "./client-pages.ts";
import { eventually, idsOf, refusal, type ClientStage } from "./client-stage.ts";

/** What each library can do with lists. */
export async function fillListByTwitterApi(stage: ClientStage): Promise<void> {
  const { ann, bob, cat } = await stage.register("ann", "bob", "cat");
  const { data: made } = await ann.v2.createList({ name: "birds", description: "that sing" });
  const { data: quiet } = await ann.v2.createList({ name: "mine", private: true });
  expect((await ann.v2.updateList(made.id, { name: "song birds" })).data).toEqual({ updated: true });
  for (const { id } of [bob, cat]) expect((await ann.v2.addListMember(made.id, id)).data).toEqual({ is_member: true });
  const { data: song } = await bob.v2.tweet("a song");
  const read = await eventually(
    () => bob.v2.list(made.id, { "list.fields": ["member_count"], expansions: ["owner_id"] }),
    ({ data }) => expect(data).toMatchObject({ name: "song birds", member_count: 2 }),
  );
  expect(new TwitterV2IncludesHelper(read).listOwner(read.data)).toMatchObject({ id: ann.id });
  const members = await (await bob.v2.listMembers(made.id, { max_results: 1 })).fetchLast();
  expect(idsOf(members.users)).toEqual([cat.id, bob.id]);
  const tweets = await eventually(
    () => ann.v2.listTweets(made.id, { max_results: 5, ...ABOUT_TWEETS }),
    (page) => expect(idsOf(page.tweets)).toEqual([song.id]),
  );
  expect(tweets.includes.users).toMatchObject([{ id: bob.id }]);
  const owned = await (await ann.v2.listsOwned(ann.id, { max_results: 1, "list.fields": ["private"] })).fetchLast();
  expect(owned.lists.map((list) => [list.id, list.private])).toEqual([
    [quiet.id, true],
    [made.id, false],
  ]);
  await eventually(
    () => bob.v2.listMemberships(bob.id),
    (page) => expect(page.lists).toMatchObject([{ id: made.id, name: "song birds" }]),
  );
  expect((await ann.v2.removeListMember(made.id, cat.id)).data).toEqual({ is_member: false });
  expect(idsOf((await ann.xdk.lists.getMembers(made.id)).data)).toEqual([bob.id]);
  expect((await ann.v2.removeList(made.id)).data).toEqual({ deleted: true });
  expect(await refusal(bob.xdk.lists.getById(made.id))).toMatchObject({ status: 404 });
}

export async function followListByTwitterApi(stage: ClientStage): Promise<void> {
  const { ann, bob, cat } = await stage.register("ann", "bob", "cat");
  const { id } = (await ann.v2.createList({ name: "birds" })).data;
  for (const person of [bob, cat]) {
    expect((await person.v2.subscribeToList(person.id, id)).data).toEqual({ following: true });
  }
  expect((await cat.v2.pinList(cat.id, id)).data).toEqual({ pinned: true });
  const followers = await eventually(
    () => bob.v2.listFollowers(id, { max_results: 1 }).then((page) => page.fetchLast()),
    (page) => expect(idsOf(page.users)).toEqual([cat.id, bob.id]),
  );
  expect(followers.done).toBe(true);
  expect(idsOf((await bob.v2.listFollowed(cat.id)).lists)).toEqual([id]);
  expect((await cat.xdk.users.getPinnedLists(cat.id)).data).toMatchObject([{ id, name: "birds", followerCount: 2 }]);
  expect((await cat.v2.unpinList(cat.id, id)).data).toEqual({ pinned: false });
  expect((await cat.v2.unsubscribeOfList(cat.id, id)).data).toEqual({ following: false });
  expect((await cat.xdk.users.getFollowedLists(cat.id)).meta).toEqual({ resultCount: 0 });
}

export async function fillListByXdk(stage: ClientStage): Promise<void> {
  const { ann, bob, cat } = await stage.register("ann", "bob", "cat");
  const id = (await ann.xdk.lists.create({ name: "birds", description: "that sing" })).data?.id ?? "";
  const quiet = (await ann.xdk.lists.create({ name: "mine", private: true })).data?.id;
  expect((await ann.xdk.lists.update(id, { name: "song birds" })).data).toEqual({ updated: true });
  for (const userId of [bob.id, cat.id]) {
    expect((await ann.xdk.lists.addMember(id, { userId })).data).toEqual({ isMember: true });
  }
  const song = (await bob.xdk.posts.create({ text: "a song" })).data?.id;
  const read = await eventually(
    () => bob.xdk.lists.getById(id, { listFields: ["member_count"], expansions: ["owner_id"] }),
    ({ data }) => expect(data).toMatchObject({ name: "song birds", memberCount: 2, ownerId: ann.id }),
  );
  expect(read.includes?.users).toMatchObject([{ id: ann.id }]);
  const members = new UserPaginator(paged((more) => bob.xdk.lists.getMembers(id, { maxResults: 1, ...more })));
  expect(idsOf(await wholeOf(members))).toEqual([cat.id, bob.id]);
  const posts = await eventually(
    () => ann.xdk.lists.getPosts(id, { maxResults: 5, ...ABOUT_POSTS }),
    ({ data }) => expect(data).toMatchObject([{ id: song, authorId: bob.id }]),
  );
  expect(posts.includes?.users).toMatchObject([{ id: bob.id, publicMetrics: { postCount: 1 } }]);
  const owned = new Paginator(paged((more) => ann.xdk.users.getOwnedLists(ann.id, { maxResults: 1, ...more })));
  expect((await wholeOf(owned)).map((list) => [list.id, list.private])).toEqual([
    [quiet, true],
    [id, false],
  ]);
  await eventually(
    () => bob.xdk.users.getListMemberships(bob.id),
    ({ data }) => expect(data).toMatchObject([{ id, name: "song birds" }]),
  );
  expect((await ann.xdk.lists.removeMemberByUserId(id, cat.id)).data).toEqual({ isMember: false });
  expect(idsOf((await ann.v2.listMembers(id)).users)).toEqual([bob.id]);
  expect((await bob.v2.list(id)).data).toMatchObject({ name: "song birds", description: "that sing", member_count: 1 });
  expect((await ann.xdk.lists.delete(id)).data).toEqual({ deleted: true });
  expect(await refusal(bob.v2.list(id))).toMatchObject({ code: 404 });
}

export async function followListByXdk(stage: ClientStage): Promise<void> {
  const { ann, bob, cat } = await stage.register("ann", "bob", "cat");
  const listId = (await ann.xdk.lists.create({ name: "birds" })).data?.id ?? "";
  for (const person of [bob, cat]) {
    expect((await person.xdk.users.followList(person.id, { listId })).data).toEqual({ following: true });
  }
  expect((await cat.xdk.users.pinList(cat.id, { listId })).data).toEqual({ pinned: true });
  await eventually(
    () => bob.xdk.lists.getFollowers(listId),
    ({ data }) => expect(idsOf(data)).toEqual([cat.id, bob.id]),
  );
  const followers = new UserPaginator(paged((more) => ann.xdk.lists.getFollowers(listId, { maxResults: 1, ...more })));
  expect(idsOf(await wholeOf(followers))).toEqual([cat.id, bob.id]);
  expect(idsOf((await bob.xdk.users.getFollowedLists(cat.id)).data)).toEqual([listId]);
  const pinned = await cat.xdk.users.getPinnedLists(cat.id, {
    listFields: ["follower_count"],
    expansions: ["owner_id"],
  });
  expect(pinned.data).toMatchObject([{ id: listId, followerCount: 2, ownerId: ann.id }]);
  expect((await cat.xdk.users.unpinList(cat.id, listId)).data).toEqual({ pinned: false });
  expect((await cat.xdk.users.unfollowList(cat.id, listId)).data).toEqual({ following: false });
  expect((await cat.v2.listFollowed(cat.id)).meta).toEqual({ result_count: 0 });
}
