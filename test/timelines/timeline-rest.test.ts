import fc from "fast-check";
import { expect, test } from "vitest";
import { TimelinePages, type PageStore } from "../../durable-objects/timeline-pages.ts";
import type { TimelineEntry } from "../../durable-objects/timeline-entry.ts";

/** Entries that rest in memory while the owner is away, and are lost with it: what the pages say of that must be true. */
const OWNER = "0000000000000000001";
const AUTHORS = ["0000000000000000002", "0000000000000000003", "0000000000000000004"] as const;
const ZERO = "0".repeat(19);
const TOP = "9223372036854775807";
const VISIT = 1_000_000;
const PRESENT_MS = 1_000;
const AWAY = VISIT + PRESENT_MS + 1;

const idOf = (number: number): string => String(number).padStart(19, "0");
const entryOf = (number: number): TimelineEntry => {
  const authorId = AUTHORS[number % AUTHORS.length] ?? OWNER;
  return { id: idOf(number), tweetId: idOf(number), authorId, actorId: authorId };
};

function open(entriesMax = 100_000) {
  const rows = new Map<number, Uint8Array>();
  const written = { rows: 0 };
  const store: PageStore = {
    load: (key) => rows.get(key)?.slice().buffer ?? null,
    save: (key, bytes) => {
      written.rows += 1;
      rows.set(key, bytes.slice());
    },
    remove: (key) => void rows.delete(key),
  };
  const settings = { ownerId: OWNER, entriesMax, presentMs: PRESENT_MS };
  const pages = TimelinePages.create(store, settings, 1);
  pages.merge({
    entries: [],
    follows: new Map(AUTHORS.map((author) => [author, { state: 1 as const, version: 1 }])),
    seenAt: VISIT,
  });
  const loseMemory = () => {
    const opened = TimelinePages.open(store, settings);
    if (opened === null) throw new Error("nothing is stored");
    return opened;
  };
  written.rows = 0;
  return { pages, loseMemory, written };
}

const idsIn = (pages: TimelinePages): string[] =>
  pages.read({ before: TOP, since: ZERO, count: 100_000, now: VISIT }).entries.map((entry) => entry.id);

test("while the owner is away a push costs no row but the first, and none is missed while the memory lasts", () => {
  const { pages, loseMemory, written } = open();
  for (let number = 1; number <= 60; number += 1) pages.push([entryOf(number)], AWAY);
  expect(written.rows).toBe(1);
  expect(idsIn(pages)).toEqual(Array.from({ length: 60 }, (_, index) => idOf(60 - index)));
  expect(pages.lostAbove).toBeNull();
  const opened = loseMemory();
  expect(idsIn(opened)).toEqual([idOf(1)]);
  expect(opened.lostAbove).toBe(idOf(0));
});

test("while the owner is here every push is written, and a lost memory loses nothing", () => {
  const { pages, loseMemory, written } = open();
  for (let number = 1; number <= 30; number += 1) pages.push([entryOf(number)], VISIT + PRESENT_MS);
  expect(written.rows).toBe(30);
  expect(loseMemory().lostAbove).toBeNull();
  expect(idsIn(loseMemory())).toHaveLength(30);
});

test("a visit writes what rests, and from then on nothing does", () => {
  const { pages, loseMemory } = open();
  for (let number = 1; number <= 9; number += 1) pages.push([entryOf(number)], AWAY);
  pages.merge({ entries: [], seenAt: AWAY });
  pages.push([entryOf(10)], AWAY + PRESENT_MS);
  expect(loseMemory().lostAbove).toBeNull();
  expect(idsIn(loseMemory())).toHaveLength(10);
});

test("a merge that reaches less far back than the loss leaves it standing", () => {
  const { pages, loseMemory } = open();
  for (let number = 5; number <= 9; number += 1) pages.push([entryOf(number)], AWAY);
  const opened = loseMemory();
  opened.merge({ entries: [entryOf(9)], wholeAbove: idOf(8), seenAt: AWAY });
  expect(opened.lostAbove).toBe(idOf(4));
  expect(loseMemory().lostAbove).toBe(idOf(4));
  opened.merge({ entries: [9, 8, 7, 6, 5].map((number) => entryOf(number)), wholeAbove: idOf(4) });
  expect(opened.lostAbove).toBeNull();
  expect(idsIn(loseMemory())).toEqual([9, 8, 7, 6, 5].map((number) => idOf(number)));
});

test("even where nobody comes back, so many rest at most: then they are written", () => {
  const { pages, loseMemory, written } = open();
  for (let number = 1; number <= 1_000; number += 1) pages.push([entryOf(number)], AWAY);
  expect(idsIn(pages)).toHaveLength(1_000);
  expect(written.rows).toBeLessThan(60);
  expect(idsIn(loseMemory()).length).toBeGreaterThan(900);
});

type Step =
  | { readonly kind: "push"; readonly numbers: readonly number[]; readonly away: boolean }
  | { readonly kind: "remove"; readonly number: number }
  | { readonly kind: "unfollow" | "follow"; readonly author: number }
  | { readonly kind: "lose memory" | "catch up" | "visit" };

const number = fc.integer({ min: 1, max: 300 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant("push" as const),
      numbers: fc.array(number, { minLength: 1, maxLength: 4 }),
      away: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("remove" as const), number }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constantFrom("unfollow" as const, "follow" as const),
      author: fc.integer({ min: 0, max: 2 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      { kind: "lose memory" as const },
      { kind: "catch up" as const },
      { kind: "visit" as const },
    ),
  },
);

/** What was posted and stands, and what a timeline that forgets nothing would hold of it. */
class Truth {
  readonly store = new Map<string, TimelineEntry>();
  readonly held = new Map<string, TimelineEntry>();
  readonly deleted = new Set<string>();
  readonly followed = new Set<string>(AUTHORS);
  private version = 1;

  standing(): TimelineEntry[] {
    const all = [...this.store.values()].filter(
      ({ id, actorId }) => !this.deleted.has(id) && this.followed.has(actorId),
    );
    return all.sort((a, b) => (a.id < b.id ? 1 : -1));
  }

  push(entries: readonly TimelineEntry[]): void {
    for (const one of entries) {
      this.store.set(one.id, one);
      if (this.followed.has(one.actorId) && !this.deleted.has(one.id)) this.held.set(one.id, one);
    }
  }

  remove(id: string): void {
    this.deleted.add(id);
    this.held.delete(id);
  }

  follow(author: string, state: 0 | 1): { state: 0 | 1; version: number } {
    this.version += 1;
    if (state === 1) this.followed.add(author);
    else {
      this.followed.delete(author);
      for (const one of this.held.values()) if (one.actorId === author) this.held.delete(one.id);
    }
    return { state, version: this.version };
  }

  merge(entries: readonly TimelineEntry[]): void {
    for (const one of entries) this.held.set(one.id, one);
  }

  ids(): string[] {
    return [...this.held.keys()].sort().reverse();
  }
}

function play(pages: TimelinePages, truth: Truth, one: Step, loseMemory: () => TimelinePages): TimelinePages {
  if (one.kind === "push") {
    const entries = one.numbers.map((each) => entryOf(each));
    truth.push(entries);
    pages.push(entries, one.away ? AWAY : VISIT);
  } else if (one.kind === "remove") {
    truth.remove(idOf(one.number));
    pages.remove([idOf(one.number)]);
  } else if (one.kind === "follow" || one.kind === "unfollow") {
    const author = AUTHORS[one.author] ?? OWNER;
    pages.setFollow(author, truth.follow(author, one.kind === "follow" ? 1 : 0));
    // A follow merges what the author wrote before.
    const theirs = one.kind === "follow" ? truth.standing().filter(({ actorId }) => actorId === author) : [];
    truth.merge(theirs);
    if (theirs.length > 0) pages.merge({ entries: theirs });
  } else if (one.kind === "lose memory") return loseMemory();
  else if (one.kind === "visit") pages.merge({ entries: [] });
  else {
    const since = pages.lostAbove ?? idOf(150);
    const entries = truth.standing().filter(({ id }) => id > since);
    truth.merge(entries);
    pages.merge({ entries, wholeAbove: since });
  }
  return pages;
}

test("whatever rests, is lost, removed, unfollowed and caught up: nothing is missing but where the timeline says so", () => {
  let lost = 0;
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 120 }), (steps) => {
      const { pages: first, loseMemory } = open();
      const truth = new Truth();
      let pages = first;
      for (const one of steps) {
        pages = play(pages, truth, one, loseMemory);
        const { lostAbove } = pages;
        if (lostAbove !== null) lost += 1;
        const held = idsIn(pages);
        // A deletion that nobody remembers is hydration's to hide; it is never missing anything.
        const known = held.filter((id) => !truth.deleted.has(id));
        const told = (id: string) => lostAbove === null || id <= lostAbove;
        expect(known.filter((id) => told(id))).toEqual(truth.ids().filter((id) => told(id)));
        expect(known.filter((id) => !truth.held.has(id))).toEqual([]);
      }
      const since = pages.lostAbove ?? ZERO;
      truth.merge(truth.standing().filter(({ id }) => id > since));
      pages.merge({ entries: truth.standing().filter(({ id }) => id > since), wholeAbove: since });
      for (const opened of [pages, loseMemory()]) {
        expect(opened.lostAbove).toBeNull();
        expect(idsIn(opened).filter((id) => !truth.deleted.has(id))).toEqual(truth.ids());
      }
    }),
    { numRuns: 2000 },
  );
  expect(lost, "memory with something in it was lost").toBeGreaterThan(1_000);
});
