/** Pages opened by their address, and the conversation that a tweet's address shows. */
import { describe, expect, test } from "vitest";
import { useStage } from "./support/stage.ts";
import type { Visit } from "./support/visit.ts";
import { FAILED } from "./support/watch.ts";

// What was protected or deleted meanwhile is not remembered for long.
const stage = useStage({ vars: { VISIBILITY_CACHE_SECONDS: "0" } });

const NAMED: Readonly<Record<string, string>> = { "&amp;": "&", "&lt;": "<", "&gt;": ">" };
const unescaped = (html: string) =>
  html
    .replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
    .replaceAll(/&(amp|lt|gt);/g, (name) => NAMED[name] ?? name);

/** A page as whoever asks without a browser gets it. */
async function served(path: string): Promise<{ status: number; title: string; meta: Record<string, string> }> {
  const answer = await fetch(`${stage().url}${path}`, { headers: { accept: "text/html" } });
  const html = await answer.text();
  const meta = [...html.matchAll(/<meta (?:name|property)="([^"]+)" content="([^"]*)"/g)];
  return {
    status: answer.status,
    title: unescaped(/<title>([^<]*)<\/title>/.exec(html)?.[1] ?? ""),
    meta: Object.fromEntries(meta.map(([, name, content]) => [name, unescaped(content ?? "")])),
  };
}

const protect = async (token: string) =>
  stage().api.call("/2/users/me", { method: "PATCH", token, json: { protected: true } });

describe("a permalink opened cold", () => {
  test("of a tweet says in its head what it is, and shows the conversation, at the tweet", async () => {
    const { alice, bob } = await stage().people("alice", "bob");
    const first = await stage().post(alice, "The first of them");
    const reply = await stage().post(bob, "An answer & <more>", { reply: { in_reply_to_tweet_id: first } });
    const path = `/${bob.username}/status/${reply}`;
    const page = await served(path);
    expect(page).toMatchObject({
      status: 200,
      title: expect.stringContaining("An answer & <more>") as string,
    });
    expect(page.meta).toMatchObject({
      description: "An answer & <more>",
      "og:title": expect.stringContaining("Bob") as string,
      "og:description": "An answer & <more>",
      "og:type": "article",
      "og:url": expect.stringContaining(path) as string,
    });
    const at = await stage().open({ at: path });
    await at.page.locator("article.focused", { hasText: "An answer & <more>" }).waitFor();
    await at.cardOf("The first of them").waitFor();
    expect(await at.page.title()).toBe("Bob on Dunlin · Dunlin");
  });

  test("of a profile says whose it is, and shows it", async () => {
    const { alice } = await stage().people("alice");
    await stage().api.describe(alice, { description: "Birds, mostly." });
    await stage().post(alice, "Seen one");
    const page = await served(`/${alice.username}`);
    expect(page).toMatchObject({ status: 200, title: expect.stringContaining(`Alice (@${alice.username})`) as string });
    expect(page.meta).toMatchObject({ description: "Birds, mostly.", "og:type": "profile" });
    const at = await stage().open({ at: `/${alice.username}` });
    await at.page.getByText("Birds, mostly.").waitFor();
    await at.cardOf("Seen one").waitFor();
  });

  test("of what is protected is 404 to anybody; the approved follower sees it in the page all the same", async () => {
    const { carol, bob } = await stage().people("carol", "bob");
    await stage().api.follow(bob, carol.id);
    await protect(carol.token);
    const id = await stage().post(carol, "For friends only");
    await stage().drained();
    const path = `/${carol.username}/status/${id}`;
    const page = await served(path);
    expect(page.status).toBe(404);
    expect(JSON.stringify(page)).not.toMatch(/Carol|friends/);
    expect((await served(`/${carol.username}`)).status).toBe(404);

    const stranger = await stage().openBlank();
    stranger.watch.expect(FAILED.status(404));
    await stranger.goto(path);
    await stranger.page
      .getByText("This tweet is not available.")
      .or(stranger.page.getByRole("alert"))
      .first()
      .waitFor();
    expect(await stranger.page.getByText("For friends only").count()).toBe(0);

    const at = await stage().open({ as: bob });
    at.watch.expect(FAILED.status(404));
    await at.goto(path);
    await at.page.locator("article.focused", { hasText: "For friends only" }).waitFor();
  });

  test("of what is deleted, of nobody and of no page is 404, and the app says so", async () => {
    const { alice } = await stage().people("alice");
    const id = await stage().post(alice, "Not for long");
    const path = `/${alice.username}/status/${id}`;
    expect((await served(path)).status).toBe(200);
    await stage().api.call(`/2/tweets/${id}`, { method: "DELETE", token: alice.token });
    await stage().drained();
    const at = await stage().openBlank();
    at.watch.expect(FAILED.status(404));
    for (const [address, words] of [
      [path, "not available"],
      ["/nobody_at_all", "This account does not exist"],
      ["/not/a/page", "There is no such page"],
    ] as const) {
      expect((await served(address)).status, address).toBe(404);
      await at.goto(address);
      await at.page.locator("#page").getByText(words).first().waitFor();
    }
  });
});

describe("a conversation", () => {
  /** Ancestors, an answer in the midst of them, its author's thread, and replies. */
  async function aConversation() {
    const people = await stage().people("alice", "bob", "carol");
    const { alice, bob, carol } = people;
    const to = (id: string) => ({ reply: { in_reply_to_tweet_id: id } });
    let last = await stage().post(alice, "Ancestor 0");
    for (let step = 1; step < 12; step += 1)
      last = await stage().post(step % 2 === 0 ? alice : bob, `Ancestor ${step}`, to(last));
    const focused = await stage().post(alice, "In the middle", to(last));
    const thread = await stage().post(alice, "Alice goes on", to(focused));
    await stage().post(bob, "Bob answers", to(focused));
    await stage().post(carol, "Carol answers alice", to(thread));
    await stage().drained();
    return { ...people, focused, path: `/${alice.username}/status/${focused}` };
  }

  const textsOf = (at: Visit) => at.cards().locator("p.text").allInnerTexts();

  test("opened cold shows what it answers above, its thread and answers below, and opens at the tweet", async () => {
    const { path } = await aConversation();
    const at = await stage().open({ at: path, viewport: { width: 390, height: 600 } });
    const focused = at.page.locator("article.focused");
    await focused.waitFor();
    await expect.poll(async () => Math.abs((await at.topOf(focused)) - 56) <= 2).toBe(true);
    const texts = await textsOf(at);
    const middle = texts.indexOf("In the middle");
    expect(texts.slice(middle, middle + 2)).toEqual(["In the middle", "Alice goes on"]);
    expect(texts.at(middle - 1)).toBe("Ancestor 11");
    // Read upwards to where it began.
    await expect
      .poll(async () => {
        await at.scroll(-400);
        return (await textsOf(at))[0];
      })
      .toBe("Ancestor 0");
    await expect
      .poll(async () => {
        await at.scroll(600);
        return textsOf(at);
      })
      .toEqual(expect.arrayContaining(["Bob answers", "Carol answers alice"]));
  });

  test("takes a reply written below the tweet, in its place", async () => {
    const { path, bob } = await aConversation();
    const at = await stage().open({ as: bob, at: path });
    const focused = at.page.locator("article.focused");
    const replies = Number(await at.countOn(focused, "Reply"));
    await at.composer(focused).fill("A late thought");
    await at.composer(focused).press("Control+Enter");
    await at.cardOf("A late thought").waitFor();
    expect(await at.composer(focused).inputValue()).toBe("");
    const texts = await textsOf(at);
    expect(texts.indexOf("A late thought")).toBe(texts.indexOf("In the middle") + 1);
    expect(await at.countOn(focused, "Reply")).toBe(String(replies + 1));
  });

  test("goes on from tweet to tweet, and back to each where it was", async () => {
    const { path } = await aConversation();
    const at = await stage().open({ at: path });
    await at.page.locator("article.focused", { hasText: "In the middle" }).waitFor();
    await at.cardOf("Alice goes on").locator("p.text").click();
    await at.page.locator("article.focused", { hasText: "Alice goes on" }).waitFor();
    await at.cardOf("Carol answers alice").waitFor();
    await at.button("Back").click();
    await at.page.locator("article.focused", { hasText: "In the middle" }).waitFor();
    expect(new URL(at.page.url()).pathname).toBe(path);
  });
});
