import type { Page } from "playwright-core";

/** A card as the reader sees it: whose, and so many pixels below the window's top. */
export interface Seen {
  readonly key: string;
  readonly top: number;
}

const SHOWN = `[...document.querySelectorAll(".feed > [data-key]")].map((item) => {
  const { top, bottom } = item.getBoundingClientRect();
  return { key: item.dataset.key, top, bottom };
}).filter(({ top, bottom }) => bottom > 56 && top < innerHeight)`;

/** What shows of the list, from the heading down. */
export async function shownOn(page: Page): Promise<Seen[]> {
  return await page.evaluate(SHOWN);
}

/** The first that shows; null on an empty page. */
export async function firstOn(page: Page): Promise<Seen | null> {
  return (await shownOn(page))[0] ?? null;
}

/** Keys of all items that are in the document, in order. */
export async function drawnOn(page: Page): Promise<string[]> {
  return await page.evaluate(`[...document.querySelectorAll(".feed > [data-key]")].map((item) => item.dataset.key)`);
}

/** Settles when the page has drawn what it was about to draw. */
export async function drawnAgain(page: Page): Promise<void> {
  await page.evaluate(`new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(null))))`);
}

/** Scrolls the window by so many pixels, and waits until it is drawn. */
export async function scrollBy(page: Page, pixels: number): Promise<void> {
  await page.evaluate(`scrollBy({ top: ${pixels}, behavior: "instant" })`);
  await drawnAgain(page);
}

/** Scrolls down until an item with `key` is on the page. */
export async function scrollTo(page: Page, key: string): Promise<void> {
  const wanted = page.locator(`.feed > [data-key="${key}"]`);
  const loading = page.locator(".feed[aria-busy=true]");
  for (let steps = 0; (await wanted.count()) === 0; steps += 1) {
    if (steps > 500) throw new Error(`${key} is nowhere in the list`);
    if ((await loading.count()) > 0) await loading.waitFor({ state: "detached" });
    await scrollBy(page, 700);
  }
  const item = `document.querySelector('.feed > [data-key="${key}"]')`;
  await page.evaluate(`${item}.scrollIntoView({ block: "center", behavior: "instant" })`);
  await drawnAgain(page);
}
