import { beforeAll, describe, expect, test } from "vitest";
import { hostileStrings, OWN_STRINGS } from "../bad-input/hostile-data.ts";
import { openPage } from "../support/page.ts";
import { newWorld, type World } from "../support/world.ts";

let world: World;
beforeAll(async () => {
  world = await newWorld();
});

describe("what somebody wrote", () => {
  const HOSTILE = [
    "</title><script>alert(1)</script>",
    '"><script>alert(1)</script>',
    "' onload='alert(1)",
    "<!-- --><style>*{}</style>",
    "]]><svg onload=alert(1)>",
    "&lt;b&gt; &amp; &quot; &#34; stays as it is",
    "<?php ?> ${7*7} {{7*7}}",
    "\\u003cscript\\u003e",
    "$& $1 $` $'",
  ];

  test.each(HOSTILE)("is text in the head, whatever it looks like: %s", async (text) => {
    const plain = await openPage(world.isolate, "/home");
    const person = await world.register("evil", { fields: { name: text.slice(0, 50) } });
    await person.asks("/2/users/me", { method: "PATCH", json: { description: text } });
    const tweet = await person.posts(text);
    const { data: list } = await person.asks<{ data: { id: string } }>("/2/lists", {
      json: { name: text.slice(0, 25), description: text.slice(0, 100) },
    });
    const profile = await openPage(world.isolate, `/${person.username}`);
    expect(profile.title).toBe(`${text.slice(0, 50).trim()} (@${person.username}) · Dunlin`);
    expect(profile.head).toMatchObject({
      description: text,
      "og:title": `${text.slice(0, 50).trim()} (@${person.username})`,
    });
    const status = await openPage(world.isolate, `/${person.username}/status/${tweet.id}`);
    expect(status.head).toMatchObject({ description: text, "og:description": text });
    const lists = await openPage(world.isolate, `/i/lists/${list.id}`);
    expect(lists.head).toMatchObject({ description: text.slice(0, 100) });
    for (const page of [profile, status, lists]) {
      expect(page.scripts, "no script but the app's own").toBe(plain.scripts);
      expect(page.html).not.toMatch(/<script>alert|<svg|<style>\*/);
    }
  });

  test("does not change what the head consists of, whichever of the known hostile strings it is", async () => {
    const person = await world.register("list");
    const path = `/${person.username}`;
    const plain = await openPage(world.isolate, path);
    const texts = new Set([...OWN_STRINGS, ...hostileStrings("blns"), ...hostileStrings("xss", 200)]);
    let taken = 0;
    for (const text of texts) {
      const json = { name: [...text].slice(0, 50).join(""), description: [...text].slice(0, 160).join("") };
      const changed = await person.fetch("/2/users/me", { method: "PATCH", json });
      if (changed.status !== 200) continue;
      taken += 1;
      const page = await openPage(world.isolate, path);
      expect(page.title.endsWith(` (@${person.username}) · Dunlin`), page.title).toBe(true);
      expect(Object.keys(page.head).sort(), text).toEqual(Object.keys(plain.head).sort());
      expect(page.scripts, text).toBe(plain.scripts);
      expect(page.title + page.head["description"], text).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
    }
    expect(taken).toBeGreaterThan(texts.size * 0.5);
  }, 60_000);

  test("from right to left stays so, and turns nothing else: what turns the direction by force is left out", async () => {
    const person = await world.register("rtl", { fields: { name: "\u202Eعدا لوفليس\u2066" } });
    const tweet = await person.posts("שלום\u202E עולם\n\nשתי שורות\u2067");
    const { title, head } = await openPage(world.isolate, `/${person.username}/status/${tweet.id}`);
    expect(title).toBe("عدا لوفليس: “שלום עולם שתי שורות” · Dunlin");
    expect(head["og:title"]).toBe("عدا لوفليس: “שלום עולם שתי שורות”");
    expect(head["description"]).toBe("שלום עולם שתי שורות");
  });

  test("and cannot be seen: then the username stands for the name", async () => {
    const person = await world.register("ghost", { fields: { name: "\u202E\u2066x".slice(0, 2) + "\u202C" } });
    const { title } = await openPage(world.isolate, `/${person.username}`);
    expect(title).toBe(`${person.username} (@${person.username}) · Dunlin`);
  });
});
