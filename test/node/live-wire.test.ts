import { once } from "node:events";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { startLocalRuntime, type LocalRuntime } from "../../scripts/local-runtime.ts";

/** A live socket over a real connection, opened by a client that holds to the handshake's rules as browsers do. */
let runtime: LocalRuntime;
let alice: Account;
let bob: Account;

interface Account {
  readonly id: string;
  readonly token: string;
}

async function call(account: Account | null, path: string, json: object): Promise<{ data: Record<string, unknown> }> {
  const headers = {
    "content-type": "application/json",
    ...(account === null ? {} : { authorization: `Bearer ${account.token}` }),
  };
  const answer = await fetch(`${runtime.url}${path}`, { method: "POST", headers, body: JSON.stringify(json) });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as { data: Record<string, unknown> };
}

async function register(username: string): Promise<Account> {
  const { data } = await call(null, "/2/auth/register", { username, password: "correct horse" });
  return { id: (data["user"] as { id: string }).id, token: String(data["access_token"]) };
}

const home = async (account: Account): Promise<string[]> => {
  const headers = { authorization: `Bearer ${account.token}` };
  const path = `${runtime.url}/2/users/${account.id}/timelines/reverse_chronological`;
  const { data = [] } = (await (await fetch(path, { headers })).json()) as { data?: { id: string }[] };
  return data.map(({ id }) => id);
};

const open = ({ id }: Account, protocols: string[]): WebSocket =>
  new WebSocket(`${runtime.url.replace("http", "ws")}/2/users/${id}/live`, protocols);

const nextMessage = async (socket: WebSocket): Promise<string> => {
  const [{ data }] = (await once(socket, "message")) as [MessageEvent];
  return String(data);
};

beforeAll(async () => {
  runtime = await startLocalRuntime({ vars: { PASSWORD_SCRYPT_N: "16", RATE_LIMIT_SCALE: "0" } });
  [alice, bob] = [await register("wire_alice"), await register("wire_bob")];
  await call(bob, `/2/users/${bob.id}/following`, { target_user_id: alice.id });
  const { data } = await call(alice, "/2/tweets", { text: "bob follows" });
  await vi.waitFor(async () => expect(await home(bob)).toEqual([data["id"]]), { timeout: 20_000, interval: 200 });
});
afterAll(() => runtime?.stop());

test("alice posts, and bob's open page hears the id and finds the tweet in home", async () => {
  const socket = open(bob, ["dunlin.live.v1", `bearer.${bob.token}`]);
  await once(socket, "open");
  expect(socket.protocol, "the token does not come back").toBe("dunlin.live.v1");
  socket.send("ping");
  expect(await nextMessage(socket)).toBe("pong");
  const heard: string[] = [];
  socket.addEventListener("message", ({ data }) => heard.push(String(data)));
  const { data } = await call(alice, "/2/tweets", { text: "hello" });
  const message = JSON.stringify({ type: "tweets", ids: [data["id"]] });
  await expect.poll(() => heard, { timeout: 20_000 }).toContain(message);
  expect((await home(bob))[0]).toBe(data["id"]);
  socket.close();
  await once(socket, "close");
});

test("a client is told that it may not, or sent garbage", async () => {
  for (const protocols of [["dunlin.live.v1"], ["dunlin.live.v1", "bearer.a.b.c"], ["other", `bearer.${bob.token}`]]) {
    const socket = open(bob, protocols);
    const [refused] = await Promise.all([once(socket, "close"), once(socket, "error")]);
    expect((refused as [CloseEvent])[0].code, String(protocols[0])).toBe(1006);
  }
  const socket = open(bob, ["dunlin.live.v1", `bearer.${bob.token}`]);
  await once(socket, "open");
  socket.send("DROP TABLE users");
  const [closed] = (await once(socket, "close")) as [CloseEvent];
  expect(closed.code).toBe(1008);
});
