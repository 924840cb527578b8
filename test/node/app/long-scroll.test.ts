import { beforeAll, expect, test } from "vitest";
import { plantFollowers, plantTweets, type PlantedTweet, type PlantedUser } from "./support/bulk.ts";
import { allHostileStrings, fitAsBio, fitAsName, tweetable, withLinksShortened } from "./support/hostile.ts";
import { memoryOf, walkDown, type Walk } from "./support/long-scroll.ts";
import { useStage, type Person } from "./support/stage.ts";
import type { Visit } from "./support/visit.ts";

const stage = useStage();

const TWEETS = 10_000;
const AUTHORS = 20;
const NODES_MAX = 500;
const HEAP_RATIO_MAX = 1.3;
/** As tall as there is room for on a page: the more is seen at once, the sooner all is. */
const WINDOW = { width: 1280, height: 1600 };
const PHONE = { width: 390, height: 1800 };

const strings = allHostileStrings();
const hostileTweets = tweetable(strings);
const filler = Array.from({ length: Math.max(0, TWEETS - hostileTweets.length) }, (_, index) =>
  Array.from({ length: 1 + (index % 9) }, () => `an ordinary tweet, number ${index}.`).join(" "),
);

/** Those that a narrow page has most trouble with: long words, piled marks, changes of direction, lines. */
const unwieldy = hostileTweets.filter((text) => /\S{60}|\p{M}{3}|[\u202a-\u202e\u2066-\u2069\n]/u.test(text));

let reader: Person;
/** Whom everybody planted follows. */
let writer: Person;
let hardWriter: Person;
let tweets: readonly PlantedTweet[];
let hardTweets: readonly PlantedTweet[];
let people: readonly PlantedUser[];

beforeAll(async () => {
  ({ reader, writer, hardWriter } = await stage().people("reader", "writer", "hardWriter"));
  tweets = await plantByMany([...filler, ...hostileTweets]);
  hardTweets = await plantTweets(stage().runtime, hardWriter.id, unwieldy);
  const [names, bios] = [fitAsName(strings), fitAsBio(strings)];
  const described = Array.from({ length: Math.max(names.length, bios.length) }, (_, index) => ({
    name: names[index % names.length] ?? "",
    description: bios[index % bios.length] ?? "",
  }));
  people = await plantFollowers(stage().runtime, writer.id, described);
  await stage().drained();
});

/** Tweets by AUTHORS people, whom the reader follows. */
async function plantByMany(texts: readonly string[]): Promise<PlantedTweet[]> {
  const planted: PlantedTweet[] = [];
  for (let nth = 0; nth < AUTHORS; nth += 1) {
    const { author } = await stage().people("author");
    const own = texts.filter((_, index) => index % AUTHORS === nth);
    planted.push(...(await plantTweets(stage().runtime, author.id, own)));
    await stage().api.follow(reader, author.id);
  }
  return planted;
}

/** What scripts have left on the window, but for what the library leaves that finds links in a text. */
async function globalsOf(visit: Visit): Promise<string[]> {
  const names = (await visit.page.evaluate("Object.getOwnPropertyNames(window)")) as string[];
  return names.filter((name) => name !== "core" && name !== "__core-js_shared__");
}

/** Where in `sent` those stand that were not among the items: a stretch of a list, or some here and there. */
const lacking = (sent: readonly { readonly id: string }[], items: Walk["items"]): number[] =>
  sent.flatMap(({ id }, index) => (items.has(id) ? [] : [index]));

function expectAsSent(sent: readonly PlantedTweet[], items: Walk["items"]): void {
  const wrong = sent.filter(({ id, text }) => items.get(id)?.[0] !== withLinksShortened(text));
  expect(wrong.map(({ id, text }) => ({ sent: text, shown: items.get(id)?.[0] }))).toEqual([]);
}

test(`${TWEETS} tweets, every hostile string among them: shown as sent, in a page that stays small and in shape`, async () => {
  const visit = await stage().open({ as: reader, viewport: WINDOW });
  const globals = await globalsOf(visit);
  const first = await memoryOf(visit.page);
  const { items, nodesMax, faults } = await walkDown(visit.page, ["p.text"], tweets.length);
  const last = await memoryOf(visit.page);

  expect(faults).toEqual([]);
  expect(lacking(tweets, items)).toEqual([]);
  expectAsSent(tweets, items);
  expect(nodesMax).toBeLessThanOrEqual(NODES_MAX);
  expect(await globalsOf(visit)).toEqual(globals);

  const ratio = (last.script + last.document) / (first.script + first.document);
  console.log(
    `${items.size} tweets scrolled, ${hostileTweets.length} of them hostile: at most ${nodesMax} nodes in the feed; heap ` +
      `${ratio.toFixed(2)} times the first screen's (script ${first.script} to ${last.script}, ` +
      `document ${first.document} to ${last.document} bytes)`,
  );
  expect(ratio).toBeLessThanOrEqual(HEAP_RATIO_MAX);
});

test("on a phone the most unwieldy of them are no wider than the page", async () => {
  const visit = await stage().open({ at: `/${hardWriter.username}`, viewport: PHONE });
  await visit.cards().first().waitFor();
  const { items, faults } = await walkDown(visit.page, ["p.text"], hardTweets.length);
  expect(faults).toEqual([]);
  expectAsSent(hardTweets, items);
});

test("every hostile string as a name and as what somebody says about themselves: shown as sent", async () => {
  const visit = await stage().open({ as: reader, at: `/${writer.username}/followers`, viewport: PHONE });
  await visit.page.locator(".person").first().waitFor();
  const globals = await globalsOf(visit);
  const { items, nodesMax, faults } = await walkDown(visit.page, [".person-link", ".bio"], people.length);
  expect(faults).toEqual([]);
  expect(lacking(people, items)).toEqual([]);
  expect(nodesMax).toBeLessThanOrEqual(NODES_MAX);
  const wrong = people.filter(({ id, name, description }) => {
    const [shownName, shownBio = null] = items.get(id) ?? [];
    const bios = [description, withLinksShortened(description)];
    return shownName !== name || !(description === "" ? shownBio === null : bios.includes(shownBio ?? ""));
  });
  expect(wrong.map((person) => ({ ...person, shown: items.get(person.id) }))).toEqual([]);
  expect(await globalsOf(visit)).toEqual(globals);
});

/** A few of many, evenly picked. */
const some = <T>(all: readonly T[], count: number): T[] => {
  const step = Math.max(1, Math.floor(all.length / count));
  return all.filter((_, index) => index % step === 0);
};

test("a hostile name is what a page's headings say, and a hostile text what the composer says while it is typed", async () => {
  const visit = await stage().open({ as: reader, viewport: PHONE });
  const globals = await globalsOf(visit);
  for (const { username, name } of some(people.slice(0, fitAsName(strings).length), 15)) {
    await visit.go(`/${username}`);
    const heading = visit.page.getByRole("region", { name: "About this account" }).locator("h2");
    await heading.waitFor();
    expect(await heading.textContent()).toBe(name);
    expect(await visit.heading().textContent()).toBe(name);
    await expectNoWider(visit);
  }
  await visit.go("/home");
  // A field knows but one end of a line.
  for (const text of some(strings, 40).filter((one) => !/[\r\0]/.test(one))) {
    await visit.composer().fill(text);
    const shown = async () => await visit.page.locator("form.composer .shown").first().textContent();
    await expect.poll(shown).toBe(`${text} `);
    await expectNoWider(visit);
  }
  await visit.composer().fill("");
  expect(await globalsOf(visit)).toEqual(globals);
});

async function expectNoWider(visit: Visit): Promise<void> {
  expect(await visit.page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
}
