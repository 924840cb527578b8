import { ApiError, Client, Paginator, PostPaginator, UserPaginator } from "@xdevplatform/xdk";
import { TwitterV2IncludesHelper } from "twitter-api-v2";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fillListByXdk, followListByXdk } from "./support/client-list-stories.ts";
import { ABOUT_POSTS, XDK_NAMES } from "./support/client-names.ts";
import { methodsOf, OPERATIONS, OUT_OF_SCOPE, OURS_ALONE } from "./support/client-operations.ts";
import { paged, wholeOf } from "./support/client-pages.ts";
import { ClientStage, eventually, idsOf, refusal } from "./support/client-stage.ts";

/** X's own library for TypeScript, unmodified, as the client of a real server. What it writes twitter-api-v2 reads. */
let stage: ClientStage;
beforeAll(async () => void (stage = await ClientStage.open()));
afterAll(() => stage?.close());

test("posts, answers and quotes come back in post names with what they point to, and the other library reads the same", async () => {
  const { ann, bob } = await stage.register("ann", "bob");
  const text = `hello @${bob.username}, see https://example.com/a?b=c #greeting $ABC 👋`;
  const said = (await ann.xdk.posts.create({ text })).data?.id ?? "";
  const answer = (await bob.xdk.posts.create({ text: "hello back", reply: { inReplyToTweetId: said } })).data?.id ?? "";
  const quote = (await bob.xdk.posts.create({ text: "look at this", quoteTweetId: said })).data?.id ?? "";
  const many = await ann.xdk.posts.getByIds([said, answer, quote], ABOUT_POSTS);
  expect(many.data).toMatchObject([
    { id: said, text, authorId: ann.id, publicMetrics: { repostCount: 0 } },
    { id: answer, inReplyToUserId: ann.id, conversationId: said, referencedPosts: [{ type: "replied_to", id: said }] },
    { id: quote, referencedPosts: [{ type: "quoted", id: said }] },
  ]);
  expect(many.includes?.posts).toMatchObject([{ id: said, text }]);
  expect(many.includes?.users).toMatchObject([{ id: ann.id, publicMetrics: { postCount: 1 } }, { id: bob.id }]);
  const one = await bob.xdk.posts.getById(said, { postFields: ["entities"] });
  expect(one.data?.entities).toMatchObject({
    mentions: [{ username: bob.username }],
    hashtags: [{ tag: "greeting" }],
    urls: [{ expandedUrl: "https://example.com/a?b=c" }],
  });
  const read = await ann.v2.tweets([answer, quote], { expansions: ["referenced_tweets.id", "author_id"] });
  const beside = new TwitterV2IncludesHelper(read);
  expect(read.data.map((tweet) => (beside.repliedTo(tweet) ?? beside.quote(tweet))?.text)).toEqual([text, text]);
  expect(read.data.map((tweet) => beside.author(tweet)?.username)).toEqual([bob.username, bob.username]);
});

test("what was deleted is gone for both, and a quote of it says that it is not there", async () => {
  const { ann, bob } = await stage.register("ann", "bob");
  const said = (await ann.xdk.posts.create({ text: "not for long" })).data?.id ?? "";
  const quote = (await bob.xdk.posts.create({ text: "they will delete it", quoteTweetId: said })).data?.id ?? "";
  expect((await ann.xdk.posts.delete(said)).data).toEqual({ deleted: true });
  expect(await refusal(bob.v2.singleTweet(said))).toMatchObject({ code: 404 });
  const many = await ann.xdk.posts.getByIds([said, quote], ABOUT_POSTS);
  expect(idsOf(many.data)).toEqual([quote]);
  expect(many.errors).toMatchObject([{ resourceId: said }]);
  expect(many.includes?.posts).toMatchObject([{ id: said, text: "" }]);
});

test("a reply is hidden and shown again by the author of the conversation", async () => {
  const { ann, bob } = await stage.register("ann", "bob");
  const { data: said } = await ann.v2.tweet("what do you think?");
  const { data: answer } = await bob.v2.reply("nothing nice", said.id);
  expect((await ann.xdk.posts.hideReply(answer.id, { hidden: true })).data).toEqual({ hidden: true });
  expect((await ann.xdk.posts.hideReply(answer.id, { hidden: false })).data).toEqual({ hidden: false });
  expect(await refusal(bob.xdk.posts.hideReply(answer.id, { hidden: true }))).toMatchObject({ status: 403 });
});

test("users are found by token, id and name; those who are not there are named", async () => {
  const { ann, bob } = await stage.register("ann", "bob");
  await bob.v2.tweet("counted");
  const fields = { userFields: ["created_at", "protected", "public_metrics"], postFields: ["id"] } satisfies Parameters<
    Client["users"]["getMe"]
  >[0];
  expect((await ann.xdk.users.getMe(fields)).data).toMatchObject({ id: ann.id, publicMetrics: { followersCount: 0 } });
  expect((await ann.xdk.users.getById(bob.id, fields)).data).toMatchObject({
    id: bob.id,
    publicMetrics: { postCount: 1 },
  });
  expect((await ann.xdk.users.getByUsername(bob.username)).data).toMatchObject({ id: bob.id, name: "bob" });
  const byIds = await ann.xdk.users.getByIds([bob.id, "7", ann.id]);
  expect(idsOf(byIds.data)).toEqual([bob.id, ann.id]);
  expect(byIds.errors).toMatchObject([{ resourceId: "7", resourceType: "user", parameter: "ids" }]);
  const byNames = await ann.xdk.users.getByUsernames([ann.username, "nobody_at_all", bob.username]);
  expect(idsOf(byNames.data)).toEqual([ann.id, bob.id]);
  expect(byNames.errors).toMatchObject([{ value: "nobody_at_all", parameter: "usernames" }]);
});

test("the library's paginators go through all pages of the timelines, newest first, and the other's find the same", async () => {
  const { ann, bob, cat } = await stage.register("ann", "bob", "cat");
  await ann.xdk.users.followUser(ann.id, { targetUserId: bob.id });
  const ids: string[] = [];
  for (let number = 0; number < 5; number += 1) {
    ids.unshift((await bob.xdk.posts.create({ text: `dear @${cat.username}, no ${number}` })).data?.id ?? "");
  }
  const reply = { inReplyToTweetId: ids[0] ?? "" };
  const answer = (await bob.xdk.posts.create({ text: `@${cat.username} an answer`, reply })).data?.id ?? "";
  const { data: foreign } = await cat.v2.tweet("by somebody else");
  await bob.v2.retweet(bob.id, foreign.id);
  const plain = ["replies", "retweets"] satisfies ("replies" | "retweets")[];
  await eventually(
    () => ann.xdk.users.getTimeline(ann.id, { maxResults: 5, exclude: plain }),
    ({ data }) => expect(idsOf(data)).toEqual(ids),
  );
  const home = new PostPaginator(
    paged((more) => ann.xdk.users.getTimeline(ann.id, { maxResults: 2, exclude: plain, ...ABOUT_POSTS, ...more })),
  );
  expect(idsOf(await wholeOf(home, 3))).toEqual(ids);
  const own = new PostPaginator(
    paged((more) => ann.xdk.users.getPosts(bob.id, { maxResults: 5, exclude: ["replies"], ...ABOUT_POSTS, ...more })),
  );
  const posts: object[] = await wholeOf(own);
  expect(posts).toMatchObject([
    { referencedPosts: [{ type: "retweeted", id: foreign.id }] },
    ...ids.map((id) => ({ id })),
  ]);
  await eventually(
    () => cat.xdk.users.getMentions(cat.id, { maxResults: 10 }),
    ({ data }) => expect(idsOf(data)).toEqual([answer, ...ids]),
  );
  const mentions = new PostPaginator(paged((more) => cat.xdk.users.getMentions(cat.id, { maxResults: 5, ...more })));
  const seen: unknown[] = [];
  for await (const post of mentions) seen.push(post);
  expect(idsOf(seen as { id: string }[])).toEqual([answer, ...ids]);
  const read = await (await ann.v2.homeTimeline({ max_results: 4, exclude: plain })).fetchLast();
  expect(idsOf(read.tweets)).toEqual(ids);
});

test("follows show on both sides, page by page, and end", async () => {
  const { ann, ...others } = await stage.register("ann", "bob", "cat", "dan");
  const people = Object.values(others);
  for (const person of people) {
    const { data } = await person.xdk.users.followUser(person.id, { targetUserId: ann.id });
    expect(data).toEqual({ following: true, pendingFollow: false });
    await ann.xdk.users.followUser(ann.id, { targetUserId: person.id });
  }
  await eventually(
    () => ann.xdk.users.getFollowers(ann.id),
    ({ meta }) => expect(meta).toEqual({ resultCount: 3 }),
  );
  const followers = new UserPaginator(paged((more) => ann.xdk.users.getFollowers(ann.id, { maxResults: 1, ...more })));
  expect(idsOf(await wholeOf(followers, 3)).toSorted()).toEqual(idsOf(people).toSorted());
  const following = new UserPaginator(paged((more) => ann.xdk.users.getFollowing(ann.id, { maxResults: 2, ...more })));
  expect(idsOf(await wholeOf(following)).toSorted()).toEqual(idsOf(people).toSorted());
  expect(idsOf((await ann.v2.followers(others.bob.id)).data)).toEqual([ann.id]);
  expect((await ann.xdk.users.unfollowUser(ann.id, others.bob.id)).data).toEqual({ following: false });
  expect(idsOf((await ann.v2.following(ann.id)).data)).toEqual([others.dan.id, others.cat.id]);
});

test("likes are counted, listed on both sides, and taken back", async () => {
  const { ann, bob, cat } = await stage.register("ann", "bob", "cat");
  const ids: string[] = [];
  for (const text of ["first", "second", "third"]) ids.unshift((await ann.v2.tweet(text)).data.id);
  const [newest = ""] = ids;
  for (const tweetId of ids) expect((await bob.xdk.users.likePost(bob.id, { tweetId })).data).toEqual({ liked: true });
  await cat.xdk.users.likePost(cat.id, { tweetId: newest });
  const liked = new PostPaginator(paged((more) => bob.xdk.users.getLikedPosts(bob.id, { maxResults: 1, ...more })));
  expect(idsOf(await wholeOf(liked, 3))).toEqual(ids);
  await eventually(
    () => ann.v2.singleTweet(newest, { "tweet.fields": ["public_metrics"] }),
    ({ data }) => expect(data.public_metrics).toMatchObject({ like_count: 2 }),
  );
  const likers = new UserPaginator(paged((more) => ann.xdk.posts.getLikingUsers(newest, { maxResults: 1, ...more })));
  expect(idsOf(await wholeOf(likers))).toEqual([cat.id, bob.id]);
  expect((await bob.xdk.users.unlikePost(bob.id, newest)).data).toEqual({ liked: false });
  expect(idsOf((await bob.v2.userLikedTweets(bob.id)).tweets)).toEqual(ids.slice(1));
});

test("reposts and quotes are counted and listed, and a repost carries its original", async () => {
  const { ann, bob, cat } = await stage.register("ann", "bob", "cat");
  const said = (await ann.xdk.posts.create({ text: "pass it on" })).data?.id ?? "";
  await ann.xdk.posts.create({ text: "keep it to yourself" });
  const reposts: (string | undefined)[] = [];
  for (const person of [bob, cat]) {
    const { data } = await person.xdk.users.repostPost(person.id, { tweetId: said });
    expect(data?.retweeted).toBe(true);
    reposts.unshift(data?.restId);
  }
  const quote = (await bob.xdk.posts.create({ text: "passed on", quoteTweetId: said })).data?.id;
  const reposters = new UserPaginator(paged((more) => ann.xdk.posts.getRepostedBy(said, { maxResults: 1, ...more })));
  await eventually(
    () => ann.xdk.posts.getRepostedBy(said),
    ({ data }) => expect(idsOf(data)).toEqual([cat.id, bob.id]),
  );
  expect(idsOf(await wholeOf(reposters))).toEqual([cat.id, bob.id]);
  const listed = await ann.xdk.posts.getReposts(said, ABOUT_POSTS);
  expect(idsOf(listed.data)).toEqual(reposts);
  expect(listed.includes?.posts).toMatchObject([{ id: said, text: "pass it on" }]);
  const ofMe = await eventually(
    () => ann.xdk.users.getRepostsOfMe({ maxResults: 10, ...ABOUT_POSTS }),
    ({ data }) => expect(data).toMatchObject([{ id: said, publicMetrics: { repostCount: 2, quoteCount: 1 } }]),
  );
  expect(ofMe.meta?.resultCount).toBe(1);
  const quotes = await ann.xdk.posts.getQuoted(said, { maxResults: 10, exclude: ["replies"], ...ABOUT_POSTS });
  expect(quotes.data).toMatchObject([{ id: quote, authorId: bob.id }]);
  expect((await bob.xdk.users.unrepostPost(bob.id, said)).data).toEqual({ retweeted: false });
  const read = await eventually(
    () => ann.v2.tweetRetweetedBy(said),
    (page) => expect(idsOf(page.data)).toEqual([cat.id]),
  );
  expect(read.meta.result_count).toBe(1);
});

test("bookmarks are kept, sorted into folders, and leave again", async () => {
  const { ann, bob } = await stage.register("ann", "bob");
  const ids: string[] = [];
  for (const text of ["a", "b", "c"]) ids.unshift((await ann.v2.tweet(text)).data.id);
  const [newest = "", ...older] = ids;
  const folder = (await bob.xdk.users.createBookmarkFolder(bob.id, { name: "to read" })).data;
  const other = (await bob.xdk.users.createBookmarkFolder(bob.id, { name: "read" })).data;
  expect(folder?.name).toBe("to read");
  for (const tweetId of older) await bob.xdk.users.createBookmark(bob.id, { tweetId, folderId: folder?.id ?? "" });
  expect((await bob.xdk.users.createBookmark(bob.id, { tweetId: newest })).data).toEqual({ bookmarked: true });
  const all = new PostPaginator(paged((more) => bob.xdk.users.getBookmarks(bob.id, { maxResults: 2, ...more })));
  expect(idsOf(await wholeOf(all))).toEqual(ids);
  expect((await bob.xdk.users.getBookmarkFolders(bob.id)).data).toEqual([other, folder]);
  const kept = new Paginator(
    paged((more) => bob.xdk.users.getBookmarksByFolderId(bob.id, folder?.id ?? "", { maxResults: 1, ...more })),
  );
  expect(idsOf(await wholeOf(kept))).toEqual(older);
  expect((await bob.xdk.users.deleteBookmark(bob.id, older[0] ?? "")).data).toEqual({ bookmarked: false });
  expect(idsOf((await bob.v2.bookmarks()).tweets)).toEqual([newest, older[1]]);
  expect(await refusal(ann.xdk.users.getBookmarks(bob.id))).toMatchObject({ status: 403 });
});

test("who is blocked or muted is listed page by page, and is let go again", async () => {
  const { ann, bob, cat } = await stage.register("ann", "bob", "cat");
  for (const { id } of [bob, cat]) {
    await ann.v2.block(ann.id, id);
    expect((await ann.xdk.users.muteUser(ann.id, { targetUserId: id })).data).toEqual({ muting: true });
  }
  const blocked = new UserPaginator(paged((more) => ann.xdk.users.getBlocking(ann.id, { maxResults: 1, ...more })));
  expect(idsOf(await wholeOf(blocked))).toEqual([cat.id, bob.id]);
  const muted = new UserPaginator(paged((more) => ann.xdk.users.getMuting(ann.id, { maxResults: 1, ...more })));
  expect(idsOf(await wholeOf(muted))).toEqual([cat.id, bob.id]);
  const status = await ann.xdk.users.getById(cat.id, { userFields: ["connection_status"] });
  expect(status.data?.connectionStatus).toEqual(["blocking", "muting"]);
  expect((await ann.xdk.users.unmuteUser(ann.id, bob.id)).data).toEqual({ muting: false });
  expect(idsOf((await ann.v2.userMutingUsers(ann.id)).users)).toEqual([cat.id]);
});

test("a list is made, changed, filled, read and deleted", () => fillListByXdk(stage));

test("a list is followed and pinned, and let go again", () => followListByXdk(stage));

test("every name that the library's types offer may be asked for, and what is not known here is left out", async () => {
  const { ann } = await stage.register("ann");
  const said = (await ann.xdk.posts.create({ text: "all about me" })).data?.id ?? "";
  const list = (await ann.xdk.lists.create({ name: "birds" })).data?.id ?? "";
  expect((await ann.xdk.posts.getById(said, XDK_NAMES.posts)).data).toMatchObject({ id: said, authorId: ann.id });
  expect((await ann.xdk.users.getById(ann.id, XDK_NAMES.users)).data).toMatchObject({
    publicMetrics: { postCount: 1 },
  });
  expect((await ann.xdk.lists.getById(list, XDK_NAMES.lists)).data).toMatchObject({ name: "birds", ownerId: ann.id });
  const read = await ann.xdk.posts.getById(said, { expansions: ["referenced_posts", "author_id"] });
  expect(read.data?.publicMetrics).toMatchObject({ repostCount: 0 });
});

test("a refusal arrives as the library's own error, with the status, the reason and what was wrong", async () => {
  const { ann, bob } = await stage.register("ann", "bob");
  const absent = await refusal(ann.xdk.posts.getById("1"));
  expect(absent).toBeInstanceOf(ApiError);
  expect(absent).toMatchObject({ status: 404, message: "There is no such tweet.", data: { title: "Not Found" } });
  const malformed = await refusal(ann.xdk.users.getById("not-a-number"));
  expect(malformed).toMatchObject({ status: 400, data: { errors: [{ parameters: { id: ["not-a-number"] } }] } });
  expect(await refusal(stage.xdk("made.up.token").users.getMe())).toMatchObject({ status: 401 });
  expect(await refusal(ann.xdk.users.likePost(bob.id, { tweetId: "1" }))).toMatchObject({ status: 403 });
  expect(await refusal(ann.xdk.posts.create({ text: "x".repeat(281) }))).toMatchObject({ status: 422 });
  expect(await refusal(ann.xdk.users.getPosts(bob.id, { paginationToken: "made up" }))).toMatchObject({ status: 400 });
});

test("every operation of the library in these areas was done above", () => {
  const areas = Object.entries(new Client({})).filter(([name]) => name !== "headers" && name !== "httpClient");
  const left = Object.values(OUT_OF_SCOPE.xdk).flat();
  const names = areas.flatMap(([area, value]: [string, unknown]) => {
    if (typeof value !== "object" || value === null) return [];
    if (left.includes(`${area}.*`)) return [`${area}.*`];
    const own = Object.getOwnPropertyNames(Object.getPrototypeOf(value));
    return own.filter((name) => name !== "constructor" && !name.startsWith("_")).map((name) => `${area}.${name}`);
  });
  const covered = methodsOf("xdk");
  expect([...covered, ...left].toSorted()).toEqual(names.toSorted());
  expect(stage.notDone("xdk")).toEqual([]);
  console.log(`xdk: ${covered.length} of ${covered.length} methods covered, ${left.length} are out of scope`);
});

test("every operation of this API is one of the libraries', or is known to be ours alone", async () => {
  const known = [...OPERATIONS.map(({ route }) => route), ...Object.values(OURS_ALONE).flat()];
  expect((await stage.described()).toSorted()).toEqual(known.toSorted());
});
