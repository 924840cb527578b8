import type { Page } from "playwright-core";
import { drawnAgain } from "./feed-view.ts";

/** What one item of a list says: the text of each of the parts asked for, null where it lacks one. */
export interface Item {
  readonly key: string;
  readonly parts: readonly (string | null)[];
}

interface Stretch {
  readonly items: readonly Item[];
  readonly nodes: number;
  readonly faults: readonly string[];
  readonly drawn: readonly string[];
}

export interface Walk {
  readonly items: ReadonlyMap<string, Item["parts"]>;
  /** Elements in the list, at most, of all steps. */
  readonly nodesMax: number;
  /** Whatever stood where it must not. */
  readonly faults: readonly string[];
}

const STEPS_AT_ONCE = 60;

/**
 * Runs in the page: so many steps down, a window's height each, or until `left` more items were seen. At each it looks at every item that the step before did not have, and at where
 * the frame of the page stands. Nothing of it stays in the page's memory.
 */
const STRETCH = (parts: readonly string[], drawn: readonly string[], left: number): string => `(async () => {
  const parts = ${JSON.stringify(parts)};
  const [items, faults] = [[], []];
  let [drawn, nodes] = [${JSON.stringify(drawn)}, 0];
  const feed = document.querySelector(".feed");
  const frame = document.querySelector("nav.navigation");
  const fault = (what) => faults.length < 20 && faults.push(what);
  const look = () => {
    nodes = Math.max(nodes, feed.getElementsByTagName("*").length);
    const [page, navigation] = [document.documentElement, frame.getBoundingClientRect()];
    if (page.scrollWidth > innerWidth) fault("the page is " + page.scrollWidth + " wide");
    const inPlace = navigation.left >= -1 && navigation.right <= innerWidth + 1 &&
      navigation.top >= -1 && navigation.bottom <= innerHeight + 1;
    if (!inPlace) fault("the navigation stands at " + JSON.stringify(navigation));
    const { left, right } = feed.getBoundingClientRect();
    const found = [];
    for (const item of feed.querySelectorAll(":scope > [data-key]:not([aria-busy])")) {
      const { key } = item.dataset;
      found.push(key);
      if (drawn.includes(key)) continue;
      const box = item.getBoundingClientRect();
      if (box.left < left - 1 || box.right > right + 1 || item.scrollWidth > item.clientWidth + 1) {
        fault("wider than the list: " + item.textContent);
      }
      items.push({ key, parts: parts.map((part) => item.querySelector(part)?.textContent ?? null) });
    }
    drawn = found;
  };
  // A machine that is busy may draw later than it scrolls.
  const isDrawn = () => {
    const [items, list] = [[...feed.querySelectorAll(":scope > [data-key]")], feed.getBoundingClientRect()];
    if (items.length === 0 || items.some((item) => item.ariaBusy === "true")) return false;
    const [top, bottom] = [items[0].getBoundingClientRect().top, items.at(-1).getBoundingClientRect().bottom];
    return top <= Math.max(list.top, 60) + 1 && bottom >= Math.min(list.bottom, innerHeight) - 1;
  };
  for (let step = 0; step < ${STEPS_AT_ONCE} && items.length < ${left}; step += 1) {
    look();
    scrollBy({ top: innerHeight - 60, behavior: "instant" });
    do await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    while (!isDrawn());
  }
  look();
  return { items, faults, nodes, drawn };
})()`;

/** Scrolls a list down by the window until `count` items were seen, or nothing more comes. */
export async function walkDown(page: Page, parts: readonly string[], count: number): Promise<Walk> {
  const items = new Map<string, Item["parts"]>();
  const faults: string[] = [];
  let [nodesMax, drawn, inVain] = [0, [] as readonly string[], 0];
  while (items.size < count && inVain < 10) {
    const before = items.size;
    const stretch = (await page.evaluate(STRETCH(parts, drawn, count - before))) as Stretch;
    for (const item of stretch.items) items.set(item.key, item.parts);
    faults.push(...stretch.faults);
    ({ drawn } = stretch);
    nodesMax = Math.max(nodesMax, stretch.nodes);
    inVain = items.size === before ? inVain + 1 : 0;
  }
  return { items, nodesMax, faults: [...new Set(faults)] };
}

export interface Memory {
  /** Bytes that JavaScript holds, its own code included. */
  readonly script: number;
  /** Bytes of the document, and of arrays of numbers. */
  readonly document: number;
}

const TRIES = 5;

/** What the page holds once everything is let go that can be: the least of a few looks, since the last of it goes late. */
export async function memoryOf(page: Page): Promise<Memory> {
  const session = await page.context().newCDPSession(page);
  let least: Memory = { script: Infinity, document: Infinity };
  for (let tries = 0; tries < TRIES; tries += 1) {
    await session.send("Memory.simulatePressureNotification", { level: "critical" });
    for (let times = 0; times < 2; times += 1) await session.send("HeapProfiler.collectGarbage");
    await drawnAgain(page);
    const { usedSize, embedderHeapUsedSize, backingStorageSize } = await session.send("Runtime.getHeapUsage");
    const now = { script: usedSize, document: embedderHeapUsedSize + backingStorageSize };
    if (now.script + now.document < least.script + least.document) least = now;
  }
  await session.detach();
  return least;
}
