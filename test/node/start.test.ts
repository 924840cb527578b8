import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { ApiClient, type Account } from "../../scripts/api-client.ts";
import { sleep } from "../../scripts/lib.ts";
import { leftBehind } from "./support/processes.ts";
import { freePort, freshClone, npmStart, type Started } from "./support/started.ts";

const SERVING = "Dunlin is serving.";
const START_MS = 90_000;
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

describe("npm start on a fresh clone", () => {
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
