import { expect, test } from "vitest";
import { newWorld } from "../support/world.ts";

test("health says which store fails, and asks to be asked again", async () => {
  const world = await newWorld();
  const healthy = await world.isolate.fetch("/healthz");
  expect([healthy.status, await healthy.json()]).toEqual([
    200,
    { status: "ok", checks: { "shard:0": "ok", "shard:1": "ok" } },
  ]);
  expect(healthy.headers.get("cache-control")).toBe("private, no-store");

  world.faults.shard(1, "error");
  const degraded = await world.isolate.fetch("/healthz");
  expect(degraded.status).toBe(503);
  expect(degraded.headers.get("retry-after")).toMatch(/^\d+$/);
  expect(await degraded.json()).toEqual({ status: "degraded", checks: { "shard:0": "ok", "shard:1": "failed" } });

  world.faults.none();
  expect((await world.isolate.fetch("/healthz")).status).toBe(200);
});

test("a store that hangs does not hang health", async () => {
  const world = await newWorld({ vars: { READ_DEADLINE_MS: "50" } });
  world.faults.shard(0, "hang");
  const answer = await world.isolate.fetch("/healthz");
  world.faults.none();
  expect(answer.status).toBe(503);
});

test("keys are published without their private part, for anybody and for caches", async () => {
  const world = await newWorld();
  const answer = await world.isolate.fetch("/.well-known/jwks.json", {
    headers: { origin: "https://elsewhere.example" },
  });
  expect([answer.status, answer.headers.get("cache-control")]).toEqual([200, "public, max-age=300"]);
  expect(answer.headers.get("access-control-allow-origin")).toBe("*");
  const { keys } = (await answer.json()) as { keys: Record<string, string>[] };
  expect(keys.map((key) => Object.keys(key).sort())).toEqual(
    keys.map(() => ["alg", "crv", "kid", "kty", "use", "x", "y"]),
  );
  expect(keys.length).toBe(2);
});

test("a bad token does not close what needs none", async () => {
  const world = await newWorld();
  for (const path of ["/healthz", "/openapi.json", "/.well-known/jwks.json"]) {
    expect((await world.isolate.fetch(path, { headers: { authorization: "Bearer x" } })).status, path).toBe(200);
  }
});
