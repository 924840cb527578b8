import { beforeAll, describe, expect, test } from "vitest";
import { openPage } from "../support/page.ts";
import { plantUsers } from "../support/planting.ts";
import { newWorld, type World } from "../support/world.ts";

let world: World;
beforeAll(async () => {
  world = await newWorld();
});

describe("every page and file comes with", () => {
  const POLICY = [
    "content-security-policy",
    "x-content-type-options",
    "referrer-policy",
    "permissions-policy",
    "cross-origin-opener-policy",
  ] as const;
  const policyOf = (headers: Headers) => POLICY.map((name) => headers.get(name));
  const file = (path: string) => world.isolate.env.ASSETS.fetch(`https://dunlin.test${path}`);

  test("one and the same policy, whoever made it", async () => {
    const index = policyOf((await file("/")).headers);
    expect(index).not.toContain(null);
    const [planted] = await plantUsers(world, 1);
    for (const path of [`/${planted?.username}`, "/home", "/nobody_at_all", "/foo/bar"])
      expect(policyOf((await openPage(world.isolate, path)).headers), path).toEqual(index);
  });

  test("a policy that lets in nothing but our own, and no text as script", async () => {
    const { headers } = await openPage(world.isolate, "/home");
    const policy = headers.get("content-security-policy") ?? "";
    expect(policy).not.toContain("unsafe");
    expect(policy).not.toMatch(/https?:|\*|blob:|,/);
    const directives = new Map(
      policy.split("; ").map((one) => [one.split(" ")[0] ?? "", one.split(" ").slice(1).join(" ")]),
    );
    expect(Object.fromEntries(directives)).toEqual({
      "default-src": "'none'",
      "script-src": "'self'",
      "style-src": "'self'",
      "img-src": "'self' data:",
      "font-src": "'self'",
      "connect-src": "'self'",
      "manifest-src": "'self'",
      "worker-src": "'self'",
      "base-uri": "'none'",
      "form-action": "'self'",
      "frame-ancestors": "'none'",
      "require-trusted-types-for": "'script'",
    });
    const docs = (await file("/docs")).headers.get("content-security-policy") ?? "";
    expect(docs, "one policy, not two").not.toContain(",");
    expect(docs).not.toContain("unsafe");
    expect(docs).not.toContain("trusted-types");
  });

  test("the wish for https, over https alone", async () => {
    const over = async (scheme: string, path: string) =>
      (
        await world.isolate.fetch(`${scheme}://dunlin.test${path}`, { headers: { "x-forwarded-proto": "https" } })
      ).headers.get("strict-transport-security");
    for (const path of ["/home", "/2/users/1", "/openapi.json"]) {
      expect(await over("https", path), path).toBe("max-age=31536000");
      expect(await over("http", path), path).toBeNull();
    }
  });
});
