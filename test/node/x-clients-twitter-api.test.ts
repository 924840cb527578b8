import { ApiResponseError, TwitterApiv2, TwitterV2IncludesHelper } from "twitter-api-v2";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fillListByTwitterApi, followListByTwitterApi } from "./support/client-list-stories.ts";
import { ABOUT_TWEETS, TWITTER_API_NAMES } from "./support/client-names.ts";
import { OUT_OF_SCOPE, methodsOf } from "./support/client-operations.ts";
import { ClientStage, eventually, idsOf, refusal } from "./support/client-stage.ts";

/** The library twitter-api-v2, unmodified, as the client of a real server. What it writes the XDK reads. */
let stage: ClientStage;
beforeAll(async () => void (stage = await ClientStage.open()));
afterAll(() => stage?.close());

test("tweets, answers, quotes and threads come back with who wrote what they point to, and the XDK reads the same", async () => {
  const { ann, bob } = await stage.register("ann", "bob");
  const text = `hello @${bob.username}, see https://example.com/a?b=c #greeting $ABC 👋`;
  const { data: said } = await ann.v2.tweet(text);
  const { data: answer } = await bob.v2.reply("hello back", said.id);
  const { data: quote } = await bob.v2.quote("look at this", said.id);
  const many = await ann.v2.tweets([said.id, answer.id, quote.id], ABOUT_TWEETS);
  expect(idsOf(many.data)).toEqual([said.id, answer.id, quote.id]);
  const [first, second, third] = many.data;
  if (first === undefined || second === undefined || third === undefined) return expect.unreachable();
  const beside = new TwitterV2IncludesHelper(many);
  expect(beside.author(first)).toMatchObject({ id: ann.id, username: ann.username });
  expect(beside.author(second)).toMatchObject({ id: bob.id });
  expect(beside.repliedTo(second)).toMatchObject({ id: said.id, text });
  expect(beside.repliedToAuthor(second)).toMatchObject({ id: ann.id });
  expect(beside.quote(third)).toMatchObject({ id: said.id, author_id: ann.id });
  const one = await bob.v2.singleTweet(said.id);
  expect(one.data.entities).toMatchObject({
    mentions: [{ username: bob.username }],
    hashtags: [{ tag: "greeting" }],
    cashtags: [{ tag: "ABC" }],
    urls: [{ expanded_url: "https://example.com/a?b=c" }],
  });
  const read = await bob.xdk.posts.getById(quote.id, {
    postFields: ["conversation_id"],
    expansions: ["referenced_posts"],
  });
  expect(read.data).toMatchObject({ text: "look at this", referencedPosts: [{ type: "quoted", id: said.id }] });
  expect(read.includes?.posts).toMatchObject([{ id: said.id, text }]);
});

test("a thread is one conversation", async () => {
  const { ann } = await stage.register("ann");
  const thread = await ann.v2.tweetThread(["one", "two", { text: "three" }]);
  const ids = thread.map(({ data }) => data.id);
  const { data } = await ann.v2.tweets(ids, { "tweet.fields": ["conversation_id", "referenced_tweets"] });
  expect(data.map((tweet) => tweet.conversation_id)).toEqual([ids[0], ids[0], ids[0]]);
  expect(data[2]?.referenced_tweets).toEqual([{ type: "replied_to", id: ids[1] }]);
});

test("what was deleted is gone for both, and a quote of it says that it is not there", async () => {
  const { ann, bob } = await stage.register("ann", "bob");
  const { data: said } = await ann.v2.tweet("not for long");
  const { data: quote } = await bob.v2.quote("they will delete it", said.id);
  expect((await ann.v2.deleteTweet(said.id)).data).toEqual({ deleted: true });
  expect(await refusal(ann.v2.singleTweet(said.id))).toMatchObject({ code: 404 });
  expect(await refusal(ann.xdk.posts.getById(said.id))).toMatchObject({ status: 404 });
  const many = await ann.v2.tweets([said.id, quote.id], ABOUT_TWEETS);
  expect(idsOf(many.data)).toEqual([quote.id]);
  expect(many.errors).toMatchObject([{ resource_id: said.id, title: "Not Found Error" }]);
  expect(new TwitterV2IncludesHelper(many).tweetById(said.id)).toMatchObject({ id: said.id, text: "" });
});

test("a reply is hidden and shown again by the author of the conversation", async () => {
  const { ann, bob } = await stage.register("ann", "bob");
  const { data: said } = await ann.v2.tweet("what do you think?");
  const { data: answer } = await bob.v2.reply("nothing nice", said.id);
  expect((await ann.v2.hideReply(answer.id, true)).data).toEqual({ hidden: true });
  expect((await ann.v2.hideReply(answer.id, false)).data).toEqual({ hidden: false });
  expect(await refusal(bob.v2.hideReply(answer.id, true))).toMatchObject({ code: 403 });
});

test("users are found by token, id and name; those who are not there are named", async () => {
  const { ann, bob } = await stage.register("ann", "bob");
  const fields = { "user.fields": ["created_at", "description", "protected", "public_metrics"] } as const;
  const all = { "user.fields": [...fields["user.fields"]] } satisfies Parameters<TwitterApiv2["me"]>[0];
  expect((await ann.v2.me(all)).data).toMatchObject({
    id: ann.id,
    public_metrics: { followers_count: 0, tweet_count: 0 },
  });
  expect((await ann.v2.user(bob.id, all)).data).toMatchObject({ id: bob.id, protected: false });
  expect((await ann.v2.userByUsername(bob.username.toUpperCase())).data).toMatchObject({ id: bob.id, name: "bob" });
  const byIds = await ann.v2.users([bob.id, "7", ann.id]);
  expect(idsOf(byIds.data)).toEqual([bob.id, ann.id]);
  expect(byIds.errors).toMatchObject([{ resource_id: "7", resource_type: "user", parameter: "ids" }]);
  const byNames = await ann.v2.usersByUsernames([ann.username, "nobody_at_all", bob.username]);
  expect(idsOf(byNames.data)).toEqual([ann.id, bob.id]);
  expect(byNames.errors).toMatchObject([{ value: "nobody_at_all", parameter: "usernames" }]);
});

test("the paginators of the timelines go through all pages, newest first, and the XDK's find the same", async () => {
  const { ann, bob, cat } = await stage.register("ann", "bob", "cat");
  await ann.v2.follow(ann.id, bob.id);
  const { data: root } = await bob.v2.tweet(`dear @${cat.username}, no 0`);
  for (let number = 1; number < 6; number += 1) await bob.v2.tweet(`dear @${cat.username}, no ${number}`);
  await bob.v2.reply(`dear @${cat.username}, an answer`, root.id);
  const { data: foreign } = await cat.v2.tweet("by somebody else");
  await bob.v2.retweet(bob.id, foreign.id);
  const expected = [5, 4, 3, 2, 1, 0].map((number) => `dear @${cat.username}, no ${number}`);
  const home = await eventually(
    () => ann.v2.homeTimeline({ max_results: 2, exclude: ["replies", "retweets"] }).then((page) => page.fetchLast()),
    (page) => expect(page.tweets.map((tweet) => tweet.text)).toEqual(expected),
  );
  expect([home.done, home.meta.result_count]).toEqual([true, 6]);
  const own = await ann.v2.userTimeline(bob.id, { max_results: 5, exclude: "replies", ...ABOUT_TWEETS });
  const seen: string[] = [];
  for await (const tweet of own) seen.push(own.includes.retweet(tweet)?.text ?? tweet.text);
  expect(seen).toEqual(["by somebody else", ...expected]);
  const mentions = await eventually(
    () => cat.v2.userMentionTimeline(cat.id, { max_results: 5, ...ABOUT_TWEETS }).then((page) => page.fetchLast()),
    (page) => expect(page.tweets).toHaveLength(7),
  );
  expect(mentions.tweets.map((tweet) => mentions.includes.author(tweet)?.id)).toEqual(Array(7).fill(bob.id));
  const { data: read } = await ann.xdk.users.getTimeline(ann.id, { exclude: ["replies", "retweets"] });
  expect(idsOf(read)).toEqual(idsOf(home.tweets));
  const next = await (await ann.v2.homeTimeline({ max_results: 3 })).next();
  expect([next.tweets.length, next.meta.result_count]).toEqual([3, 3]);
});

test("follows show on both sides, page by page, and end", async () => {
  const { ann, ...others } = await stage.register("ann", "bob", "cat", "dan", "eve");
  const people = Object.values(others);
  for (const person of people) {
    expect((await person.v2.follow(person.id, ann.id)).data).toEqual({ following: true, pending_follow: false });
  }
  await ann.v2.follow(ann.id, others.bob.id);
  const followers = await eventually(
    () => ann.v2.followers(ann.id, { asPaginator: true, max_results: 1 }).then((page) => page.fetchLast()),
    (page) => expect(idsOf(page.users).toSorted()).toEqual(idsOf(people).toSorted()),
  );
  expect([followers.done, followers.meta.result_count]).toEqual([true, 4]);
  expect(await ann.v2.followers(ann.id, { max_results: 3 })).toMatchObject({ meta: { result_count: 3 } });
  expect(idsOf((await ann.v2.following(ann.id)).data)).toEqual([others.bob.id]);
  expect((await ann.v2.following(ann.id, { asPaginator: true })).users).toHaveLength(1);
  expect(idsOf((await ann.xdk.users.getFollowing(others.cat.id)).data)).toEqual([ann.id]);
  expect((await ann.v2.unfollow(ann.id, others.bob.id)).data).toEqual({ following: false });
  expect(await ann.v2.following(ann.id)).toEqual({ meta: { result_count: 0 } });
  await eventually(
    () => others.bob.xdk.users.getFollowers(others.bob.id),
    (page) => expect(page.meta).toEqual({ resultCount: 0 }),
  );
});

test("likes count, are listed on both sides, and are taken back", async () => {
  const { ann, bob, cat } = await stage.register("ann", "bob", "cat");
  const ids: string[] = [];
  for (const text of ["first", "second", "third"]) ids.unshift((await ann.v2.tweet(text)).data.id);
  const [newest = ""] = ids;
  for (const id of ids) expect((await bob.v2.like(bob.id, id)).data).toEqual({ liked: true });
  await cat.v2.like(cat.id, newest);
  const liked = await bob.v2.userLikedTweets(bob.id, { max_results: 5, ...ABOUT_TWEETS });
  expect(idsOf(liked.tweets)).toEqual(ids);
  expect(liked.includes.users).toMatchObject([{ id: ann.id }]);
  const one = await (await bob.v2.userLikedTweets(bob.id, { max_results: 1 })).fetchLast();
  expect(idsOf(one.tweets)).toEqual(ids);
  const likers = await eventually(
    () => ann.v2.tweetLikedBy(newest, { asPaginator: true, max_results: 1 }).then((page) => page.fetchLast()),
    (page) => expect(idsOf(page.users).toSorted()).toEqual(idsOf([bob, cat]).toSorted()),
  );
  expect(likers.done).toBe(true);
  const counted = await eventually(
    () => ann.xdk.posts.getById(newest, { postFields: ["public_metrics"] }),
    ({ data }) => expect(data?.publicMetrics).toMatchObject({ likeCount: 2 }),
  );
  expect(counted.data?.id).toBe(newest);
  expect((await bob.v2.unlike(bob.id, newest)).data).toEqual({ liked: false });
  expect(idsOf((await bob.xdk.users.getLikedPosts(bob.id)).data)).toEqual(ids.slice(1));
  await eventually(
    () => ann.v2.tweetLikedBy(newest),
    (page) => expect(idsOf(page.data)).toEqual([cat.id]),
  );
});

test("retweets and quotes of a tweet are counted and listed, and a retweet carries its original", async () => {
  const { ann, bob, cat } = await stage.register("ann", "bob", "cat");
  const { data: said } = await ann.v2.tweet("pass it on");
  for (const person of [bob, cat]) {
    expect((await person.v2.retweet(person.id, said.id)).data).toMatchObject({ retweeted: true });
  }
  const { data: quote } = await bob.v2.quote("passed on", said.id);
  const { data: second } = await cat.v2.quote("and on", said.id);
  const own = await bob.v2.userTimeline(bob.id, { exclude: "replies", ...ABOUT_TWEETS });
  const [, retweet] = own.tweets;
  if (retweet === undefined) return expect.unreachable("the retweet is not in the timeline");
  expect(retweet.text).toBe(`RT @${ann.username}: pass it on`);
  expect(own.includes.retweet(retweet)).toMatchObject({ id: said.id, text: "pass it on", author_id: ann.id });
  const retweeters = await eventually(
    () => ann.v2.tweetRetweetedBy(said.id, { asPaginator: true, max_results: 1 }).then((page) => page.fetchLast()),
    (page) => expect(page.users).toHaveLength(2),
  );
  expect(idsOf(retweeters.users).toSorted()).toEqual(idsOf([bob, cat]).toSorted());
  const quotes = await eventually(
    () => ann.v2.quotes(said.id, { max_results: 10, ...ABOUT_TWEETS }),
    (page) => expect(idsOf(page.tweets)).toEqual([second.id, quote.id]),
  );
  expect(quotes.tweets.map((tweet) => quotes.includes.quote(tweet)?.id)).toEqual([said.id, said.id]);
  await eventually(
    () => ann.xdk.posts.getById(said.id, { postFields: ["public_metrics"] }),
    ({ data }) => expect(data?.publicMetrics).toMatchObject({ repostCount: 2, quoteCount: 2 }),
  );
  expect((await bob.v2.unretweet(bob.id, said.id)).data).toEqual({ retweeted: false });
  await eventually(
    () => ann.v2.tweetRetweetedBy(said.id),
    (page) => expect(idsOf(page.data)).toEqual([cat.id]),
  );
});

test("bookmarks are one's own, page by page, and leave again", async () => {
  const { ann, bob } = await stage.register("ann", "bob");
  const ids: string[] = [];
  for (const text of ["a", "b", "c"]) ids.unshift((await ann.v2.tweet(text)).data.id);
  for (const id of ids) expect((await bob.v2.bookmark(id)).data).toEqual({ bookmarked: true });
  const all = await (await bob.v2.bookmarks({ max_results: 1, ...ABOUT_TWEETS })).fetchLast();
  expect(idsOf(all.tweets)).toEqual(ids);
  expect(all.tweets.map((tweet) => all.includes.author(tweet)?.id)).toEqual([ann.id, ann.id, ann.id]);
  expect((await bob.v2.deleteBookmark(ids[0] ?? "")).data).toEqual({ bookmarked: false });
  expect(idsOf((await bob.xdk.users.getBookmarks(bob.id)).data)).toEqual(ids.slice(1));
  expect((await ann.v2.bookmarks()).data).toEqual({ meta: { result_count: 0 } });
});

test("who is blocked or muted is listed page by page, shows in connection_status, and is let go again", async () => {
  const { ann, bob, cat } = await stage.register("ann", "bob", "cat");
  for (const { id } of [bob, cat]) {
    expect((await ann.v2.block(ann.id, id)).data).toEqual({ blocking: true });
    expect((await ann.v2.mute(ann.id, id)).data).toEqual({ muting: true });
  }
  const blocked = await (await ann.v2.userBlockingUsers(ann.id, { max_results: 1 })).fetchLast();
  expect(idsOf(blocked.users)).toEqual([cat.id, bob.id]);
  const muted = await (await ann.v2.userMutingUsers(ann.id, { max_results: 1 })).fetchLast();
  expect(idsOf(muted.users)).toEqual([cat.id, bob.id]);
  const status = await ann.v2.user(bob.id, { "user.fields": ["connection_status"] });
  expect(status.data.connection_status).toEqual(["blocking", "muting"]);
  expect((await ann.v2.unblock(ann.id, bob.id)).data).toEqual({ blocking: false });
  expect((await ann.v2.unmute(ann.id, bob.id)).data).toEqual({ muting: false });
  expect(idsOf((await ann.xdk.users.getBlocking(ann.id)).data)).toEqual([cat.id]);
  expect(idsOf((await ann.xdk.users.getMuting(ann.id)).data)).toEqual([cat.id]);
});

test("a list is made, changed, filled, read and deleted", () => fillListByTwitterApi(stage));

test("a list is followed and pinned, and let go again", () => followListByTwitterApi(stage));

test("every name that the library's types offer may be asked for, and what is not known here is left out", async () => {
  const { ann } = await stage.register("ann");
  const { data: said } = await ann.v2.tweet("all about me");
  const { data: list } = await ann.v2.createList({ name: "birds" });
  expect((await ann.v2.singleTweet(said.id, TWITTER_API_NAMES.tweets)).data).toMatchObject({ author_id: ann.id });
  expect((await ann.v2.user(ann.id, TWITTER_API_NAMES.users)).data).toMatchObject({
    public_metrics: { tweet_count: 1 },
  });
  expect((await ann.v2.list(list.id, TWITTER_API_NAMES.lists)).data).toMatchObject({ owner_id: ann.id });
  // X gives what an expansion leads by, whether or not it was among the fields asked for.
  const beside = await ann.v2.singleTweet(said.id, { "tweet.fields": ["lang"], expansions: ["author_id"] });
  expect(new TwitterV2IncludesHelper(beside).author(beside.data)).toMatchObject({ id: ann.id });
});

test("a refusal arrives as the library's own error, with the status, the reason and what was wrong", async () => {
  const { ann, bob } = await stage.register("ann", "bob");
  const absent = await refusal(ann.v2.singleTweet("1"));
  expect(absent).toBeInstanceOf(ApiResponseError);
  expect(absent).toMatchObject({ code: 404, isAuthError: false, rateLimitError: false });
  expect(absent).toMatchObject({ data: { title: "Not Found", detail: "There is no such tweet." } });
  expect(String(absent)).toContain("404 - Not Found: There is no such tweet.");
  const malformed = await refusal(ann.v2.user("not-a-number"));
  expect(malformed).toMatchObject({ code: 400, errors: [{ parameters: { id: ["not-a-number"] } }] });
  const unsigned = await refusal(stage.twitterApi("made.up.token").me());
  expect(unsigned).toMatchObject({ code: 401, isAuthError: true });
  expect(await refusal(ann.v2.like(bob.id, "1"))).toMatchObject({ code: 403, data: { title: "Forbidden" } });
  expect(await refusal(ann.v2.tweet("x".repeat(281)))).toMatchObject({ code: 422 });
  expect(await refusal(ann.v2.userTimeline(bob.id, { pagination_token: "made up" }))).toMatchObject({ code: 400 });
  // A limit that no route has is never told: the library then knows of none.
  expect(await ann.v2.getLastRateLimitStatus("users/me")).toBeUndefined();
});

test("every operation of the library in these areas was done above", () => {
  const own = [Object.getPrototypeOf(TwitterApiv2.prototype) as object];
  own.push(Object.getPrototypeOf(own[0]) as object);
  const methods = own.flatMap((prototype) => Object.entries(Object.getOwnPropertyDescriptors(prototype)));
  const names = methods.flatMap(([name, { value }]) => (value !== undefined && name !== "constructor" ? [name] : []));
  const left = Object.values(OUT_OF_SCOPE["twitter-api-v2"]).flat();
  const covered = methodsOf("twitter-api-v2");
  expect([...covered, ...left].toSorted()).toEqual(names.toSorted());
  expect(stage.notDone("twitter-api-v2")).toEqual([]);
  console.log(
    `twitter-api-v2: ${covered.length} of ${covered.length} methods covered, ${left.length} are out of scope`,
  );
});
