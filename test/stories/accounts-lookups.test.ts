import { describe, expect, test } from "vitest";
import type { PartialError, UserObject } from "../../workers/hydrate/contract.ts";
import { newWorld } from "../support/world.ts";
import { deactivate, send } from "../accounts/send.ts";

interface Users {
  readonly data?: UserObject[];
  readonly errors?: PartialError[];
  readonly meta?: { readonly result_count: number };
}
interface One {
  readonly data: UserObject;
}

describe("anyone, without an account,", () => {
  test("finds a user by id and by username in any case", async () => {
    const world = await newWorld();
    const ada = await world.register("Ada");
    for (const path of [
      `/2/users/${ada.id}`,
      `/2/users/by/username/${ada.username}`,
      `/2/users/by/username/${ada.username.toLowerCase()}`,
      `/api/v2/users/${ada.id}`,
    ]) {
      const answer = await send<One>(world.isolate, `GET ${path}`);
      expect(answer.status, path).toBe(200);
      expect(answer.body.data).toMatchObject({ id: ada.id, username: ada.username, name: ada.username });
    }
  });

  test("finds many, in the order asked, each once, and hears which are missing", async () => {
    const world = await newWorld();
    const [ada, bob, eve] = await world.registerAll("ada", "bob", "eve");
    const ids = await send<Users>(world.isolate, `GET /2/users?ids=${eve.id},5,${ada.id},${bob.id},${ada.id}`);
    expect(ids.status).toBe(200);
    expect(ids.body.data?.map((user) => user.id)).toEqual([eve.id, ada.id, bob.id]);
    expect(ids.body.errors).toEqual([
      {
        title: "Not Found Error",
        type: "about:blank#not_found",
        detail: "Could not find user with ids: [5].",
        resource_type: "user",
        resource_id: "5",
        parameter: "ids",
        value: "5",
      },
    ]);
    const asked = `${bob.username.toUpperCase()},nobody_x,${ada.username},${bob.username}`;
    const names = await send<Users>(world.isolate, `GET /2/users/by?usernames=${asked}`);
    expect(names.body.data?.map((user) => user.id)).toEqual([bob.id, ada.id]);
    expect(names.body.errors).toMatchObject([{ parameter: "usernames", value: "nobody_x", resource_id: "nobody_x" }]);
  });

  test("looks up a hundred names at once, in two queries a database at most", async () => {
    const world = await newWorld();
    const ada = await world.register("ada");
    const names = [...Array.from({ length: 99 }, (_, index) => `nobody_${index}`), ada.username];
    world.meter.reset();
    const answer = await send<Users>(world.isolate, `GET /2/users/by?usernames=${names.join(",")}`);
    expect(answer.body.data).toHaveLength(1);
    expect(answer.body.errors).toHaveLength(99);
    expect(world.meter.d1.requests).toBeLessThanOrEqual(2 * world.isolate.runtime.shards.count);
  });

  test("finds nobody where there is nobody: 404 for one, 200 and errors for many", async () => {
    const world = await newWorld();
    const one = await send(world.isolate, "GET /2/users/5");
    expect(one.status).toBe(404);
    expect(one.body.detail).toBe("Could not find user with id: [5].");
    expect((await send(world.isolate, "GET /2/users/by/username/nobody_x")).status).toBe(404);
    const many = await send<Users>(world.isolate, "GET /2/users?ids=5,6");
    expect(many.status).toBe(200);
    expect(many.body).toMatchObject({ errors: [{ value: "5" }, { value: "6" }], meta: { result_count: 0 } });
    expect(many.body.data).toBeUndefined();
  });

  test("finds no account that has ended", async () => {
    const world = await newWorld({ isolates: 2 });
    const ada = await world.register("ada");
    await deactivate(world.isolate, ada.id);
    const elsewhere = world.isolates[1] ?? world.isolate;
    expect((await send(elsewhere, `GET /2/users/${ada.id}`)).status).toBe(404);
    expect((await send(elsewhere, `GET /2/users/by/username/${ada.username}`)).status).toBe(404);
  });

  test("may ask for few fields", async () => {
    const world = await newWorld();
    const ada = await world.register("ada");
    const answer = await send<One>(world.isolate, `GET /2/users/${ada.id}?user.fields=created_at`);
    expect(Object.keys(answer.body.data).toSorted()).toEqual(["created_at", "id", "name", "username"]);
  });

  test.each([
    "/2/users/abc",
    "/2/users/0x10",
    "/2/users/9223372036854775808",
    "/2/users/-1",
    "/2/users/1.5",
    "/2/users",
    "/2/users?ids=",
    "/2/users?ids=1,,2",
    "/2/users?ids=1,x",
    `/2/users?ids=${Array.from({ length: 101 }, (_, i) => i + 1).join(",")}`,
    "/2/users/by",
    "/2/users/by?usernames=",
    "/2/users/by?usernames=a%20b",
    "/2/users/by/username/ada-l",
    "/2/users/by/username/abcdefghijklmnop",
    "/2/users/by/username/%27%20OR%201=1",
    "/2/users/1?user.fields=password_hash",
    `/2/users/by?usernames=${Array.from({ length: 101 }, (_, i) => `u${i}`).join(",")}`,
    "/2/users?ids=1&ids=2",
  ])("gets 400 and a reason for %s", async (path) => {
    const world = await newWorld();
    const answer = await send(world.isolate, `GET ${path}`);
    expect(answer.status).toBe(400);
    expect(answer.body.detail).not.toBe("");
  });
});

test("the signed-in user is found at /users/me, and nobody is without a token", async () => {
  const world = await newWorld();
  const ada = await world.register("ada");
  expect((await ada.asks<One>("/2/users/me")).data.id).toBe(ada.id);
  expect((await send(world.isolate, "GET /2/users/me")).status).toBe(401);
});

test("a password hash, an e-mail address or a token is in no answer about a user", async () => {
  const world = await newWorld();
  const ada = await world.register("ada", { fields: { email: "ada@example.org" } });
  for (const path of ["/2/users/me", `/2/users/${ada.id}`, `/2/users?ids=${ada.id}`]) {
    const text = await (await ada.fetch(path)).text();
    expect(text).not.toMatch(/scrypt|example\.org|password|refresh/);
  }
});
