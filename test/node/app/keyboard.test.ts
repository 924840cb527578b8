import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { drawnAgain, shownOn } from "./support/feed-view.ts";
import { useStage, type Person } from "./support/stage.ts";
import type { Visit } from "./support/visit.ts";

const stage = useStage();
const TWEETS = 25;

let reader: Person;
let writer: Person;
let visit: Visit;
/** Newest first. */
const ids: string[] = [];

beforeAll(async () => {
  ({ reader, writer } = await stage().people("reader", "writer"));
  for (let nth = 0; nth < TWEETS; nth += 1) ids.unshift(await stage().post(writer, `tweet number ${nth}`));
  await stage().api.follow(reader, writer.id);
  await stage().drained();
});

beforeEach(async () => {
  visit = await stage().open({ as: reader });
  await visit.cards().nth(5).waitFor();
});

const press = async (...keys: readonly string[]): Promise<void> => {
  for (const key of keys) {
    await visit.page.keyboard.press(key);
    await drawnAgain(visit.page);
  }
};

/** The card that has the focus itself, or holds what has it; null where none does. */
const focusedCard = async (): Promise<string | null> =>
  await visit.page.evaluate(`document.activeElement.closest("[data-key]")?.dataset.key ?? null`);

/** What has the focus, in few words. */
const focused = async (): Promise<string> =>
  await visit.page.evaluate(`(() => { const { tagName, ariaLabel, textContent } = document.activeElement;
    return tagName.toLowerCase() + " " + (ariaLabel ?? textContent.slice(0, 40)); })()`);

describe("somebody without a mouse", () => {
  test("steps through home with j and k, and always sees the whole card that has the focus", async () => {
    await press("j");
    expect(await focusedCard()).toBe(ids[0]);
    await press("k");
    expect(await focusedCard(), "there is none before the first").toBe(ids[0]);
    for (let nth = 1; nth < TWEETS; nth += 1) {
      await press("j");
      await expect.poll(focusedCard).toBe(ids[nth]);
      await expectWhole(ids[nth]);
    }
    await press("j");
    expect(await focusedCard(), "there is none after the last").toBe(ids.at(-1));
    for (let nth = TWEETS - 2; nth >= TWEETS - 14; nth -= 1) {
      await press("k");
      await expect.poll(focusedCard).toBe(ids[nth]);
      await expectWhole(ids[nth]);
    }
  });

  test("who scrolled far away since begins at the first card on the screen", async () => {
    await press("j", "j");
    await visit.page.evaluate("scrollBy({ top: 2400, behavior: 'instant' })");
    await drawnAgain(visit.page);
    await expect.poll(async () => (await shownOn(visit.page)).some(({ key }) => key === ids[1])).toBe(false);
    await press("j");
    const shown = (await shownOn(visit.page)).map(({ key }) => key);
    expect(shown.slice(0, 2)).toContain(await focusedCard());
  });

  test("opens a tweet with Enter, goes back with Backspace, and goes on from the same card", async () => {
    await press("j", "j", "j", "j");
    await press("Enter");
    await visit.page.waitForURL(`**/status/${ids[3]}`);
    await visit.page.locator("article.card.focused").waitFor();
    await expect.poll(focused).toMatch(/^h1 /);
    await press("Backspace");
    await visit.page.waitForURL("**/home");
    await expect.poll(focusedCard).toBe(ids[3]);
    await press("j");
    await expect.poll(focusedCard).toBe(ids[4]);
  });

  test("likes with l, and takes it back with l, without moving", async () => {
    await press("j", "j");
    const card = visit.cards().nth(1);
    await press("l");
    await expect.poll(async () => await visit.button("Like", card).getAttribute("aria-pressed")).toBe("true");
    await expect.poll(async () => await visit.countOn(card, "Like")).toBe("1");
    await press("l");
    await expect.poll(async () => await visit.button("Like", card).getAttribute("aria-pressed")).toBe("false");
    expect(await focusedCard()).toBe(ids[1]);
  });

  test.each([
    { key: "n", title: "New tweet", field: "Tweet text" },
    { key: "r", title: "Reply", field: "Reply text" },
    { key: "q", title: "Quote", field: "Tweet text" },
    { key: "?", title: "Keyboard shortcuts", field: null },
  ])(
    "$key opens “$title”; letters are letters there; Escape closes it, and the focus is where it was",
    async (what) => {
      await press("j", "j", "j");
      await press(what.key);
      const dialog = visit.page.getByRole("dialog", { name: what.title });
      await dialog.waitFor();
      if (what.field !== null) {
        await expect.poll(focused).toBe(`textarea ${what.field}`);
        await visit.page.keyboard.type("jklrn?");
        expect(await dialog.getByRole("textbox").inputValue()).toBe("jklrn?");
      } else {
        expect(await visit.page.evaluate("document.activeElement.closest('dialog') !== null")).toBe(true);
        await press("n");
      }
      expect(await visit.dialog().count()).toBe(1);
      await press("Escape");
      await dialog.waitFor({ state: "detached" });
      expect(await focusedCard()).toBe(ids[2]);
    },
  );

  test("writes with n and sends with Control and Enter; the focus goes back to the card", async () => {
    const { other } = await stage().people("other");
    await stage().api.follow(other, writer.id);
    await stage().drained();
    visit = await stage().open({ as: other });
    await visit.cards().nth(5).waitFor();
    await press("j", "n");
    await visit.dialog().waitFor();
    await visit.page.keyboard.type("from the keyboard");
    await press("Control+Enter");
    await visit.dialog().waitFor({ state: "detached" });
    await visit.cardOf("from the keyboard").waitFor();
    expect(await focusedCard()).toBe(ids[0]);
  });

  test("opens a menu, steps through it with the arrows, and is back at its button", async () => {
    await press("j");
    await visit.button("More", visit.cards().first()).focus();
    await press("Enter");
    await visit.page.getByRole("menu").waitFor();
    const items = await visit.page.getByRole("menuitem").allInnerTexts();
    expect(items.length).toBeGreaterThan(2);
    expect(await focused()).toBe(`button ${items[0]}`);
    await press("ArrowDown");
    expect(await focused()).toBe(`button ${items[1]}`);
    await press("ArrowUp", "ArrowUp");
    expect(await focused()).toBe(`button ${items.at(-1)}`);
    await press("j");
    expect(await focused(), "no shortcut meanwhile").toBe(`button ${items.at(-1)}`);
    await press("Escape");
    await visit.page.getByRole("menu").waitFor({ state: "detached" });
    expect(await focused()).toBe("button More");
    expect(await focusedCard()).toBe(ids[0]);
  });

  test("skips the navigation, and comes to a page's heading when it opens one", async () => {
    await visit.goto("/home");
    await press("Tab");
    expect(await focused()).toBe("a Skip to the page");
    await press("Enter");
    expect(await visit.page.evaluate("document.activeElement.id")).toBe("page");
    await visit.page.getByRole("link", { name: "Bookmarks" }).focus();
    await press("Enter");
    await visit.page.getByRole("heading", { name: "Bookmarks" }).waitFor();
    await expect.poll(focused).toBe("h1 Bookmarks");
    await press("h");
    await expect.poll(focused).toBe("h1 Home");
    await press("p");
    await visit.page.getByRole("region", { name: "About this account" }).waitFor();
    await expect.poll(focused).toBe(`h1 ${reader.name}`);
  });
});

/** The card lies between the heading and the window's foot, or begins below the heading where it is taller. */
async function expectWhole(key: string | undefined): Promise<void> {
  const [top, bottom, window] = (await visit.page.evaluate(`(() => {
    const { top, bottom } = document.querySelector('[data-key="${key}"]').getBoundingClientRect();
    return [top, bottom, innerHeight]; })()`)) as [number, number, number];
  expect(top, "top").toBeGreaterThanOrEqual(54);
  expect(bottom, "bottom").toBeLessThanOrEqual(window);
}
