import { beforeAll, expect, test } from "vitest";
import { expectProblem, newCast, type Cast } from "../bad-input/cast.ts";
import { newWorld } from "../support/world.ts";
import type { TweetJson } from "../support/person.ts";

interface UserJson {
  readonly id: string;
  readonly public_metrics?: Readonly<Record<string, number>>;
  readonly viewer?: { readonly following: boolean; readonly followed_by: boolean };
}
interface Answer {
  readonly data: TweetJson[];
  readonly includes?: { readonly users?: UserJson[] };
}

let cast: Cast;
/** The same tweet by every route that shows tweets, each as a list. */
let routes: readonly (readonly [name: string, ask: (query: string) => Promise<Answer>])[];
beforeAll(async () => {
  cast = await newCast(await newWorld());
  const { alice, bob, fan, tweet, reply, list, world } = cast;
  await fan.unfollows(alice);
  await alice.follows(bob);
  await bob.follows(alice);
  await alice.deletes(tweet);
  await bob.deletes(reply);
  const quoted = await fan.posts("worth a look");
  const shown = await alice.posts(`#hello $DUN https://example.com @${alice.username}`, { quote_tweet_id: quoted.id });
  for (const one of [bob, alice]) await one.asks(`/2/users/${one.id}/likes`, { json: { tweet_id: shown.id } });
  await alice.asks(`/2/users/${alice.id}/bookmarks`, { json: { tweet_id: shown.id } });
  await fan.retweets(shown);
  await world.drain();
  routes = [
    [
      "lookup of one",
      async (query) => {
        const { data, includes } = await alice.asks<{ data: TweetJson; includes?: Answer["includes"] }>(
          `/2/tweets/${shown.id}?${query}`,
        );
        return { data: [data], ...(includes === undefined ? {} : { includes }) };
      },
    ],
    ["lookup of many", (query) => alice.asks(`/2/tweets?ids=${shown.id}&${query}`)],
    ["home", (query) => alice.asks(`/2/users/${alice.id}/timelines/reverse_chronological?${query}`)],
    ["user timeline", (query) => alice.asks(`/2/users/${alice.id}/tweets?${query}`)],
    ["mentions", (query) => alice.asks(`/2/users/${alice.id}/mentions?${query}`)],
    ["liked tweets", (query) => alice.asks(`/2/users/${bob.id}/liked_tweets?${query}`)],
    ["bookmarks", (query) => alice.asks(`/2/users/${alice.id}/bookmarks?${query}`)],
    ["list timeline", (query) => alice.asks(`/2/lists/${list.id}/tweets?${query}`)],
    ["conversation", (query) => alice.asks(`/2/tweets/${shown.id}/conversation?${query}`)],
    ["quotes", (query) => alice.asks(`/2/tweets/${quoted.id}/quote_tweets?${query}`)],
    ["retweets of me", (query) => alice.asks(`/2/users/reposts_of_me?${query}`)],
  ];
});

const keysOf = (object: object | undefined) => Object.keys(object ?? {}).sort();
const ALWAYS = ["edit_history_tweet_ids", "id", "text"];
const PUBLIC = [
  ...ALWAYS,
  "author_id",
  "conversation_id",
  "created_at",
  "entities",
  "public_metrics",
  "referenced_tweets",
  "reply_settings",
].sort();
const USER_ALWAYS = ["id", "name", "username"];

test("every route that shows tweets selects fields in the same way", async () => {
  for (const [name, ask] of routes) {
    const keys = async (query: string) => keysOf((await ask(query)).data[0]);
    expect(await keys(""), name).toEqual(PUBLIC);
    expect(await keys("tweet.fields="), name).toEqual(ALWAYS);
    expect(await keys("tweet.fields=id"), name).toEqual(ALWAYS);
    expect(await keys("tweet.fields=created_at"), name).toEqual([...ALWAYS, "created_at"].sort());
    expect(await keys("tweet.fields=author_id, entities,author_id"), name).toEqual(
      [...ALWAYS, "author_id", "entities"].sort(),
    );
    // What X knows and Dunlin does not have yet is no mistake of the client's.
    expect(await keys("tweet.fields=lang,geo,context_annotations"), name).toEqual(ALWAYS);
    expect((await ask("")).includes, name).toBeUndefined();
  }
});

test("who asks for posts is answered in posts, included users too", async () => {
  for (const [name, ask] of routes) {
    const { data, includes } = await ask("post.fields=author_id&expansions=author_id&user.fields=public_metrics");
    expect(keysOf(data[0]), name).toEqual(["author_id", "edit_history_post_ids", "id", "text"]);
    expect(
      includes?.users?.map((user) => user.public_metrics),
      name,
    ).toEqual([{ followers_count: 1, following_count: 1, post_count: 1, listed_count: 1 }]);
    const tweets = await ask("tweet.fields=author_id&expansions=author_id&user.fields=public_metrics");
    expect(
      tweets.includes?.users?.map((user) => user.public_metrics),
      name,
    ).toEqual([{ followers_count: 1, following_count: 1, tweet_count: 1, listed_count: 1 }]);
  }
  const { alice } = cast;
  for (const path of ["/2/users/me?", `/2/users/${alice.id}?`, `/2/users/by/username/${alice.username}?`]) {
    const { data } = await alice.asks<{ data: UserJson }>(`${path}post.fields=id`);
    expect(data.public_metrics, path).toEqual({
      followers_count: 1,
      following_count: 1,
      post_count: 1,
      listed_count: 1,
    });
  }
});

test("an author is included once, when asked for, with the user fields asked for", async () => {
  const { alice } = cast;
  for (const [name, ask] of routes) {
    const { includes } = await ask("expansions=author_id&user.fields=");
    expect(includes, name).toEqual({ users: [{ id: alice.id, name: expect.any(String), username: alice.username }] });
    expect((await ask("user.fields=description")).includes, name).toBeUndefined();
    expect((await ask("expansions=in_reply_to_user_id")).includes, name).toBeUndefined();
  }
});

test("how one stands to a user is told when asked, to whom is signed in, and to each their own", async () => {
  const { alice, bob, world } = cast;
  const stranger = await world.register("stranger");
  const nothing = {
    following: false,
    followed_by: false,
    requested: false,
    blocking: false,
    blocked_by: false,
    muting: false,
  };
  const mutual = { ...nothing, following: true, followed_by: true };
  const viewer = async (person: typeof alice, path: string) =>
    (await person.asks<{ data: UserJson }>(path)).data.viewer;
  for (const path of [`/2/users/${bob.id}`, `/2/users/by/username/${bob.username}`]) {
    expect(await viewer(alice, path)).toBeUndefined();
    expect(await viewer(alice, `${path}?user.fields=description`)).toBeUndefined();
    for (let again = 0; again < 2; again += 1) {
      expect(await viewer(alice, `${path}?user.fields=viewer`)).toEqual(mutual);
      expect(await viewer(stranger, `${path}?user.fields=viewer`)).toEqual(nothing);
    }
    const nobody = await world.isolate.fetch(`${path}?user.fields=viewer`);
    expect(keysOf(((await nobody.json()) as { data: UserJson }).data)).toEqual(USER_ALWAYS);
  }
  await stranger.follows(bob);
  const one = await stranger.asks<Answer>(`/2/users/${alice.id}/tweets?expansions=author_id&user.fields=viewer`);
  expect(one.includes?.users?.[0]?.viewer).toEqual(nothing);
  const lists = await stranger.asks<{ data: UserJson[] }>(`/2/users?ids=${alice.id},${bob.id}&user.fields=viewer`);
  expect(lists.data.map((user) => user.viewer?.following)).toEqual([false, true]);
  const followers = await alice.asks<{ data: UserJson[] }>(`/2/users/${alice.id}/followers?user.fields=viewer`);
  expect(followers.data.map((user) => user.viewer)).toEqual([mutual]);
});

test("a name that nobody knows is a 400 that tells the names there are", async () => {
  const { alice } = cast;
  for (const field of ["tweet.fields", "post.fields", "user.fields", "expansions"]) {
    const problem = await expectProblem(
      await alice.fetch(`/2/users/${alice.id}/tweets?${field}=id,nonsense`),
      400,
      field,
    );
    expect(problem.detail).toContain(field);
    expect(problem.errors?.[0]?.message).toMatch(/"(id|author_id)"/);
  }
});
