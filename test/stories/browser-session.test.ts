import { describe, expect, test } from "vitest";
import { refresh, rowsOf, send } from "../accounts/send.ts";
import { Browser } from "../accounts/browser.ts";
import { expectProblem } from "../bad-input/cast.ts";
import { newWorld, type Person, type World } from "../support/world.ts";

const tokensOf = (person: Person) => rowsOf(person.isolate, "refresh_tokens", person.id);
const credentials = ({ username, password }: Person) => ({ username, password });
const DAYS_30 = 30 * 86_400;

async function signedIn(world?: World): Promise<{ ada: Person; browser: Browser }> {
  const ada = await (world ?? (await newWorld())).register("ada");
  const browser = new Browser(ada.isolate);
  expect((await browser.posts("/2/auth/login", credentials(ada))).status).toBe(200);
  return { ada, browser };
}

describe("a page that asks for a cookie", () => {
  test("gets the refresh token where no script can read it, and only there", async () => {
    const world = await newWorld();
    const ada = await world.register("ada");
    const browser = new Browser(world.isolate);
    const registered = await browser.posts("/2/auth/register", { username: "page_1", password: "correct horse" });
    const loggedIn = await browser.posts("/2/auth/login", credentials(ada));
    const refreshed = await browser.posts("/2/auth/refresh");
    for (const answer of [registered, loggedIn, refreshed]) {
      expect([200, 201]).toContain(answer.status);
      expect(Object.keys(answer.data).sort()).toEqual(["access_token", "expires_in", "token_type", "user"]);
      expect(answer.cookies).toHaveLength(1);
      const [pair, ...attributes] = answer.cookies[0]?.split("; ") ?? [];
      expect(pair).toMatch(/^refresh_token=\d+\.[\w-]{22}\.[\w-]{43}$/);
      const strict = ["HttpOnly", `Max-Age=${DAYS_30}`, "Path=/2/auth", "SameSite=Strict", "Secure"];
      expect(attributes.sort()).toEqual(strict);
      expect(answer.headers.get("cache-control")).toBe("private, no-store");
    }
    const me = await send(world.isolate, "GET /2/users/me", { token: refreshed.data.access_token });
    expect(me.status).toBe(200);
  });

  test("over plain http, as with npm start, gets a cookie that plain http sends back", async () => {
    const ada = await (await newWorld()).register("ada");
    const browser = new Browser(ada.isolate, "http");
    const { cookies } = await browser.posts("/2/auth/login", credentials(ada), { "x-forwarded-proto": "https" });
    expect(cookies[0]).not.toContain("Secure");
    expect(cookies[0]).toContain("HttpOnly");
    expect((await browser.posts("/2/auth/refresh")).status).toBe(200);
  });

  test("is believed to come by the connection it came by, whatever a header says", async () => {
    const ada = await (await newWorld()).register("ada");
    const { cookies } = await new Browser(ada.isolate).posts("/2/auth/login", credentials(ada), {
      "x-forwarded-proto": "http",
    });
    expect(cookies[0]).toContain("Secure");
  });

  test("has it sent below the prefix it signed in at", async () => {
    const ada = await (await newWorld()).register("ada");
    const browser = new Browser(ada.isolate);
    const { cookies } = await browser.posts("/api/v2/auth/login", credentials(ada));
    expect(cookies[0]).toContain("Path=/api/v2/auth;");
    expect((await browser.posts("/api/v2/auth/refresh")).status).toBe(200);
    expect((await browser.posts("/2/auth/refresh")).status).toBe(401);
  });

  test("stays signed in by it, a new one each time", async () => {
    const { ada, browser } = await signedIn();
    const seen = new Set([browser.refreshToken]);
    for (let day = 0; day < 40; day += 1) {
      ada.world.advance(86_400);
      const { status, data } = await browser.posts("/2/auth/refresh");
      expect(status).toBe(200);
      expect((await send(ada.isolate, "GET /2/users/me", { token: data.access_token })).status).toBe(200);
      seen.add(browser.refreshToken);
    }
    expect(seen.size).toBe(41);
  });

  test("in two tabs that start at once is signed in in both", async () => {
    const { ada, browser } = await signedIn();
    const other = new Browser(ada.isolate);
    other.jar = new Map(browser.jar);
    const both = await Promise.all([browser.posts("/2/auth/refresh"), other.posts("/2/auth/refresh")]);
    expect(both.map(({ status }) => status)).toEqual([200, 200]);
    expect((await browser.posts("/2/auth/refresh")).status).toBe(200);
  });

  test("logs out: the session ends, the cookie goes, and doing it again changes nothing", async () => {
    const { ada, browser } = await signedIn();
    const token = browser.refreshToken ?? "";
    expect(await tokensOf(ada)).toHaveLength(2);
    const out = await browser.posts("/2/auth/logout");
    expect([out.status, out.data]).toEqual([200, { revoked: true }]);
    expect(out.cookies[0]).toMatch(/^refresh_token=; Max-Age=0; Path=\/2\/auth; HttpOnly; Secure; SameSite=Strict$/);
    expect(browser.refreshToken).toBeUndefined();
    expect(await tokensOf(ada), "the one of another device is left").toHaveLength(1);
    expect((await refresh(ada.isolate, token)).status).toBe(401);
    const again = await browser.posts("/2/auth/logout");
    expect([again.status, again.data]).toEqual([200, { revoked: true }]);
  });

  test("without a cookie is not signed in, and may log out all the same", async () => {
    const browser = new Browser((await newWorld()).isolate);
    const refreshed = await browser.posts("/2/auth/refresh");
    expect(refreshed.status).toBe(401);
    expect(refreshed.headers.get("content-type")).toBe("application/problem+json");
    expect((await browser.posts("/2/auth/logout")).status).toBe(200);
  });

  test("loses a cookie that is good for nothing", async () => {
    const { ada, browser } = await signedIn();
    const spent = browser.refreshToken ?? "";
    await browser.posts("/2/auth/refresh");
    ada.world.advance(31);
    const ended = async (held: string, path = "/2/auth/refresh") => {
      browser.hold(held);
      const answer = await browser.posts(path);
      expect(browser.refreshToken, held).toBeUndefined();
      return answer.status;
    };
    expect(await ended(spent), "it was used before").toBe(401);
    expect(await ended(`1.${"a".repeat(22)}.${"b".repeat(43)}`)).toBe(401);
    for (const made of ["nonsense", "1.2.3", "%00", "x".repeat(500)]) {
      expect(await ended(made)).toBe(401);
      expect(await ended(made, "/2/auth/logout")).toBe(200);
    }
  });

  test("keeps its cookie while the store does not answer", async () => {
    const { ada, browser } = await signedIn();
    for (const shard of [0, 1]) ada.world.faults.shard(shard, "error");
    expect((await browser.posts("/2/auth/refresh")).status).toBe(503);
    const out = await browser.posts("/2/auth/logout");
    expect(out.status, "it is still signed in, and says so").toBe(503);
    ada.world.faults.none();
    expect((await browser.posts("/2/auth/refresh")).status).toBe(200);
  });

  test("that asks for anything else is refused, before anything is done", async () => {
    const world = await newWorld();
    const ada = await world.register("ada");
    for (const asked of ["Cookie", "body", "", "1"]) {
      const browser = new Browser(world.isolate);
      for (const path of ["register", "login", "refresh", "logout"]) {
        const json = { ...credentials(ada), ...(path === "register" ? { username: "never_there" } : {}) };
        const answer = await browser.posts(`/2/auth/${path}`, json, { "x-session": asked });
        expect([answer.status, answer.cookies], `${path} ${asked}`).toEqual([400, []]);
      }
    }
    expect((await send(world.isolate, "GET /2/users/by/username/never_there")).status).toBe(404);
    expect(await tokensOf(ada)).toHaveLength(1);
  });
});

describe("a client of the API", () => {
  test("gets and sends the token in JSON as ever, and no cookie", async () => {
    const { ada, browser } = await signedIn();
    const json = { headers: { "content-type": "application/json" }, method: "POST" };
    const answer = await ada.isolate.fetch("/2/auth/login", { ...json, body: JSON.stringify(credentials(ada)) });
    expect(answer.headers.getSetCookie()).toEqual([]);
    const { data } = (await answer.json()) as { data: { refresh_token: string } };
    expect((await refresh(ada.isolate, data.refresh_token)).status).toBe(200);
    // A cookie beside it is not looked at.
    const cookie = `refresh_token=${browser.refreshToken}`;
    for (const path of ["refresh", "logout"]) {
      const without = { ...json, headers: { ...json.headers, cookie }, body: "{}" };
      const problem = await expectProblem(await ada.isolate.fetch(`/2/auth/${path}`, without), 400);
      expect(problem.detail).toContain("refresh_token");
      expect(Object.keys(problem.errors?.[0]?.parameters ?? {})).toEqual(["refresh_token"]);
    }
    expect((await browser.posts("/2/auth/refresh")).status).toBe(200);
  });
});

describe("a foreign page", () => {
  test("is never told that it may send cookies, so its browser does not send the header with them", async () => {
    const { isolate } = await newWorld();
    const asks = {
      origin: "https://evil.example",
      "access-control-request-method": "POST",
      "access-control-request-headers": "content-type,x-session",
    };
    const preflight = await isolate.fetch("/2/auth/refresh", { method: "OPTIONS", headers: asks });
    expect(preflight.headers.get("access-control-allow-origin")).toBe("*");
    expect(preflight.headers.get("access-control-allow-credentials")).toBeNull();
  });

  test("that sends what needs no preflight does nothing with somebody's cookie", async () => {
    const { ada, browser } = await signedIn();
    const cookie = `refresh_token=${browser.refreshToken}`;
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]) {
      for (const path of ["refresh", "logout"]) {
        const headers = { cookie, "content-type": type, origin: "https://evil.example" };
        const answer = await ada.isolate.fetch(`/2/auth/${path}`, { method: "POST", headers, body: "{}" });
        await expectProblem(answer, 415);
      }
    }
    expect((await browser.posts("/2/auth/refresh")).status).toBe(200);
  });

  test("cannot act by a cookie anywhere else: nothing but the session routes looks at one", async () => {
    const { ada, browser } = await signedIn();
    const headers = { cookie: `refresh_token=${browser.refreshToken}`, "x-session": "cookie" };
    await expectProblem(await ada.isolate.fetch("/2/users/me", { headers }), 401);
  });
});
