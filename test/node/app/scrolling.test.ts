import type { Route } from "playwright-core";
import { beforeAll, describe, expect, test } from "vitest";
import { plantTweets, type PlantedTweet } from "./support/bulk.ts";
import { drawnAgain, drawnOn, firstOn, scrollBy, scrollTo, shownOn, type Seen } from "./support/feed-view.ts";
import { useStage, type Person } from "./support/stage.ts";
import type { Visit } from "./support/visit.ts";
import { FAILED } from "./support/watch.ts";

const stage = useStage();

/** Tweets of very different heights, so that whoever guesses one is wrong. */
const TEXTS = Array.from({ length: 300 }, (_, index) => {
  const lines = Array.from({ length: (index * 7) % 5 }, (_line, nth) => `line ${nth} of some length`);
  return [`tweet ${index}`, ...lines].join(index % 3 === 0 ? "\n\n" : " and then a good deal more of it, ");
});
const PHONE = { width: 390, height: 844 };
const WINDOW = { width: 1280, height: 900 };
const PIXELS_OFF = 2;

let reader: Person;
let writer: Person;
/** What is home to the reader, newest first. */
let tweets: readonly PlantedTweet[];

beforeAll(async () => {
  ({ reader, writer } = await stage().people("reader", "writer"));
  tweets = (await plantTweets(stage().runtime, writer.id, TEXTS)).toReversed();
  await stage().api.follow(reader, writer.id);
  await stage().drained();
});

const keyOf = (nth: number): string => tweets[nth]?.id ?? "";

async function expectBackAt(visit: Visit, place: Seen | null): Promise<void> {
  await expect.poll(async () => (await firstOn(visit.page))?.key).toBe(place?.key);
  await drawnAgain(visit.page);
  const now = await firstOn(visit.page);
  expect(Math.abs((now?.top ?? NaN) - (place?.top ?? NaN)), "pixels off").toBeLessThanOrEqual(PIXELS_OFF);
}

/** Runs in the page: keeps by how many pixels scripts scroll the window, each time. */
const NOTE_MOVES = `(() => {
  const scroll = window.scrollBy.bind(window);
  window.moves = [];
  window.scrollBy = (by) => (window.moves.push(by.top), scroll(by));
})()`;

const HEIGHT = "document.documentElement.scrollHeight";

/** Scrolls a window's height on. @returns whether that was the end of what is loaded. */
async function isAtEnd(visit: Visit): Promise<boolean> {
  await scrollBy(visit.page, PHONE.height);
  return (await visit.page.evaluate(`innerHeight + scrollY >= ${HEIGHT} - 1`)) === true;
}

/** Opens the second tweet that shows, by a press on its text. */
async function openOne(visit: Visit): Promise<void> {
  const [, second] = await shownOn(visit.page);
  await visit.page.locator(`.feed > [data-key="${second?.key}"] p.text`).click();
  await visit.page.waitForURL(/\/status\//);
  await visit.page.locator("article.card.focused").waitFor();
}

describe.each([WINDOW, PHONE])("in a window of $width x $height", (viewport) => {
  test("a reader who opens a tweet far down and goes back is where they were, to the pixel or two", async () => {
    const visit = await stage().open({ as: reader, viewport });
    await scrollTo(visit.page, keyOf(60));
    const place = await firstOn(visit.page);
    await openOne(visit);
    await visit.page.goBack();
    await expectBackAt(visit, place);
    // By the page's own button, and over two pages.
    await openOne(visit);
    await visit.page.locator("article.card.focused a.name").click();
    await visit.page.getByRole("region", { name: "About this account" }).waitFor();
    await visit.page.goBack();
    await visit.page.locator("article.card.focused").waitFor();
    await visit.button("Back").click();
    await expectBackAt(visit, place);
    // And where the window was another one meanwhile, so that every tweet above is of another height.
    await visit.page.goForward();
    await visit.page.locator("article.card.focused").waitFor();
    await visit.page.setViewportSize(viewport === PHONE ? WINDOW : PHONE);
    await visit.page.goBack();
    await expectBackAt(visit, place);
  });

  test("nothing jumps while a reader scrolls, up or down", async () => {
    const visit = await stage().open({ as: reader, viewport });
    await scrollTo(visit.page, keyOf(70));
    // Every height that the page knows of what it does not show is wrong from here on.
    const place = await firstOn(visit.page);
    await visit.page.setViewportSize({ ...viewport, width: viewport === PHONE ? 560 : 480 });
    await expectBackAt(visit, place);
    for (const by of [-400, -650, -400, 500, 650, -900, -300, 250, -1200, -400]) {
      const before = await shownOn(visit.page);
      await scrollBy(visit.page, by);
      const after = new Map((await shownOn(visit.page)).map(({ key, top }) => [key, top]));
      for (const { key, top } of before) {
        const now = after.get(key);
        if (now === undefined) continue;
        expect(Math.abs(now - (top - by)), `${key} after ${by}`).toBeLessThanOrEqual(PIXELS_OFF);
      }
    }
  });
});

test("a reader who waits at the end stays where they are when more comes: nothing moves the window, not even for a moment", async () => {
  const visit = await stage().open({ as: reader, viewport: PHONE });
  const pages: Route[] = [];
  await visit.page.route(/reverse_chronological\?.*pagination_token/, (route) => void pages.push(route));
  await visit.page.evaluate(NOTE_MOVES);
  for (let more = 0; more < 5; more += 1) {
    await expect.poll(async () => (await isAtEnd(visit)) && pages.length > 0).toBe(true);
    const [place, height] = [await firstOn(visit.page), Number(await visit.page.evaluate(HEIGHT))];
    await visit.page.evaluate("window.moves.length = 0");
    await pages.shift()?.continue();
    await expect.poll(() => visit.page.evaluate(HEIGHT)).toBeGreaterThan(height);
    await expectBackAt(visit, place);
    expect(await visit.page.evaluate("window.moves")).toEqual([]);
  }
});

test("a reader who scrolls far down and up again finds the same tweets in the same order, none twice", async () => {
  const visit = await stage().open({ as: reader });
  const texts = new Map(tweets.map(({ id, text }) => [id, text]));
  const note = async (seen: string[]) => {
    const drawn = await drawnOn(visit.page);
    expect(new Set(drawn).size, "drawn once").toBe(drawn.length);
    const first = tweets.findIndex(({ id }) => id === drawn[0]);
    expect(drawn).toEqual(tweets.slice(first, first + drawn.length).map(({ id }) => id));
    for (const key of drawn) if (!seen.includes(key)) seen.push(key);
  };
  const [down, up]: [string[], string[]] = [[], []];
  for (let steps = 0; down.length < tweets.length && steps < 400; steps += 1) {
    await note(down);
    await scrollBy(visit.page, 1000);
  }
  expect(down).toEqual(tweets.map(({ id }) => id));
  while ((await visit.page.evaluate("scrollY")) !== 0) {
    await note(up);
    await scrollBy(visit.page, -1000);
  }
  await note(up);
  expect(up.toSorted()).toEqual(down.toSorted());
  // What was let go meanwhile came again: every card has its own words.
  await expect.poll(async () => await visit.page.locator(".card.waiting").count()).toBe(0);
  for (const { key } of await shownOn(visit.page)) {
    const text = visit.page.locator(`.feed > [data-key="${key}"] p.text`);
    expect(await text.textContent()).toBe(texts.get(key));
  }
});

test("going back to the very top, or to a page that is no list, is no jump either", async () => {
  const visit = await stage().open({ as: reader, viewport: { width: 1280, height: 500 } });
  await visit.go(`/${writer.username}`);
  await scrollTo(visit.page, keyOf(30));
  await visit.page.goBack();
  await expect.poll(async () => await visit.page.evaluate("scrollY")).toBe(0);
  await visit.go("/settings");
  await visit.page.evaluate("scrollTo(0, 180)");
  await visit.page.getByRole("link", { name: "Appearance" }).click();
  await visit.page.getByRole("heading", { name: "Appearance" }).waitFor();
  expect(await visit.page.evaluate("scrollY")).toBe(0);
  await visit.page.goBack();
  await expect.poll(async () => await visit.page.evaluate("scrollY")).toBe(180);
});

test("what grows, comes or goes above does not move what the reader reads", async () => {
  const { owner, friend } = await stage().people("owner", "friend");
  const own = (await plantTweets(stage().runtime, friend.id, TEXTS.slice(0, 60))).toReversed();
  await stage().api.follow(owner, friend.id);
  await stage().drained();
  const visit = await stage().open({ as: owner });
  await scrollTo(visit.page, own[12]?.id ?? "");
  const place = await firstOn(visit.page);
  const above = (await drawnOn(visit.page)).filter((_, index, all) => index < all.indexOf(place?.key ?? ""));
  expect(above.length).toBeGreaterThan(1);

  const grown = `.feed > [data-key="${above.at(-1)}"]`;
  await visit.page.evaluate(`document.querySelector('${grown}').style.paddingBottom = "160px"`);
  await expectBackAt(visit, place);

  await stage().api.call(`/2/tweets/${above.at(-2)}`, { method: "DELETE", token: friend.token });
  await expect.poll(async () => await drawnOn(visit.page)).not.toContain(above.at(-2));
  await expectBackAt(visit, place);

  // From another device: it is no news to its writer, and stands on top by itself.
  const length = async (): Promise<number> => await visit.page.evaluate("document.documentElement.scrollHeight");
  const before = await length();
  await stage().post(owner, "from the telephone");
  await expect.poll(length).toBeGreaterThan(before);
  await expectBackAt(visit, place);
  await visit.page.evaluate("scrollTo(0, 0)");
  await visit.cardOf("from the telephone").waitFor();
});

test("after a long way elsewhere what was let go waits in its place, and comes again; offline, once the network is back", async () => {
  const visit = await stage().open({ as: reader });
  await scrollTo(visit.page, keyOf(40));
  const place = await firstOn(visit.page);
  const shown = await shownOn(visit.page);
  await visit.go(`/${writer.username}`);
  await scrollTo(visit.page, keyOf(290));
  visit.watch.expect(FAILED.offline, /WebSocket/);
  await visit.context.setOffline(true);
  await visit.page.goBack();
  await expectBackAt(visit, place);
  await visit.page.getByText("You are offline").waitFor();
  expect(await visit.page.locator(".card.waiting").count()).toBeGreaterThan(3);
  // Each takes the room that it had.
  const now = new Map((await shownOn(visit.page)).map(({ key, top }) => [key, top]));
  for (const { key, top } of shown) {
    expect(Math.abs((now.get(key) ?? NaN) - top), `${key}, pixels off`).toBeLessThanOrEqual(PIXELS_OFF);
  }
  await visit.context.setOffline(false);
  await expect.poll(async () => await visit.page.locator(".card.waiting").count()).toBe(0);
  await visit.page.getByText("You are offline").waitFor({ state: "detached" });
  await expectBackAt(visit, place);
});

test("a tweet that stays on the screen can be liked, however much came since that the page holds as well", async () => {
  const { watcher, talker } = await stage().people("watcher", "talker");
  const quoted = await plantTweets(stage().runtime, talker.id, TEXTS.slice(0, 200));
  await stage().api.follow(watcher, talker.id);
  await stage().drained();
  const visit = await stage().open({ as: watcher });
  const first = visit.cards().first();
  const key = await first.getAttribute("data-key");
  // Each brings another one along.
  for (let nth = 0; nth < 160; nth += 10) {
    const some = quoted.slice(nth, nth + 10);
    await Promise.all(some.map(async ({ id }) => await stage().post(talker, `about ${id}`, { quote_tweet_id: id })));
  }
  const last = visit.page.waitForResponse(
    async (answer) => answer.url().includes("/timelines/") && (await answer.text()).includes("the last one"),
  );
  await stage().post(talker, "the last one");
  await last;
  expect(await first.getAttribute("data-key")).toBe(key);
  await visit.button("Like", first).click();
  await expect.poll(async () => await visit.button("Like", first).getAttribute("aria-pressed")).toBe("true");
  await expect.poll(async () => await visit.countOn(first, "Like")).toBe("1");
});

test("who is muted far down is nowhere further up either, where the page had let their tweets go", async () => {
  const { owner, loud, quiet } = await stage().people("owner", "loud", "quiet");
  for (const author of [loud, quiet]) {
    await plantTweets(stage().runtime, author.id, TEXTS.slice(0, 150));
    await stage().api.follow(owner, author.id);
  }
  await stage().drained();
  const visit = await stage().open({ as: owner });
  const theirs = visit.cards().filter({ hasText: `@${loud.username}` });
  await theirs.first().waitFor();
  await scrollTo(visit.page, (await stage().api.wholeHome(owner)).at(-5) ?? "");
  await visit.choose(theirs.last(), "More", `Mute @${loud.username}`);
  await expect.poll(async () => await theirs.count()).toBe(0);
  while ((await visit.page.evaluate("scrollY")) !== 0) {
    await scrollBy(visit.page, -700);
    await expect.poll(async () => await visit.page.locator(".card.waiting").count()).toBe(0);
    expect(await theirs.count()).toBe(0);
  }
  expect(await visit.cards().count()).toBeGreaterThan(3);
});
