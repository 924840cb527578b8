import { beforeAll, describe, expect, test } from "vitest";
import { expectProblem } from "../bad-input/cast.ts";
import { protects } from "../support/graph.ts";
import { NAVIGATION, openPage } from "../support/page.ts";
import { newWorld, type Isolate, type Person, type World } from "../support/world.ts";

async function expectHidden(isolate: Isolate, path: string): Promise<void> {
  const { status, title, head, html, headers } = await openPage(isolate, path);
  expect([status, title], path).toEqual([404, "Dunlin"]);
  expect(head["robots"], path).toBe("noindex");
  expect(
    Object.keys(head).filter((name) => name.startsWith("og:") || name === "canonical"),
    path,
  ).toEqual([]);
  // The app itself comes along: it asks again as whoever is signed in.
  expect(html).toContain("<body");
  expect(headers.get("content-type")).toMatch(/^text\/html/);
}

let world: World;
let ada: Person;
beforeAll(async () => {
  world = await newWorld({ isolates: 2 });
  ada = await world.register("Ada", { fields: { name: "Ada Lovelace" } });
  await ada.asks("/2/users/me", { method: "PATCH", json: { description: "Numbers & notes." } });
});

describe("a profile's address, opened cold", () => {
  test("says whose it is, in the page's head", async () => {
    const { status, title, head, headers } = await openPage(world.isolate, `/${ada.username}`);
    expect(status).toBe(200);
    expect(title).toBe(`Ada Lovelace (@${ada.username}) · Dunlin`);
    const url = `https://dunlin.test/${ada.username}`;
    expect(head).toMatchObject({
      canonical: url,
      description: "Numbers & notes.",
      "og:title": `Ada Lovelace (@${ada.username})`,
      "og:description": "Numbers & notes.",
      "og:type": "profile",
      "og:url": url,
      "og:site_name": "Dunlin",
      "twitter:card": "summary",
    });
    expect(head).not.toHaveProperty("robots");
    expect(head).not.toHaveProperty("og:locale");
    expect(headers.get("cache-control")).toBe("public, max-age=0, must-revalidate");
    expect(headers.get("etag")).toBeNull();
    expect(headers.get("x-request-id")).toMatch(/\S/);
  });

  test.each(["with_replies", "likes", "following", "followers", "lists"])("and so does its tab %s", async (tab) => {
    const { status, title, head } = await openPage(world.isolate, `/${ada.username}/${tab}`);
    expect(status).toBe(200);
    expect(title).toContain(`Ada Lovelace (@${ada.username})`);
    expect(head["canonical"]).toBe(`https://dunlin.test/${ada.username}/${tab}`);
  });

  test("in another case is the same page, which knows its one address", async () => {
    const { status, head } = await openPage(world.isolate, `/${ada.username.toUpperCase()}`);
    expect([status, head["canonical"]]).toEqual([200, `https://dunlin.test/${ada.username}`]);
  });

  test("of somebody with a short name works as well", async () => {
    const roomy = await newWorld({ vars: { USERNAME_LENGTH_MIN: "3" } });
    await roomy.register("bob", { username: "bob" });
    expect((await openPage(world.isolate, "/bob")).status).toBe(200);
  });

  test("answers HEAD as GET, without a body", async () => {
    const answer = await world.isolate.fetch(`/${ada.username}`, { method: "HEAD" });
    expect([answer.status, await answer.text()]).toEqual([200, ""]);
    expect(answer.headers.get("content-type")).toMatch(/^text\/html/);
  });

  test("needs no accept header, and no good token", async () => {
    for (const headers of [{}, { accept: "*/*" }, { authorization: "Bearer nonsense" }])
      expect((await openPage(world.isolate, `/${ada.username}`, headers)).status).toBe(200);
  });
});

describe("a tweet's address, opened cold", () => {
  test("says what was written, and by whom", async () => {
    const tweet = await ada.posts('The engine weaves "algebraical patterns" & more');
    const path = `/${ada.username}/status/${tweet.id}`;
    const { status, title, head } = await openPage(world.isolate, path);
    expect(status).toBe(200);
    expect(title).toBe('Ada Lovelace: “The engine weaves "algebraical patterns" & more” · Dunlin');
    expect(head).toMatchObject({
      canonical: `https://dunlin.test${path}`,
      description: 'The engine weaves "algebraical patterns" & more',
      "og:type": "article",
      "og:url": `https://dunlin.test${path}`,
    });
    const other = await openPage(world.isolate, path.toLowerCase());
    expect([other.status, other.head["canonical"]], "in another case").toEqual([200, head["canonical"]]);
  });

  test("below somebody else's name leads to its author", async () => {
    const bob = await world.register("bob");
    const tweet = await ada.posts("mine");
    for (const name of [bob.username, "nobody_at_all"]) {
      const answer = await world.isolate.fetch(`/${name}/status/${tweet.id}?s=20`, { redirect: "manual" });
      expect([answer.status, answer.headers.get("location")]).toEqual([308, `/${ada.username}/status/${tweet.id}`]);
    }
  });

  test("of a retweet leads to what was retweeted", async () => {
    const bob = await world.register("bob");
    const tweet = await ada.posts("worth it");
    const retweet = await bob.retweets(tweet);
    const answer = await world.isolate.fetch(`/${bob.username}/status/${retweet.id}`, { redirect: "manual" });
    expect([answer.status, answer.headers.get("location")]).toEqual([308, `/${ada.username}/status/${tweet.id}`]);
  });

  test("shows long texts in part, cut between what people see as characters", async () => {
    const family = "👨‍👩‍👧‍👦";
    const tweet = await ada.posts(`${family.repeat(100)}${"x".repeat(60)}`);
    const { title, head } = await openPage(world.isolate, `/${ada.username}/status/${tweet.id}`);
    expect(title).toBe(`Ada Lovelace: “${family.repeat(69)}…” · Dunlin`);
    expect(head["description"]).toBe(`${family.repeat(100)}${"x".repeat(60)}`);
  });
});

describe("a list's address, opened cold", () => {
  test.each(["", "/members", "/followers"])("says what it is: %s", async (tab) => {
    const { data } = await ada.asks<{ data: { id: string } }>("/2/lists", {
      json: { name: "Engines", description: "of difference" },
    });
    const { status, title, head } = await openPage(world.isolate, `/i/lists/${data.id}${tab}`);
    expect(status).toBe(200);
    expect(title).toContain(`Engines, a list by @${ada.username}`);
    expect(head).toMatchObject({
      canonical: `https://dunlin.test/i/lists/${data.id}${tab}`,
      description: "of difference",
      "og:type": "website",
    });
  });

  test("is found only where anybody may see the list", async () => {
    const { data } = await ada.asks<{ data: { id: string } }>("/2/lists", { json: { name: "mine", private: true } });
    await expectHidden(world.isolate, `/i/lists/${data.id}`);
  });
});

describe("404, without a hint, is what anybody gets for", () => {
  test("what is not there, or could not be", async () => {
    for (const path of [
      "/nobody_at_all",
      "/nobody_at_all/likes",
      `/${ada.username}/status/1`,
      `/${ada.username}/status/99999999999999999999`,
      `/${ada.username}/status/abc`,
      `/${ada.username}/status/-1`,
      "/i/lists/1",
      "/i/lists/abc",
    ])
      await expectHidden(world.isolate, path);
  });

  test("a protected account and its tweets, which the API shows to who may see them", async () => {
    const [pro, friend] = await world.registerAll("pro", "friend");
    const tweet = await pro.posts("for few");
    await friend.follows(pro);
    await world.drain();
    const paths = [`/${pro.username}`, `/${pro.username}/likes`, `/${pro.username}/status/${tweet.id}`];
    for (const path of paths) expect((await openPage(world.isolate, path)).status).toBe(200);
    await protects(pro);
    for (const path of [...paths, `/${ada.username}/status/${tweet.id}`]) await expectHidden(world.isolate, path);
    expect((await friend.sees(tweet)).text).toBe("for few");
    // The page is the same for whoever asks: a navigation carries no token.
    expect((await friend.fetch(paths[2] ?? "")).status).toBe(404);
  });

  test("a deleted tweet, a deleted account and all that was theirs", async () => {
    const gone = await world.register("gone");
    const [tweet, doomed] = [await gone.posts("still here"), await gone.posts("never mind")];
    const { data: list } = await gone.asks<{ data: { id: string } }>("/2/lists", { json: { name: "mine" } });
    const own = [`/${gone.username}`, `/${gone.username}/status/${tweet.id}`];
    for (const path of own) expect((await openPage(world.isolate, path)).status).toBe(200);
    await gone.deletes(doomed);
    await expectHidden(world.isolate, `/${gone.username}/status/${doomed.id}`);
    await gone.asks("/2/users/me", { method: "DELETE", json: { password: gone.password } });
    for (const path of [...own, `/i/lists/${list.id}`]) await expectHidden(world.isolate, path);
  });

  test("what was hidden elsewhere, five seconds later at the latest", async () => {
    const pro = await world.register("pro");
    const other = world.isolates[1] ?? world.isolate;
    expect((await openPage(other, `/${pro.username}`)).status).toBe(200);
    await protects(pro);
    world.advance(5);
    await expectHidden(other, `/${pro.username}`);
  });

  test("a page that the app does not have, if it is asked for as a page", async () => {
    for (const path of [
      "/foo/bar/baz",
      `/${ada.username}/nothing`,
      "/settings/nothing",
      "/i/nothing",
      "/nothing.html",
      "/a-b",
    ])
      await expectHidden(world.isolate, path);
    for (const path of ["/foo/bar/baz", "/favicon.ico", "/assets/gone.js", "/tweets", "/settings/nothing", "/"]) {
      await expectProblem(await world.isolate.fetch(path, { headers: { accept: "*/*" } }), 404, path);
    }
  });

  test("an unknown path of the API is a problem in JSON, even to a browser", async () => {
    for (const path of ["/2", "/2/nowhere", "/2/users/1", "/api/v2/nowhere", "/v1/x", "/media/x", "/.well-known/x"]) {
      const answer = await world.isolate.fetch(path, { headers: NAVIGATION });
      expect([answer.status, answer.headers.get("content-type")], path).toEqual([404, "application/problem+json"]);
    }
    await expectProblem(await world.isolate.fetch(`/${ada.username}`, { method: "POST", headers: NAVIGATION }), 404);
  });
});

describe("a page that belongs to nobody", () => {
  test.each([
    "/home",
    "/login",
    "/signup",
    "/compose",
    "/lists",
    "/i/bookmarks",
    "/follow_requests",
    "/shortcuts",
    "/settings",
    "/settings/profile",
    "/settings/account",
    "/settings/privacy",
    "/settings/blocked",
    "/settings/muted",
    "/settings/words",
    "/settings/appearance",
  ])("%s is the app, costs no query, and nobody can have its name", async (path) => {
    world.meter.reset();
    const { status, title, head } = await openPage(world.isolate, path);
    expect(status).toBe(200);
    expect(title).toMatch(/^\S.* · Dunlin$/);
    expect(head["robots"]).toBe("noindex");
    expect(world.meter.d1.requests).toBe(0);
    const name = path.split("/")[1] ?? "";
    if (name.length < 4) return;
    const taken = await world.isolate.fetch("/2/auth/register", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ username: name, password: "correct horse" }),
    });
    expect(taken.status).toBe(422);
  });
});

describe("while a store does not answer", () => {
  test("pages are 503 and the app all the same: it tries again by itself, and nobody keeps the page", async () => {
    const person = await world.register("slow", { shard: 0 });
    const tweet = await person.posts("wait for it");
    const { data: list } = await person.asks<{ data: { id: string } }>("/2/lists", { json: { name: "mine" } });
    world.advance(120);
    world.faults.shard(0, "error");
    for (const path of [`/${person.username}`, `/${person.username}/status/${tweet.id}`, `/i/lists/${list.id}`]) {
      const { status, title, headers, html } = await openPage(world.isolate, path);
      expect([status, title, headers.get("cache-control")], path).toEqual([503, "Dunlin", "no-store"]);
      expect(headers.get("retry-after")).toMatch(/^\d+$/);
      expect(html).toContain("<body");
    }
    expect((await openPage(world.isolate, "/home")).status, "what needs no store").toBe(200);
    world.faults.none();
  });
});

test("a page costs no more queries than the look-up, and none while it is remembered", async () => {
  const counted = await newWorld({ isolates: 2 });
  const [person, other] = [await counted.register("cost"), counted.isolates[1] ?? counted.isolate];
  const tweet = await person.posts("counted");
  const { data: list } = await person.asks<{ data: { id: string } }>("/2/lists", { json: { name: "counted" } });
  const queries = async (path: string) => {
    counted.meter.reset();
    expect((await other.fetch(path)).status, path).toBe(200);
    return counted.meter.d1.requests;
  };
  const pages = [
    [`/${person.username}`, `/2/users/by/username/${person.username}`],
    [`/${person.username}/status/${tweet.id}`, `/2/tweets/${tweet.id}`],
    [`/i/lists/${list.id}`, `/2/lists/${list.id}`],
  ] as const;
  for (const [page, lookup] of pages) {
    const asked = await queries(page);
    counted.advance(120);
    expect(asked, page).toBeLessThanOrEqual(await queries(lookup));
    counted.advance(120);
    expect(await queries(page), page).toBeGreaterThan(0);
    expect(await queries(page), page).toBe(0);
    expect(counted.meter.objectCalls() + counted.meter.kv.keysRead).toBe(0);
  }
});
