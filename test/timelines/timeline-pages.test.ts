import fc from "fast-check";
import { expect, test } from "vitest";
import { TimelinePages, type PageStore } from "../../durable-objects/timeline-pages.ts";
import type { TimelineEntry } from "../../durable-objects/timeline-entry.ts";

/**
 * The pages against the simplest thing that could be right: a list of entries, a floor, the authors followed and the
 * tweets deleted. The model keeps everything it ever admitted above the floor; the pages may forget only by raising it.
 */
const OWNER = "0000000000000000001";
const AUTHORS = [OWNER, "0000000000000000002", "0000000000000000003", "0000000000000000004"] as const;
const ZERO = "0".repeat(19);
const TOP = "9223372036854775807";

const idOf = (number: number): string => String(number).padStart(19, "0");

function memoryStore(): PageStore & { readonly rows: Map<number, Uint8Array> } {
  const rows = new Map<number, Uint8Array>();
  return {
    rows,
    load: (key) => rows.get(key)?.slice().buffer ?? null,
    save: (key, bytes) => void rows.set(key, bytes.slice()),
    remove: (key) => void rows.delete(key),
  };
}

interface Model {
  entries: Map<string, TimelineEntry>;
  floor: string;
  follows: Map<string, { state: 0 | 1; version: number }>;
  deleted: Set<string>;
}

const follows = (model: Model, actor: string) => actor === OWNER || model.follows.get(actor)?.state === 1;

type Step =
  | { readonly kind: "push"; readonly entries: readonly TimelineEntry[] }
  | { readonly kind: "remove"; readonly tweets: readonly string[] }
  | { readonly kind: "follow"; readonly author: string; readonly state: 0 | 1; readonly version: number }
  | { readonly kind: "merge"; readonly entries: readonly TimelineEntry[]; readonly floor: string | null }
  | { readonly kind: "reopen" };

const SPACE = 400;
const id = fc.integer({ min: 1_000, max: 1_000 + SPACE }).map(idOf);
/** An id stands for one entry; one in ten is a retweet, whose tweet has another id. */
const entry: fc.Arbitrary<TimelineEntry> = fc.integer({ min: 1_000, max: 1_000 + SPACE }).map((number) => {
  const actorId = AUTHORS[number % AUTHORS.length] ?? OWNER;
  if (number % 10 > 0) return { id: idOf(number), tweetId: idOf(number), authorId: actorId, actorId };
  return { id: idOf(number), tweetId: idOf(number - 500), authorId: "0000000000000000009", actorId };
});
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant("push" as const),
      entries: fc.array(entry, { minLength: 1, maxLength: 3 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("remove" as const),
      tweets: fc.array(id, { minLength: 1, maxLength: 4 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("follow" as const),
      author: fc.constantFrom(...AUTHORS.slice(1)),
      state: fc.constantFrom(0 as const, 1 as const),
      version: fc.integer({ min: 1, max: 12 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("merge" as const),
      entries: fc.array(entry, { maxLength: 40 }),
      floor: fc.option(fc.integer({ min: 1_000, max: 1_060 }).map(idOf)),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ kind: "reopen" as const }) },
);

function admit(model: Model, entries: readonly TimelineEntry[]): void {
  for (const one of entries) {
    if (one.id <= model.floor || !follows(model, one.actorId) || model.deleted.has(one.tweetId)) continue;
    if (!model.entries.has(one.id)) model.entries.set(one.id, one);
  }
}

function applyToModel(model: Model, step: Step): void {
  if (step.kind === "push") admit(model, step.entries);
  if (step.kind === "remove") {
    for (const tweet of step.tweets) {
      if (tweet <= model.floor) continue; // below the floor the store answers
      model.deleted.add(tweet);
      for (const one of model.entries.values()) if (one.tweetId === tweet) model.entries.delete(one.id);
    }
  }
  if (step.kind === "follow" && (model.follows.get(step.author)?.version ?? 0) < step.version) {
    model.follows.set(step.author, step);
    if (step.state === 0)
      for (const one of model.entries.values()) if (one.actorId === step.author) model.entries.delete(one.id);
  }
  if (step.kind === "merge") {
    if (step.floor !== null && step.floor > model.floor) model.floor = step.floor;
    admit(model, step.entries);
  }
}

function applyToPages(pages: TimelinePages, step: Step, reopen: () => TimelinePages): TimelinePages {
  if (step.kind === "push") pages.push(step.entries);
  if (step.kind === "remove") pages.remove(step.tweets);
  if (step.kind === "follow") pages.setFollow(step.author, step);
  if (step.kind === "merge") {
    const newestFirst = [...step.entries].sort((a, b) => (a.id < b.id ? 1 : -1));
    pages.merge(step.floor === null ? { entries: newestFirst } : { entries: newestFirst, floor: step.floor });
  }
  return step.kind === "reopen" ? reopen() : pages;
}

/** What the model holds above the pages' own floor, newest first. */
const wanted = (model: Model, floor: string): TimelineEntry[] =>
  [...model.entries.values()].filter((one) => one.id > floor).sort((a, b) => (a.id < b.id ? 1 : -1));

function readByPages(pages: TimelinePages, size: number): TimelineEntry[] {
  const found: TimelineEntry[] = [];
  for (let before = TOP; ;) {
    const page = pages.read({ before, since: ZERO, count: size });
    found.push(...page.entries);
    const last = page.entries.at(-1);
    if (!page.more || last === undefined) return found;
    before = last.id;
  }
}

function newPages(entriesMax: number) {
  const store = memoryStore();
  const settings = { ownerId: OWNER, entriesMax };
  const followed = new Map(AUTHORS.slice(1).map((author) => [author, { state: 1 as const, version: 1 }]));
  const pages = TimelinePages.create(store, settings, 1);
  pages.merge({ entries: [], follows: followed });
  const reopen = () => {
    const opened = TimelinePages.open(store, settings);
    if (opened === null) throw new Error("nothing is stored");
    return opened;
  };
  const model: Model = { entries: new Map(), floor: ZERO, follows: new Map(followed), deleted: new Set() };
  return { store, pages, reopen, model };
}

test("pages hold what a plain list would: complete above a floor that only rises, never more than they may keep", () => {
  let trims = 0;
  fc.assert(
    fc.property(
      fc.constantFrom(5, 12, 40, 150),
      fc.array(step, { minLength: 1, maxLength: 150 }),
      fc.integer({ min: 1, max: 30 }),
      (entriesMax, steps, size) => {
        const { store, pages: first, reopen, model } = newPages(entriesMax);
        let pages = first;
        for (const one of steps) {
          const floor = pages.floor;
          pages = applyToPages(pages, one, reopen);
          applyToModel(model, one);
          expect(pages.floor >= floor, "the floor only rises").toBe(true);
          if (pages.floor > model.floor) trims += 1;
          model.floor = pages.floor;
          const held = wanted(model, pages.floor);
          expect(held.length).toBeLessThanOrEqual(entriesMax);
          expect(pages.read({ before: TOP, since: ZERO, count: 10_000 })).toEqual({ entries: held, more: false });
          model.entries = new Map(held.map((entry) => [entry.id, entry]));
        }
        expect(readByPages(pages, size)).toEqual(readByPages(pages, 10_000));
        expect(readByPages(reopen(), size), "as stored").toEqual(wanted(model, model.floor));
        expect(store.rows.size, "no row is left behind").toBeLessThanOrEqual(2 + Math.max(entriesMax, 8));
      },
    ),
    { numRuns: 1000 },
  );
  expect(trims, "trimming was met").toBeGreaterThan(100);
});

test("a page between two ids is the same cut of the whole, whatever the range", () => {
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 60 }),
      id,
      id,
      fc.integer({ min: 1, max: 20 }),
      (steps, before, since, count) => {
        const { pages: first, reopen } = newPages(40);
        let pages = first;
        for (const one of steps) pages = applyToPages(pages, one, reopen);
        const inRange = readByPages(pages, 10_000).filter((one) => one.id < before && one.id > since);
        expect(reopen().read({ before, since, count })).toEqual({
          entries: inRange.slice(0, count),
          more: inRange.length > count,
        });
      },
    ),
    { numRuns: 300 },
  );
});

test("what was deleted does not come back by a late push or merge, before and after the object was evicted", () => {
  const { pages, reopen } = newPages(100);
  const late = { id: idOf(1_200), tweetId: idOf(1_200), authorId: AUTHORS[1], actorId: AUTHORS[1] };
  pages.remove([late.tweetId]);
  expect(pages.push([late])).toBe(0);
  const opened = reopen();
  expect(opened.push([late])).toBe(0);
  opened.merge({ entries: [late] });
  expect(readByPages(opened, 10)).toEqual([]);
});

test("the newest 200 deletions are remembered, and no more", () => {
  const { pages, store } = newPages(800);
  for (let number = 0; number < 500; number += 1) pages.remove([idOf(1_000 + number)]);
  const entryAt = (number: number) => ({ id: idOf(number), tweetId: idOf(number), authorId: OWNER, actorId: OWNER });
  expect(pages.push([entryAt(1_499), entryAt(1_300)])).toBe(0);
  expect(pages.push([entryAt(1_299)]), "hydration guards what is older").toBe(1);
  expect(store.rows.get(0)?.byteLength).toBeLessThan(200 * 8 + 200);
});

test("a page in a format this code does not know is refused, not misread", () => {
  const { store } = newPages(100);
  const head = store.rows.get(0);
  if (head === undefined) throw new Error("no head was written");
  head[0] = 99;
  expect(() => TimelinePages.open(store, { ownerId: OWNER, entriesMax: 100 })).toThrow(/format/);
});
