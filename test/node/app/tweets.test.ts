/** Writing, and what is done to tweets with one press. */
import type { Route } from "playwright-core";
import { describe, expect, test } from "vitest";
import { held } from "./support/held.ts";
import { useStage } from "./support/stage.ts";
import { FAILED } from "./support/watch.ts";

const stage = useStage();

const isPost = (route: Route) => route.request().method() === "POST";

/** The composer's colour, then those of what is marked in it. */
const COLOURS = `[...document.querySelectorAll(".composer .shown, .composer .shown :is(a, .tag)")]
  .map((part) => getComputedStyle(part).color)`;

/** How many tweets of this text the author has, as the API tells. */
async function postedTimes(author: { id: string; token: string }, text: string): Promise<number> {
  const path = `/2/users/${author.id}/tweets`;
  const { data = [] } = await stage().api.call<{ data?: { text: string }[] }>(path, { token: author.token });
  return data.filter((tweet) => tweet.text === text).length;
}

/** A tweet by alice in front of bob, who follows her. */
async function inFrontOfBob(text: string) {
  const people = await stage().people("alice", "bob");
  await stage().api.follow(people.bob, people.alice.id);
  const id = await stage().post(people.alice, text);
  await stage().drained();
  const at = await stage().open({ as: people.bob });
  const card = at.cardOf(text);
  await card.waitFor();
  return { ...people, id, at, card };
}

describe("who writes", () => {
  test("sees what is left, counted by weight: 280, emoji and Han count two, a link 23", async () => {
    const { alice } = await stage().people("alice");
    const at = await stage().open({ as: alice });
    const left = at.page.locator(".counter-number");
    const cases: readonly (readonly [string, number])[] = [
      ["a", 279],
      ["é", 279],
      ["👨‍👩‍👧‍👦", 278],
      ["漢字", 276],
      ["https://example.org/a/rather/long/address/that/goes/on/and/on", 257],
      ["a".repeat(280), 0],
      ["a".repeat(281), -1],
      ["漢".repeat(141), -2],
    ];
    for (const [text, expected] of cases) {
      await at.composer().fill(text);
      await expect.poll(() => left.innerText(), { message: text.slice(0, 30) }).toBe(String(expected));
      expect(await at.button("Post").isEnabled(), text.slice(0, 30)).toBe(expected >= 0);
    }
    await at.composer().press("Control+Enter");
    expect(await at.composer().inputValue()).toBe("漢".repeat(141));
    expect(await postedTimes(alice, "漢".repeat(141))).toBe(0);
  });

  test("sees mentions, tags and links in colour while typing, each where it is typed", async () => {
    const { alice } = await stage().people("alice");
    const at = await stage().open({ as: alice });
    await at.composer().fill("🎈 @bob and #birds, mail a@b.c, see example.org/x $CASH");
    const shown = at.page.locator(".composer .shown");
    await shown.locator(".tag").first().waitFor();
    expect(await shown.locator("a, .tag").allInnerTexts()).toEqual(["@bob", "#birds", "example.org/x", "$CASH"]);
    expect((await shown.innerText()).trimEnd()).toBe(await at.composer().inputValue());
    const colours = (await at.page.evaluate(COLOURS)) as string[];
    expect(colours.length).toBe(5);
    expect(new Set(colours.slice(1)).has(colours[0] ?? "")).toBe(false);
  });

  test("has it on top of home at once, by ctrl-Enter or the button", async () => {
    const { alice } = await stage().people("alice");
    const at = await stage().open({ as: alice });
    await at.post("The first");
    await at.composer().fill("The second");
    await at.button("Post").click();
    await at.cardOf("The second").waitFor();
    expect(await at.cards().locator("p.text").allInnerTexts()).toEqual(["The second", "The first"]);
    expect(await at.composer().inputValue()).toBe("");
    await at.page.reload();
    await at.cardOf("The first").waitFor();
    expect(await at.cards().locator("p.text").allInnerTexts()).toEqual(["The second", "The first"]);
  });

  test("keeps the draft when the network is down, over a reload too", async () => {
    const { alice } = await stage().people("alice");
    const at = await stage().open({ as: alice });
    at.watch.expect(FAILED.offline, /WebSocket/);
    await at.context.setOffline(true);
    await at.composer().fill("Written in a tunnel");
    await at.button("Post").click();
    await at.page.getByText("Not posted: your text is kept.").waitFor();
    expect(await at.composer().inputValue()).toBe("Written in a tunnel");
    await at.context.setOffline(false);
    await at.page.reload();
    await expect.poll(() => at.composer().inputValue()).toBe("Written in a tunnel");
    await at.button("Post").click();
    await at.cardOf("Written in a tunnel").waitFor();
    expect(await postedTimes(alice, "Written in a tunnel")).toBe(1);
  });

  test("keeps the draft when the server cannot, and posts it when it can", async () => {
    const { alice } = await stage().people("alice");
    const at = await stage().open({ as: alice });
    at.watch.expect(FAILED.status(503, "/2/tweets"));
    const problem = {
      title: "Unavailable",
      detail: "Too much is going on. Try again.",
      status: 503,
      type: "about:blank",
    };
    await at.page.route("**/2/tweets", (route) => route.fulfill({ status: 503, json: problem }));
    await at.composer().fill("Once more");
    await at.composer().press("Control+Enter");
    await at.page.getByText("Too much is going on.").waitFor();
    expect(await at.composer().inputValue()).toBe("Once more");
    expect(await at.cards().count()).toBe(0);
    await at.page.unroute("**/2/tweets");
    await at.post("Once more");
    expect(await at.page.getByText("Not posted").count()).toBe(0);
  });

  test("whose answer is lost on the way, and who presses again, has posted once", async () => {
    const { alice } = await stage().people("alice");
    const at = await stage().open({ as: alice });
    at.watch.expect(FAILED.offline);
    let lost = 0;
    await at.page.route("**/2/tweets", async (route) => {
      if (!isPost(route) || lost > 0) return route.continue();
      lost += 1;
      // The server has it; the page never hears.
      expect((await route.fetch()).status()).toBe(201);
      return route.abort("failed");
    });
    await at.composer().fill("Said once");
    await at.button("Post").click();
    await at.page.getByText("Not posted: your text is kept.").waitFor();
    await at.button("Post").click();
    await at.toast("Your tweet was posted.").waitFor();
    await at.cardOf("Said once").waitFor();
    expect(lost).toBe(1);
    expect(await at.cards().count()).toBe(1);
    expect(await postedTimes(alice, "Said once")).toBe(1);
  });

  test("whose answer breaks off in the midst, the same", async () => {
    const { alice } = await stage().people("alice");
    const cable = await stage().cable();
    const at = await stage().open({ as: alice, through: cable.url });
    at.watch.expect(FAILED.offline);
    await at.composer().fill("Said once");
    cable.snip("HTTP/1.1 201");
    await at.button("Post").click();
    await at.page.getByText("Not posted: your text is kept. You seem to be offline.").waitFor();
    await at.button("Post").click();
    await at.toast("Your tweet was posted.").waitFor();
    await at.cardOf("Said once").waitFor();
    expect(await postedTimes(alice, "Said once")).toBe(1);
  });
});

describe("who presses", () => {
  const PRESSES = [
    { name: "Like", path: "likes", pressed: "counted" },
    { name: "Bookmark", path: "bookmarks", pressed: "not counted" },
  ] as const;

  test.each(PRESSES)(
    "$name sees it at once, before the answer, and can take it back",
    async ({ name, path, pressed }) => {
      const { at, card } = await inFrontOfBob(`To ${name}`);
      const button = at.button(name, card);
      const answer = await held(at.page, `**/2/users/*/${path}`);
      await button.click();
      await expect.poll(() => button.getAttribute("aria-pressed")).toBe("true");
      expect(await at.countOn(card, name)).toBe(pressed === "counted" ? "1" : "");
      expect(answer.waiting()).toBe(1);
      await answer.letGo();
      await at.page.reload();
      await expect.poll(() => button.getAttribute("aria-pressed")).toBe("true");
      await button.click();
      await expect.poll(() => button.getAttribute("aria-pressed")).toBe("false");
      expect(await at.countOn(card, name)).toBe("");
    },
  );

  test("what the server refuses is undone, with a message", async () => {
    const { at, card } = await inFrontOfBob("Hard to like");
    at.watch.expect(FAILED.status(503), FAILED.status(403));
    const problem = (status: number) => ({ status, json: { title: "No", detail: "Not just now.", status } });
    await at.page.route("**/2/users/*/likes", (route) => route.fulfill(problem(503)));
    await at.page.route("**/2/users/*/bookmarks", (route) => route.fulfill(problem(403)));
    await at.page.route("**/2/users/*/retweets", (route) => route.fulfill(problem(503)));
    await at.button("Like", card).click();
    await at.toast("The like did not go through. Not just now.").waitFor();
    await at.button("Bookmark", card).click();
    await at.toast("The bookmark did not go through. Not just now.").waitFor();
    await at.choose(card, "Retweet", "Retweet");
    await at.toast("The retweet did not go through. Not just now.").waitFor();
    for (const name of ["Like", "Bookmark", "Retweet"]) {
      expect(await at.button(name, card).getAttribute("aria-pressed"), name).toBe("false");
      expect(await at.countOn(card, name), name).toBe("");
    }
  });

  test("retweets at once, and its followers see it; undoes it", async () => {
    const { at, card, bob, id } = await inFrontOfBob("Worth passing on");
    const { carol } = await stage().people("carol");
    await stage().api.follow(carol, bob.id);
    const answer = await held(at.page, "**/2/users/*/retweets");
    await at.choose(card, "Retweet", "Retweet");
    await expect.poll(() => at.countOn(card, "Retweet")).toBe("1");
    await answer.letGo();
    await expect.poll(() => at.countOn(card, "Retweet")).toBe("1");
    await expect.poll(() => retweeters(id)).toEqual([bob.id]);
    await stage().drained();
    const other = await stage().open({ as: carol });
    await other.cardOf("Worth passing on").waitFor();
    expect(await other.cardOf("Worth passing on").locator(".context").textContent()).toBe("Bob retweeted");

    await at.choose(card, "Retweet", "Undo retweet");
    await expect.poll(() => at.countOn(card, "Retweet")).toBe("");
    await expect.poll(() => retweeters(id)).toEqual([]);
    await other.cardOf("Worth passing on").waitFor({ state: "detached" });
  });

  test("quotes: the quoted tweet stands in the new one, and leads to its page", async () => {
    const { at, card, alice, id } = await inFrontOfBob("To be quoted");
    await at.choose(card, "Retweet", "Quote");
    const dialog = at.dialog();
    await dialog.locator(".quoted", { hasText: "To be quoted" }).waitFor();
    await at.composer(dialog).fill("Look at this");
    await at.button("Post", dialog).click();
    await dialog.waitFor({ state: "detached" });
    const quote = at.cardOf("Look at this");
    await quote.locator(".quoted", { hasText: "To be quoted" }).click();
    await at.page.waitForURL(`**/${alice.username}/status/${id}`);
    await at.page.locator("article.focused", { hasText: "To be quoted" }).waitFor();
  });

  test("replies: the count moves, and the reply is in the conversation", async () => {
    const { at, card } = await inFrontOfBob("What do you think?");
    await at.button("Reply", card).click();
    await at.composer(at.dialog()).fill("I think so");
    await at.composer(at.dialog()).press("Control+Enter");
    await at.toast("Your reply was posted.").waitFor();
    expect(await at.countOn(card, "Reply")).toBe("1");
    // What home tells of it a moment later does not take that back.
    await at.cardOf("I think so").waitFor();
    expect(await at.countOn(card, "Reply")).toBe("1");
    await card.locator("a.when").click();
    await at.page.locator("article.focused").waitFor();
    const reply = at.cardOf("I think so");
    await reply.waitFor();
    expect(await reply.locator(".answer-to").innerText()).toMatch(/^Replying to @alice_\d+$/);
  });

  test("deletes a tweet of one's own, when asked twice; it comes back where that fails", async () => {
    const { alice } = await stage().people("alice");
    const at = await stage().open({ as: alice });
    await at.post("A slip");
    const card = at.cardOf("A slip");
    await at.choose(card, "More", "Delete");
    await at.button("Cancel", at.dialog()).click();
    expect(await card.count()).toBe(1);

    at.watch.expect(FAILED.status(503));
    await at.page.route("**/2/tweets/*", (route) => route.fulfill({ status: 503, json: { detail: "Later." } }));
    await at.choose(card, "More", "Delete");
    await at.button("Delete", at.dialog()).click();
    await at.toast("The tweet was not deleted. Later.").waitFor();
    await card.waitFor();
    await at.page.unroute("**/2/tweets/*");

    await at.choose(card, "More", "Delete");
    await at.button("Delete", at.dialog()).click();
    await at.toast("Your tweet was deleted.").waitFor();
    await card.waitFor({ state: "detached" });
    await at.page.reload();
    await at.page.getByText("Nothing here yet").waitFor();
  });

  test("without being signed in is asked to log in", async () => {
    const { alice } = await stage().people("alice");
    await stage().post(alice, "For everybody");
    const at = await stage().open({ at: `/${alice.username}` });
    await at.button("Like", at.cardOf("For everybody")).click();
    await at.page.getByRole("form", { name: "Log in" }).waitFor();
  });
});

async function retweeters(id: string): Promise<string[]> {
  const { data = [] } = await stage().api.call<{ data?: { id: string }[] }>(
    `/2/tweets/${id}/retweeted_by`,
    await asSomebody(),
  );
  return data.map((user) => user.id);
}

async function asSomebody(): Promise<{ token: string }> {
  const { reader } = await stage().people("reader");
  return { token: reader.token };
}
