import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { beforeAll, describe, expect, test } from "vitest";
import { ROOT } from "../../../scripts/lib.ts";
import { violationsOn } from "./support/axe.ts";
import { fillStage, type Filled } from "./support/filled.ts";
import { PAGES, type PageState } from "./support/page-states.ts";
import { PASSWORD, useStage } from "./support/stage.ts";
import type { Visit } from "./support/visit.ts";
import { FAILED } from "./support/watch.ts";

const stage = useStage();

let filled: Filled;
beforeAll(async () => {
  filled = await fillStage(stage());
});

/** Reads stay without an answer, or get a bad one; who is signed in is known all the same. */
async function meet(page: Page, network: PageState["network"]): Promise<void> {
  await page.route("**/2/**", async (route) => {
    if (route.request().method() !== "GET") return await route.fallback();
    if (network === "failing") await route.fulfill({ status: 503, json: { detail: "The store does not answer." } });
  });
}

const settled = async (visit: Visit) => await visit.page.locator("main .foot .spinner").waitFor({ state: "detached" });
const WINDOW = { width: 1280, height: 900 };
const PHONE = { width: 390, height: 844 };

/** True where a page leaves nothing open, and nothing in memory, that the next would have to be rid of. */
const isPlain = ({ make, network }: PageState): boolean => make === undefined && network === undefined;

/**
 * @param afresh loads the page; otherwise it is gone to from the one before, as a reader would.
 * @returns what is wrong with the state, light and dark, in words.
 */
async function check(visit: Visit, state: PageState, afresh: boolean): Promise<string[]> {
  const { page } = visit;
  const found: string[] = [];
  if (state.network !== undefined) await meet(page, state.network);
  try {
    await page.setViewportSize(state.phone === true ? PHONE : WINDOW);
    await (afresh ? visit.goto(state.at(filled)) : visit.go(state.at(filled)));
    if (state.network === "hanging") await page.locator(".spinner").first().waitFor();
    else await settled(visit);
    await state.make?.(visit, { stage: stage(), filled });
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      for (const { rule, help, elements } of await violationsOn(page)) {
        found.push(`${state.route}, ${state.name}, ${colorScheme}: ${rule}, ${help}\n  ${elements.join("\n  ")}`);
      }
    }
  } catch (error) {
    found.push(`${state.route}, ${state.name}: ${String(error)}`);
  }
  await visit.context.setOffline(false);
  await page.unrouteAll({ behavior: "ignoreErrors" });
  return found;
}

/** What makes a state complains of it. */
const EXPECTED = [FAILED.status(401), FAILED.status(404), FAILED.status(503), FAILED.offline, /WebSocket/];

test.each(["signedOut", "newbie", "paula", "alice"] as const)(
  "%s: no page, in no state, has a violation",
  async (who) => {
    const visit = await stage().open(who === "signedOut" ? {} : { as: filled[who] });
    visit.watch.expect(...EXPECTED);
    const found: string[] = [];
    let before: PageState | undefined;
    for (const state of PAGES[who]) {
      const afresh = before === undefined || !isPlain(before) || state.network !== undefined;
      found.push(...(await check(visit, state, afresh)));
      before = state;
    }
    expect(found).toEqual([]);
  },
);

test("every route of the app is visited", () => {
  const source = readFileSync(join(ROOT, "web/app/routes.ts"), "utf8");
  const routes = [...source.matchAll(/(?:\bpath: |\bpage\()"([^"]+)"/g)].map(([, path]) => path);
  expect(routes.length).toBeGreaterThan(15);
  const visited = new Set(Object.values(PAGES).flatMap((states) => states.map(({ route }) => route)));
  expect(routes.filter((route) => !visited.has(route ?? ""))).toEqual([]);
});

describe("writing that runs from right to left", () => {
  const TEXTS = {
    arabic: "كانت الطيور تطير فوق الشاطئ عند انخفاض المد #طيور",
    hebrew: "הציפורים עפו מעל החוף בשעת השפל",
    latin: "The birds flew over the shore at low tide",
  };
  const WRITERS = ["arabic", "hebrew", "latin"] as const;

  test("stands right-to-left in its own card, name and text; the page around it stays as it is", async () => {
    const { reader, ...writers } = await stage().people("reader", "arabic", "hebrew", "latin");
    const visit = await stage().open({ as: reader });
    const frame = async () => await visit.page.locator("nav.navigation").boundingBox();
    const before = await frame();
    await stage().api.describe(writers.arabic, { name: "طائر الدريجة" });
    await stage().api.describe(writers.hebrew, { name: "חופית אלפינית" });
    for (const who of WRITERS) {
      await stage().post(writers[who], TEXTS[who]);
      await stage().api.follow(reader, writers[who].id);
    }
    await stage().drained();
    await visit.page.reload();

    for (const who of WRITERS) {
      await visit.cardOf(TEXTS[who]).waitFor();
      const card = `.card[data-key="${await visit.cardOf(TEXTS[who]).getAttribute("data-key")}"]`;
      const [edge, other] = who === "latin" ? (["left", "right"] as const) : (["right", "left"] as const);
      const direction = who === "latin" ? "ltr" : "rtl";
      const gaps = await gapsAround(visit.page, card);
      expect(gaps.text[edge], `${who}: where the line begins`).toBeLessThan(2);
      expect(gaps.text[other], `${who}: where it ends`).toBeGreaterThan(50);
      expect(await directionOf(visit.page, `${card} p.text`)).toBe(direction);
      expect(await directionOf(visit.page, `${card} .name bdi`)).toBe(direction);
      expect(await directionOf(visit.page, `${card} .handle`)).toBe("ltr");
      // The picture stands where it stands in every card.
      expect(gaps.avatar.left).toBe(16);
    }
    expect(await directionOf(visit.page, "html")).toBe("ltr");
    expect(await frame()).toEqual(before);

    await visit.composer().fill(TEXTS.arabic);
    expect(await directionOf(visit.page, "form.composer textarea")).toBe("rtl");
    expect(await directionOf(visit.page, "form.composer .shown")).toBe("rtl");
  });
});

describe("motion", () => {
  /** Counts what begins to move, from the page's first moment on. */
  const COUNT = `window.moves = []; for (const event of ["animationstart", "transitionrun"])
    addEventListener(event, ({ animationName, propertyName }) => moves.push(animationName || propertyName), true);`;

  async function moves(reducedMotion: "reduce" | "no-preference"): Promise<string[]> {
    const { alice } = await stage().people("alice");
    const id = await stage().post(alice, "Pressed");
    const visit = await stage().openBlank({ reducedMotion });
    await visit.context.addInitScript(COUNT);
    await visit.signIn(alice.username, PASSWORD);
    const card = visit.cardOf("Pressed");
    await visit.button("Like", card).click();
    await expect.poll(async () => await visit.button("Like", card).getAttribute("aria-pressed")).toBe("true");
    await visit.page.keyboard.press("n");
    await visit.dialog().waitFor();
    await visit.page.keyboard.press("Escape");
    await visit.dialog().waitFor({ state: "detached" });
    await visit.go(`/${alice.username}/status/${id}`);
    await visit.page.locator("article.card.focused").waitFor();
    const running = (await visit.page.evaluate("document.getAnimations().map((one) => one.animationName)")) as string[];
    return [...((await visit.page.evaluate("window.moves")) as string[]), ...running];
  }

  test("some of it there is, and none for whoever does not want it", async () => {
    expect(await moves("no-preference")).toContain("pop");
    expect(await moves("reduce")).toEqual([]);
  });
});

async function directionOf(page: Page, selector: string): Promise<string> {
  return await page.evaluate(`getComputedStyle(document.querySelector(${JSON.stringify(selector)})).direction`);
}

interface Gap {
  readonly left: number;
  readonly right: number;
}

/** Pixels between the lines of a card's text and the text's box, and between the picture and the card. */
async function gapsAround(page: Page, card: string): Promise<{ readonly text: Gap; readonly avatar: Gap }> {
  return await page.evaluate(`(() => {
    const card = document.querySelector(${JSON.stringify(card)});
    const box = card.querySelector("p.text");
    const range = document.createRange();
    range.selectNodeContents(box);
    const lines = [...range.getClientRects()];
    const within = (inner, outer) => ({ left: inner.left - outer.left, right: outer.right - inner.right });
    const line = { left: Math.min(...lines.map(({ left }) => left)), right: Math.max(...lines.map(({ right }) => right)) };
    const avatar = within(card.querySelector(".avatar").getBoundingClientRect(), card.getBoundingClientRect());
    return { text: within(line, box.getBoundingClientRect()), avatar };
  })()`);
}
