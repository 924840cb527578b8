/** Pages opened by their address, and pages without a network. */
import { describe, expect, test } from "vitest";
import { useStage } from "./support/stage.ts";
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

describe("without a network", () => {
  test("the page shows what there is and says so; it comes back by itself, with what came meanwhile", async () => {
    const { alice, bob } = await stage().people("alice", "bob");
    await stage().api.follow(bob, alice.id);
    await stage().post(alice, "From before");
    await stage().drained();
    const at = await stage().open({ as: bob });
    await at.cardOf("From before").waitFor();
    at.watch.expect(FAILED.offline, /WebSocket/);

    await at.context.setOffline(true);
    await at.page.getByText("You are offline. This is what was loaded before.").waitFor();
    await at.cardOf("From before").waitFor();
    await stage().post(alice, "While bob was away");
    await stage().drained();

    await at.context.setOffline(false);
    await at.page.getByText("You are offline").waitFor({ state: "detached" });
    await at.pill().waitFor();
    expect(await at.pill().innerText()).toBe("1 new tweet");
    await at.pill().click();
    await at.cardOf("While bob was away").waitFor();
  });

  test("what was read before can be come back to; a page that did not load loads when the network is back", async () => {
    const { alice, bob } = await stage().people("alice", "bob");
    await stage().api.follow(bob, alice.id);
    await stage().post(alice, "Read before");
    await stage().drained();
    const at = await stage().open({ as: bob });
    await at.cardOf("Read before").locator("a.when").click();
    await at.page.locator("article.focused").waitFor();
    at.watch.expect(FAILED.offline, /WebSocket/, /dynamically imported module/);

    await at.context.setOffline(true);
    await at.page.goBack();
    await at.cardOf("Read before").waitFor();
    await at.go("/i/bookmarks");
    await at.button("Try again").click();
    await at.toast("You seem to be offline").waitFor();
    await at.context.setOffline(false);
    await at.page.getByText("Nothing kept yet").waitFor();
  });
});
