import { expect } from "vitest";
import * as z from "zod";
import { shardBindings } from "../../workers/lib/context.ts";
import type { Operation } from "../../workers/lib/route.ts";
import { operations } from "../../workers/openapi.ts";
import type { Person } from "../support/person.ts";
import type { World } from "../support/world.ts";

/** Who and what the examples of requests speak of. */
export interface Cast {
  readonly world: World;
  /** Who acts. */
  readonly alice: Person;
  /** Somebody else, whom nobody follows. */
  readonly bob: Person;
  /** Follows Alice. */
  readonly fan: Person;
  /** Whom Alice may block and mute. */
  readonly foe: Person;
  /** Alice's. */
  readonly tweet: { readonly id: string };
  /** Bob's, in answer to it. */
  readonly reply: { readonly id: string };
  /** Alice's, public; she is in it. */
  readonly list: { readonly id: string };
  /** Alice's, for bookmarks. */
  readonly folder: { readonly id: string };
}

/** A request that would succeed. */
export interface Example {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly json?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An example for each operation by its id; a new operation needs one, and is then tested like the others. */
const EXAMPLES: Readonly<Record<string, (cast: Cast) => Example>> = {
  register: () => ({ json: { username: "never_there", password: "correct horse" } }),
  logIn: ({ alice }) => ({ json: { username: alice.username, password: alice.password } }),
  refreshSession: ({ alice }) => ({ json: { refresh_token: alice.refreshToken } }),
  logOut: ({ bob }) => ({ json: { refresh_token: bob.refreshToken } }),
  findMyUser: () => ({}),
  updateMyProfile: () => ({ json: { name: "Alice", description: "", location: "", url: "", protected: false } }),
  // Of somebody else, though all have the same: nobody is deleted unless they act.
  deleteMyAccount: ({ foe }) => ({ json: { password: foe.password } }),
  findUserByUsername: ({ bob }) => ({ params: { username: bob.username } }),
  findUsersByUsername: ({ alice, bob }) => ({ query: { usernames: `${alice.username},${bob.username}` } }),
  findUsersById: ({ alice, bob }) => ({ query: { ids: `${alice.id},${bob.id}` } }),
  findUserById: ({ bob }) => ({ params: { id: bob.id } }),
  createTweet: () => ({ json: { text: "a tweet" } }),
  deleteTweet: ({ tweet }) => ({ params: { id: tweet.id } }),
  getTweets: ({ tweet }) => ({ query: { ids: tweet.id } }),
  getTweet: ({ tweet }) => ({ params: { id: tweet.id } }),
  getConversation: ({ tweet }) => ({ params: { id: tweet.id } }),
  hideReply: ({ reply }) => ({ params: { id: reply.id }, json: { hidden: true } }),
  retweet: ({ alice, reply }) => ({ params: { id: alice.id }, json: { tweet_id: reply.id } }),
  undoRetweet: ({ alice, reply }) => ({ params: { id: alice.id, source_tweet_id: reply.id } }),
  getRetweeters: ({ tweet }) => ({ params: { id: tweet.id } }),
  getRetweets: ({ tweet }) => ({ params: { id: tweet.id } }),
  getRetweetsOfMe: () => ({}),
  getQuotes: ({ tweet }) => ({ params: { id: tweet.id } }),
  likeTweet: ({ alice, reply }) => ({ params: { id: alice.id }, json: { tweet_id: reply.id } }),
  unlikeTweet: ({ alice, reply }) => ({ params: { id: alice.id, tweet_id: reply.id } }),
  getLikedTweets: ({ bob }) => ({ params: { id: bob.id } }),
  getLikingUsers: ({ tweet }) => ({ params: { id: tweet.id } }),
  bookmarkTweet: ({ alice, reply, folder }) => ({
    params: { id: alice.id },
    json: { tweet_id: reply.id, folder_id: folder.id },
  }),
  removeBookmark: ({ alice, reply }) => ({ params: { id: alice.id, tweet_id: reply.id } }),
  getBookmarks: ({ alice }) => ({ params: { id: alice.id } }),
  createBookmarkFolder: ({ alice }) => ({ params: { id: alice.id }, json: { name: "a folder" } }),
  getBookmarkFolders: ({ alice }) => ({ params: { id: alice.id } }),
  getBookmarksByFolder: ({ alice, folder }) => ({ params: { id: alice.id, folder_id: folder.id } }),
  followUser: ({ alice, bob }) => ({ params: { id: alice.id }, json: { target_user_id: bob.id } }),
  unfollowUser: ({ alice, bob }) => ({ params: { id: alice.id, target: bob.id } }),
  getFollowing: ({ bob }) => ({ params: { id: bob.id } }),
  getFollowers: ({ bob }) => ({ params: { id: bob.id } }),
  createList: () => ({ json: { name: "a list", description: "", private: false } }),
  updateList: ({ list }) => ({ params: { id: list.id }, json: { name: "a list", description: "", private: false } }),
  deleteList: ({ list }) => ({ params: { id: list.id } }),
  getList: ({ list }) => ({ params: { id: list.id } }),
  getListMembers: ({ list }) => ({ params: { id: list.id } }),
  addListMember: ({ bob, list }) => ({ params: { id: list.id }, json: { user_id: bob.id } }),
  removeListMember: ({ bob, list }) => ({ params: { id: list.id, user_id: bob.id } }),
  getListFollowers: ({ list }) => ({ params: { id: list.id } }),
  getListTimeline: ({ list }) => ({ params: { id: list.id } }),
  getOwnedLists: ({ bob }) => ({ params: { id: bob.id } }),
  getListMemberships: ({ bob }) => ({ params: { id: bob.id } }),
  getFollowedLists: ({ bob }) => ({ params: { id: bob.id } }),
  followList: ({ alice, list }) => ({ params: { id: alice.id }, json: { list_id: list.id } }),
  unfollowList: ({ alice, list }) => ({ params: { id: alice.id, list_id: list.id } }),
  getPinnedLists: ({ alice }) => ({ params: { id: alice.id } }),
  pinList: ({ alice, list }) => ({ params: { id: alice.id }, json: { list_id: list.id } }),
  unpinList: ({ alice, list }) => ({ params: { id: alice.id, list_id: list.id } }),
  getFollowRequests: ({ alice }) => ({ params: { id: alice.id } }),
  approveFollowRequest: ({ alice, fan }) => ({ params: { id: alice.id, requester: fan.id } }),
  refuseFollowRequest: ({ alice, foe }) => ({ params: { id: alice.id, requester: foe.id } }),
  blockUser: ({ alice, foe }) => ({ params: { id: alice.id }, json: { target_user_id: foe.id } }),
  unblockUser: ({ alice, foe }) => ({ params: { id: alice.id, target: foe.id } }),
  getBlocking: ({ alice }) => ({ params: { id: alice.id } }),
  muteUser: ({ alice, foe }) => ({ params: { id: alice.id }, json: { target_user_id: foe.id } }),
  unmuteUser: ({ alice, foe }) => ({ params: { id: alice.id, target: foe.id } }),
  getMuting: ({ alice }) => ({ params: { id: alice.id } }),
  getMutedWords: ({ alice }) => ({ params: { id: alice.id } }),
  muteWord: ({ alice }) => ({ params: { id: alice.id }, json: { word: "spoiler" } }),
  unmuteWord: ({ alice }) => ({ params: { id: alice.id, word: "spoiler" } }),
  getHomeTimeline: ({ alice }) => ({ params: { id: alice.id } }),
  openLive: ({ alice }) => ({ params: { id: alice.id }, headers: { upgrade: "websocket" } }),
  getUserTimeline: ({ alice }) => ({ params: { id: alice.id } }),
  getMentions: ({ alice }) => ({ params: { id: alice.id } }),
};

/** A request that `described` would answer with success. */
export function exampleOf(described: Operation, cast: Cast): Example {
  const example = EXAMPLES[described.id];
  if (example === undefined) throw new Error(`${described.id} has no example in test/bad-input/cast.ts`);
  return example(cast);
}

/** Alice, Bob, a tweet of hers with an answer of his, and a list of hers. */
export async function newCast(world: World): Promise<Cast> {
  const [alice, bob] = await world.registerAll("alice", "bob");
  const [fan, foe] = await world.registerAll("fan", "foe");
  await fan.follows(alice);
  const tweet = await alice.posts("the one that was there before");
  const reply = await bob.posts("the answer to it", { reply: { in_reply_to_tweet_id: tweet.id } });
  const { data: list } = await alice.asks<{ data: { id: string } }>("/2/lists", { json: { name: "a list" } });
  await alice.asks(`/2/lists/${list.id}/members`, { json: { user_id: alice.id } });
  const { data: folder } = await alice.asks<{ data: { id: string } }>(`/2/users/${alice.id}/bookmarks/folders`, {
    json: { name: "a folder" },
  });
  await world.drain();
  // A first visit is written down; later ones within the hour are not.
  await Promise.all([alice.home(), bob.home()]);
  return { world, alice, bob, fan, foe, tweet, reply, folder, list };
}

export interface Sending {
  /** Replaces the example's. */
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>> | URLSearchParams | string;
  readonly json?: unknown;
  readonly body?: RequestInit["body"];
  readonly headers?: Readonly<Record<string, string>>;
  /** null: without a token. Alice's unless given. */
  readonly token?: string | null;
  readonly prefix?: "/2" | "/api/v2";
}

let sent = 0;
/** How many examples this file has sent until now. */
export const examplesSent = (): number => sent;

/** Sends the example of `described`, changed by `sending`, as Alice. */
export async function sendExample(cast: Cast, described: Operation, sending: Sending = {}): Promise<Response> {
  sent += 1;
  const example = exampleOf(described, cast);
  const params = { ...example.params, ...sending.params };
  const path = described.path.replaceAll(/:(\w+)/g, (_all, name: string) => encodeURIComponent(params[name] ?? ""));
  const asked = sending.query ?? example.query ?? {};
  const search = typeof asked === "string" ? asked : new URLSearchParams(asked).toString();
  const json = sending.json ?? example.json;
  const body = sending.body ?? (json === undefined ? undefined : JSON.stringify(json));
  const token = sending.token === undefined ? cast.alice.token : sending.token;
  const headers = new Headers({
    ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    ...(body === undefined ? {} : { "content-type": "application/json" }),
    ...example.headers,
    ...sending.headers,
  });
  const answer = await cast.world.isolate.fetch(
    `${sending.prefix ?? "/2"}${path}${search === "" ? "" : `?${search}`}`,
    {
      method: described.method.toUpperCase(),
      headers,
      ...(body === undefined ? {} : { body }),
    },
  );
  // An empty part, or one of dots, makes it another path.
  const itself = Object.values(params).every((value) => !/^\.{0,2}$/.test(value));
  if (itself)
    expect(statusesOf(described), `${described.id} answered with a status it does not tell of`).toContain(
      answer.status,
    );
  return answer;
}

/** The statuses that the contract tells of. */
function statusesOf({ success, auth, errors }: Operation): number[] {
  return [success.status, 400, 500, 503, ...(auth === "none" ? [] : [401]), ...(errors ?? [])];
}

/** The operations that have a body, path parameters, … and the fields of each. */
export const withBody = operations.filter((one) => one.body !== undefined);
export const withParams = operations.filter((one) => one.params !== undefined);
export const withQuery = operations.filter((one) => one.query !== undefined);
export const shapeOf = (part: z.ZodType | undefined): Readonly<Record<string, z.ZodType>> =>
  part instanceof z.ZodObject ? (part.shape as Record<string, z.ZodType>) : {};

/** True where `{}` is no valid body. Session routes take one only from who keeps the token in a cookie. */
export const needsFields = (described: Operation): boolean =>
  described.path.startsWith("/auth/") || described.body?.safeParse({}).success !== true;

/** Name and operation, for `test.each`. */
export const named = (chosen: readonly Operation[]) => chosen.map((one) => [one.id, one] as const);

/** The wire's form of an error answer. */
export interface Problem {
  readonly title: string;
  readonly detail: string;
  readonly type: string;
  readonly status: number;
  readonly message: string;
  readonly errors?: readonly { readonly message: string; readonly parameters?: Record<string, string[]> }[];
}

/** Holds an answer to the promises of every refusal: a reason, in the one form, that nobody may keep. */
export async function expectProblem(answer: Response, status: number | readonly number[], hint = ""): Promise<Problem> {
  const text = await answer.text();
  const told = `${hint} answered ${answer.status}: ${text.slice(0, 500)}`;
  expect([status].flat(), told).toContain(answer.status);
  expect(answer.headers.get("content-type"), told).toBe("application/problem+json");
  expect(answer.headers.get("cache-control"), told).toBe("private, no-store");
  expect(answer.headers.get("x-request-id"), told).toMatch(/^[\w.:-]{1,64}$/);
  expect(answer.headers.get("x-content-type-options"), told).toBe("nosniff");
  expect(answer.headers.get("access-control-allow-origin"), told).toBe("*");
  if (answer.status === 401) expect(answer.headers.get("www-authenticate"), told).toMatch(/^Bearer realm=/);
  const problem = JSON.parse(text) as Problem;
  expect(problem.status, told).toBe(answer.status);
  expect(problem.message, told).toBe(problem.detail);
  for (const part of [problem.title, problem.detail, problem.type]) expect(part, told).toMatch(/\S/);
  return problem;
}

let tables: readonly string[] | undefined;
async function tablesOf(shard: D1Database): Promise<readonly string[]> {
  const { results } = await shard
    .prepare(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB '_cf_*' AND name NOT GLOB 'sqlite_*'",
    )
    .all<{ name: string }>();
  return results.map(({ name }) => name);
}

/** Every row of every table of every shard; all shards have the same tables. */
export async function dumpShards(world: World): Promise<string> {
  const shards = shardBindings(world.isolate.env).map(async (shard) => {
    const names = (tables ??= await tablesOf(shard));
    const dumps = await shard.batch(names.map((name) => shard.prepare(`SELECT * FROM "${name}"`)));
    return dumps.map(({ results }, index) => [names[index], results]);
  });
  return JSON.stringify(await Promise.all(shards), null, 1);
}

interface State {
  readonly rows: string;
  readonly messages: number;
  readonly homes: readonly string[][];
}
/** What a world was found in last, and what it had done until then. */
const found = new WeakMap<World, { readonly state: State; readonly done: string }>();
const doneBy = ({ meter, queue }: World): string =>
  [meter.d1.rowsWritten, meter.d1FromObjects.rowsWritten, meter.objectCalls(), queue.messages.length].join();

async function stateOf({ world, alice, bob }: Cast): Promise<State> {
  const state = {
    rows: await dumpShards(world),
    messages: world.queue.messages.length,
    homes: [await alice.wholeHome(), await bob.wholeHome()],
  };
  found.set(world, { state, done: doneBy(world) });
  return state;
}

/** Runs `refused`, after which no row, no queue message and nobody's home may have changed. */
export async function expectNothingWritten(cast: Cast, refused: () => Promise<void>): Promise<void> {
  const last = found.get(cast.world);
  const before = last?.done === doneBy(cast.world) ? last.state : await stateOf(cast);
  await refused();
  expect(await stateOf(cast)).toEqual(before);
}
