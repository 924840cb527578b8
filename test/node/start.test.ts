import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { ApiClient, type Account } from "../../scripts/api-client.ts";
import { sleep } from "../../scripts/lib.ts";
import { generatedUsername } from "../../scripts/seed-texts.ts";
import { seed, SEED_PASSWORD, SEED_PEOPLE } from "../../scripts/seed.ts";
import { canSeeProcesses, leftBehind } from "./support/processes.ts";
import { freePort, freshClone, npmStart, type Started } from "./support/started.ts";

const SERVING = "Dunlin is serving.";
const START_MS = 240_000;
/** A filling takes half a minute; beside others on a small machine more. */
const SEEDED_START_MS = 300_000;
const STOP_MS = 15_000;
const VISIBLE_MS = 10_000;
const PASSWORD = "a long password";

let folder: string;
let clone: string;
let started: Started | undefined;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "dunlin-start-"));
  clone = freshClone(join(folder, "clone"));
});
afterEach(async () => {
  started?.kill();
  if (started !== undefined) await leftBehind(started.mark, STOP_MS);
  started = undefined;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function start(store: string, ...options: string[]): Promise<Started> {
  const persistTo = ["--persist-to", join(folder, store)];
  started = npmStart(clone, await freePort(), [...persistTo, ...options]);
  await started.writes(SERVING, START_MS);
  return started;
}

/** Milliseconds until the newest tweet of `reader`'s home is `id`. Throws after VISIBLE_MS. */
async function seenAfter(api: ApiClient, reader: Account, id: string): Promise<number> {
  const began = performance.now();
  while (performance.now() - began < VISIBLE_MS) {
    const { data = [] } = await api.home(reader, {});
    if (data[0]?.id === id) return performance.now() - began;
    await sleep(50);
  }
  throw new Error(`${reader.username} does not see the tweet within ${VISIBLE_MS} ms`);
}

async function statusOf(url: string): Promise<number> {
  const response = await fetch(url);
  await response.body?.cancel();
  return response.status;
}

const secretsOf = (): string => readFileSync(join(clone, ".dev.vars"), "utf8");

describe("npm start on a fresh clone", { timeout: SEEDED_START_MS }, () => {
  let posted: string;
  let secrets: string;

  test("serves the API with a real queue, takes vars, and leaves no process behind after Ctrl-C", async () => {
    const dunlin = await start("store", "--no-seed", "--var", "ACCESS_TOKEN_SECONDS:60");
    const { url } = dunlin;
    for (const told of [`${url}/`, `${url}/2/`, `${url}/docs`]) expect(dunlin.output()).toContain(told);
    expect(await statusOf(`${url}/healthz`)).toBe(200);
    expect(await statusOf(`${url}/docs`)).toBe(200);
    expect(await statusOf(`${url}/openapi.json`)).toBe(200);

    const api = new ApiClient(url);
    const session = await api.call<{ data: { expires_in: number } }>("/2/auth/register", {
      json: { username: "ada_l", password: PASSWORD },
    });
    expect(session.data.expires_in).toBe(60);
    const ada = await api.registerOrLogIn("ada_l", PASSWORD, "Ada");
    const bob = await api.registerOrLogIn("bob_m", PASSWORD, "Bob");
    await api.follow(bob, ada.id);
    await api.home(bob, {});
    posted = (await api.post(ada, "hello from a fresh clone", "hello")).id;
    const seen = await seenAfter(api, bob, posted);
    console.log(`npm start: a follower sees a tweet after ${Math.round(seen)} ms`);
    // Where wrangler dev takes the cron runs that the start script drives.
    expect(await statusOf(`${url}/cdn-cgi/local/scheduled?cron=*+*+*+*+*`)).toBe(200);
    secrets = secretsOf();

    // npm, the start script, wrangler, workerd.
    if (canSeeProcesses) expect((await leftBehind(dunlin.mark, 0)).length).toBeGreaterThanOrEqual(4);
    await dunlin.interrupt(STOP_MS);
    expect(await leftBehind(dunlin.mark, STOP_MS)).toEqual([]);
    await expect(fetch(`${url}/healthz`)).rejects.toThrow();
  });

  test("started again it has kept everything, has the same keys, and has not seeded", async () => {
    const dunlin = await start("store", "--no-seed");
    const api = new ApiClient(dunlin.url);
    const bob = await api.registerOrLogIn("bob_m", PASSWORD, "Bob");
    const { data = [] } = await api.home(bob, {});
    expect(data.map((tweet) => tweet.id)).toEqual([posted]);
    expect(await api.hasAccount("alice")).toBe(false);
    expect(secretsOf()).toBe(secrets);
    await dunlin.interrupt(STOP_MS);
    expect(await leftBehind(dunlin.mark, STOP_MS)).toEqual([]);
  });
});

const GENERATED = 300;
/** The account registered last, which marks the world as whole, and its tweet come on top. */
/** Tweets, and what people made of them: answers, quotes, retweets (one pair of dice falls the same way twice), a welcome. */
const SEEDED = { users: SEED_PEOPLE.length + GENERATED + 1, tweets: 800 + 259 + 1 };

async function countSeeded(api: ApiClient): Promise<typeof SEEDED> {
  const generated = Array.from({ length: GENERATED }, (_, index) => generatedUsername(index));
  const usernames = [...SEED_PEOPLE.map(([username]) => username), ...generated, "dunlin_news"];
  const counted = { users: 0, tweets: 0 };
  for (let at = 0; at < usernames.length; at += 100) {
    const { data } = await api.call<{ data: { public_metrics: { tweet_count: number } }[] }>(
      `/2/users/by?usernames=${usernames.slice(at, at + 100).join(",")}`,
    );
    counted.users += data.length;
    for (const user of data) counted.tweets += user.public_metrics.tweet_count;
  }
  return counted;
}

async function logIn(api: ApiClient, username: string): Promise<Account> {
  const { data } = await api.call<{ data: { user: { id: string }; access_token: string } }>("/2/auth/login", {
    json: { username, password: SEED_PASSWORD },
  });
  return { id: data.user.id, username, token: data.access_token };
}

const SEEDING =
  "npm start fills an empty store once, goes on after Ctrl-C in the middle of it, and tells how to log in";

test(SEEDING, { timeout: SEEDED_START_MS }, async () => {
  const interrupted = npmStart(clone, await freePort(), ["--persist-to", join(folder, "seeded")]);
  started = interrupted;
  await interrupted.writes("follows", START_MS);
  await interrupted.interrupt(STOP_MS);
  expect(await leftBehind(interrupted.mark, STOP_MS)).toEqual([]);

  const began = performance.now();
  const dunlin = await start("seeded");
  console.log(`npm start: seeded and serving after ${((performance.now() - began) / 1000).toFixed(1)} s`);
  const api = new ApiClient(dunlin.url);
  expect(dunlin.output()).toContain(SEED_PASSWORD);
  for (const [username] of SEED_PEOPLE) {
    expect(dunlin.output()).toContain(username);
    const account = await logIn(api, username);
    const { data = [] } = await api.home(account, {});
    expect(data.length, `${username}'s first page`).toBe(20);
  }
  expect(await countSeeded(api)).toEqual(SEEDED);
  expect(await seed(dunlin.url)).toBe(false);
  expect(await countSeeded(api)).toEqual(SEEDED);
  await dunlin.interrupt(STOP_MS);
});
