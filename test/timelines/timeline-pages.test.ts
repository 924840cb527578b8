import fc from "fast-check";
import { expect, test } from "vitest";
import { TimelinePages, type PageRange, type PageStore } from "../../durable-objects/timeline-pages.ts";
import type { ShownEntry, TimelineEntry } from "../../durable-objects/timeline-entry.ts";
import type { HidingMerge, StandingEdge } from "../../durable-objects/timeline-hiding.ts";

/**
 * The pages against the simplest thing that could be right: a list of entries, a floor, the authors followed, the tweets
 * deleted and the people hidden. The model keeps everything it ever admitted above the floor; the pages may forget only by
 * raising it. What shows is said once more, in plain words, by `shownOf`.
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
  /** `kind:user` -> edge. */
  hiding: Map<string, StandingEdge>;
}

const follows = (model: Model, actor: string) => actor === OWNER || model.follows.get(actor)?.state === 1;

type Step =
  | { readonly kind: "push"; readonly entries: readonly TimelineEntry[] }
  | { readonly kind: "remove"; readonly tweets: readonly string[] }
  | { readonly kind: "follow"; readonly author: string; readonly state: 0 | 1; readonly version: number }
  | { readonly kind: "merge"; readonly entries: readonly TimelineEntry[]; readonly floor: string | null }
  | { readonly kind: "hide"; readonly edge: StandingEdge }
  | { readonly kind: "reopen" };

const STRANGER = "0000000000000000009";
const NOW = 1_000;
const SPACE = 400;
const id = fc.integer({ min: 1_000, max: 1_000 + SPACE }).map(idOf);
/** An id stands for one entry. Two in ten are retweets, of a few tweets only; one in ten is a reply. */
const entry: fc.Arbitrary<TimelineEntry> = fc.integer({ min: 1_000, max: 1_000 + SPACE }).map((number) => {
  const actorId = AUTHORS[number % AUTHORS.length] ?? OWNER;
  const own = { id: idOf(number), tweetId: idOf(number), authorId: actorId, actorId };
  if (number % 10 === 0) return { ...own, tweetId: idOf(500 + (number % 70)), authorId: STRANGER };
  // Of a tweet that stands in the timeline itself, by one of those followed.
  if (number % 10 === 5)
    return { ...own, tweetId: idOf(1_001 + (number % 3)), authorId: AUTHORS[(1 + (number % 3)) % 4] ?? OWNER };
  if (number % 10 === 7) return { ...own, replyToId: [...AUTHORS, STRANGER][number % 5] ?? STRANGER };
  return own;
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
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("hide" as const),
      edge: fc.record({
        userId: fc.constantFrom(...AUTHORS.slice(1), STRANGER),
        kind: fc.constantFrom("blocking" as const, "blockedBy" as const, "muting" as const),
        state: fc.constantFrom(0 as const, 1 as const),
        version: fc.integer({ min: 1, max: 12 }),
        until: fc.constantFrom(null, NOW - 1, NOW + 1),
      }),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ kind: "reopen" as const }) },
);

/** Deleted, as far as the floor has not risen over it: what is below, hydration guards. */
const isGone = (model: Model, one: TimelineEntry) =>
  [one.tweetId, one.id].some((id) => id > model.floor && model.deleted.has(id));

function admit(model: Model, entries: readonly TimelineEntry[]): void {
  for (const one of entries) {
    if (one.id <= model.floor || !follows(model, one.actorId) || isGone(model, one)) continue;
    if (!model.entries.has(one.id)) model.entries.set(one.id, one);
  }
}

function applyToModel(model: Model, step: Step): void {
  if (step.kind === "push") admit(model, step.entries);
  if (step.kind === "remove") {
    for (const tweet of step.tweets) {
      for (const one of model.entries.values()) {
        if (one.tweetId === tweet || one.id === tweet) model.entries.delete(one.id);
      }
      if (tweet > model.floor) model.deleted.add(tweet); // below the floor the store answers
    }
  }
  if (step.kind === "hide") {
    const key = `${step.edge.kind}:${step.edge.userId}`;
    if ((model.hiding.get(key)?.version ?? 0) < step.edge.version) model.hiding.set(key, step.edge);
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
  if (step.kind === "push") pages.push(step.entries, NOW);
  if (step.kind === "remove") pages.remove(step.tweets);
  if (step.kind === "hide") pages.applyHiding({ standings: [step.edge] });
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

const hides = (model: Model, user: string) =>
  [...model.hiding.values()].some(
    (edge) => edge.userId === user && edge.state === 1 && (edge.until == null || edge.until > NOW),
  );

/** Of retweets, newest first, the newest of each actor. */
const newestByActor = (sharing: readonly TimelineEntry[]) =>
  sharing
    .filter((one, at) => sharing.findIndex(({ actorId }) => actorId === one.actorId) === at)
    .map(({ id, actorId }) => ({ id, actorId }));

/** What may be seen of `held`: nobody hidden, no replies to people not followed. */
const fittingOf = (model: Model, held: readonly TimelineEntry[]): TimelineEntry[] =>
  held.filter(({ actorId, authorId, replyToId }) => {
    if (hides(model, actorId) || hides(model, authorId)) return false;
    if (replyToId === undefined || actorId === OWNER) return true;
    return replyToId === authorId || follows(model, replyToId);
  });

/** The same of retweets whose tweets are below the floor, which the store is told of. */
function risenOf(model: Model, held: readonly TimelineEntry[]): { risen?: TimelineEntry[] } {
  const risen = fittingOf(model, held).filter((one) => one.id !== one.tweetId && one.tweetId <= model.floor);
  return risen.length === 0 ? {} : { risen };
}

/** What its reader gets to see of `held`, each tweet at its newest. */
function shownOf(model: Model, held: readonly TimelineEntry[]): ShownEntry[] {
  const fitting = fittingOf(model, held);
  const newest = fitting.filter((one, at) => fitting.findIndex((other) => other.tweetId === one.tweetId) === at);
  return newest.map((one) => {
    if (one.id === one.tweetId) return { ...one, authorFollowed: true };
    const sharing = fitting.filter((other) => other.tweetId === one.tweetId && other.id !== other.tweetId);
    return {
      ...one,
      retweets: newestByActor(sharing),
      authorFollowed: follows(model, one.authorId),
    };
  });
}

const readAll = (pages: TimelinePages, range: Partial<PageRange> = {}) =>
  pages.read({ before: TOP, since: ZERO, count: 10_000, now: NOW, ...range });

function readByPages(pages: TimelinePages, size: number): ShownEntry[] {
  const found: ShownEntry[] = [];
  for (let before = TOP; ;) {
    const page = readAll(pages, { before, count: size });
    found.push(...page.entries);
    const last = page.entries.at(-1);
    if (!page.more || last === undefined) return found;
    before = last.id;
  }
}

function newPages(entriesMax: number) {
  const store = memoryStore();
  const settings = { ownerId: OWNER, entriesMax, presentMs: Infinity };
  const followed = new Map(AUTHORS.slice(1).map((author) => [author, { state: 1 as const, version: 1 }]));
  const pages = TimelinePages.create(store, settings, 1);
  pages.merge({ entries: [], follows: followed });
  const reopen = () => {
    const opened = TimelinePages.open(store, settings);
    if (opened === null) throw new Error("nothing is stored");
    return opened;
  };
  const model: Model = {
    entries: new Map(),
    floor: ZERO,
    follows: new Map(followed),
    deleted: new Set(),
    hiding: new Map(),
  };
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
          expect(readAll(pages)).toEqual({ entries: shownOf(model, held), more: false, ...risenOf(model, held) });
          model.entries = new Map(held.map((entry) => [entry.id, entry]));
        }
        expect(readByPages(pages, size)).toEqual(readByPages(pages, 10_000));
        expect(readByPages(reopen(), size), "as stored").toEqual(shownOf(model, wanted(model, model.floor)));
        expect(store.rows.size, "no row is left behind").toBeLessThanOrEqual(3 + Math.max(entriesMax, 8));
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
        const { entries: whole, risen } = readAll(pages);
        const inRange = whole.filter((one) => one.id < before && one.id > since);
        const more = inRange.length > count;
        const goesBelow = !more && since < pages.floor;
        expect(readAll(reopen(), { before, since, count })).toEqual({
          entries: inRange.slice(0, count),
          more,
          ...(goesBelow && risen !== undefined ? { risen } : {}),
        });
        const all = [...new Set(steps.flatMap((one) => ("entries" in one ? one.entries.map((e) => e.tweetId) : [])))];
        const standing = whole.filter((one) => one.id >= before).map((one) => one.tweetId);
        expect(reopen().heldAbove(all, before, NOW).toSorted(), "what stands above").toEqual(standing.toSorted());
      },
    ),
    { numRuns: 300 },
  );
});

test("what was deleted does not come back by a late push or merge, before and after the object was evicted", () => {
  const { pages, reopen } = newPages(100);
  const late = { id: idOf(1_200), tweetId: idOf(1_200), authorId: AUTHORS[1], actorId: AUTHORS[1] };
  pages.remove([late.tweetId]);
  expect(pages.push([late], NOW)).toBe(0);
  const opened = reopen();
  expect(opened.push([late], NOW)).toBe(0);
  opened.merge({ entries: [late] });
  expect(readByPages(opened, 10)).toEqual([]);
});

test("the newest 200 deletions are remembered, and no more", () => {
  const { pages, store } = newPages(800);
  for (let number = 0; number < 500; number += 1) pages.remove([idOf(1_000 + number)]);
  const entryAt = (number: number) => ({ id: idOf(number), tweetId: idOf(number), authorId: OWNER, actorId: OWNER });
  expect(pages.push([entryAt(1_499), entryAt(1_300)], NOW)).toBe(0);
  expect(pages.push([entryAt(1_299)], NOW), "hydration guards what is older").toBe(1);
  expect(store.rows.get(0)?.byteLength).toBeLessThan(200 * 8 + 200);
});

test("an undone retweet does not come back by a late push, and the tweet stays where others brought it", () => {
  const { pages, reopen } = newPages(100);
  const by = (number: number, actorId: string) => ({
    id: idOf(number),
    tweetId: idOf(900),
    authorId: STRANGER,
    actorId,
  });
  const [one, other] = [by(1_010, AUTHORS[1]), by(1_020, AUTHORS[2])];
  pages.push([one, other], NOW);
  expect(readAll(pages).entries).toEqual([{ ...other, retweets: newestByActor([other, one]), authorFollowed: false }]);
  pages.remove([other.id]);
  const opened = reopen();
  expect(opened.push([other], NOW)).toBe(0);
  expect(readAll(opened).entries).toEqual([{ ...one, retweets: newestByActor([one]), authorFollowed: false }]);
  opened.remove([one.tweetId]);
  expect(readAll(opened).entries).toEqual([]);
});

test("who took a retweet back and made it again is named once", () => {
  const { pages } = newPages(100);
  const again = (number: number) => ({
    id: idOf(number),
    tweetId: idOf(900),
    authorId: STRANGER,
    actorId: AUTHORS[1],
  });
  pages.push([again(1_020)], NOW);
  pages.push([again(1_010)], NOW);
  expect(readAll(pages).entries).toEqual([
    { ...again(1_020), retweets: newestByActor([again(1_020)]), authorFollowed: false },
  ]);
});

test("with and without replies and retweets, as asked", () => {
  const { pages } = newPages(100);
  const own = { id: idOf(1_001), tweetId: idOf(1_001), authorId: AUTHORS[1], actorId: AUTHORS[1] };
  const reply = { ...own, id: idOf(1_002), tweetId: idOf(1_002), replyToId: AUTHORS[1] };
  const shared = { ...own, id: idOf(1_003), actorId: AUTHORS[2] };
  pages.push([own, reply, shared], NOW);
  const ids = (range: Partial<PageRange>) => readAll(pages, range).entries.map((one) => one.id);
  expect(ids({})).toEqual([shared.id, reply.id]);
  expect(ids({ withoutRetweets: true })).toEqual([reply.id, own.id]);
  expect(ids({ withoutReplies: true })).toEqual([shared.id]);
  expect(pages.heldAbove([own.tweetId, reply.tweetId], reply.id, NOW).toSorted()).toEqual([own.tweetId, reply.tweetId]);
  expect(pages.heldAbove([reply.tweetId], shared.id, NOW)).toEqual([]);
});

test("muted words have one state, the newest, and end when they are to", () => {
  const { pages, reopen } = newPages(100);
  const words = (version: number, given: Record<string, number | null>): HidingMerge => ({
    standings: [],
    mutedWords: { version, words: given },
  });
  pages.applyHiding(words(2, { rain: null, wind: NOW + 1, fog: NOW }));
  pages.applyHiding(words(1, { sun: null }));
  expect(reopen().hiding.words(NOW)).toEqual(["rain", "wind"]);
  pages.applyHiding(words(3, {}));
  expect(reopen().hiding.words(NOW)).toEqual([]);
});

test("pages of the format before this one are read as they were", () => {
  const { store } = newPages(100);
  const stored: Readonly<Record<number, string>> = {
    0: "01401e000000000000000000000000038400000000000003b6409348000000000000000002000000010000000100000000000003e9000000010000000100000000000003ec000000020000000000000003ed00000000000000020100000000000003eb000000000000000900000000000001f70000000000000003",
    1: "01000000010000000000000003e90000000000000002",
    [-1]: "01000000020000000000000002010000000300000000000000030100000001",
  };
  for (const [key, hex] of Object.entries(stored)) store.save(Number(key), Buffer.from(hex, "hex"));
  const pages = TimelinePages.open(store, { ownerId: OWNER, entriesMax: 100, presentMs: Infinity });
  if (pages === null) throw new Error("nothing is stored");
  expect({ base: pages.base, floor: pages.floor, through: pages.through, seenAt: pages.seenAt }).toEqual({
    base: 7.5,
    floor: idOf(900),
    through: idOf(950),
    seenAt: 1234,
  });
  const own = { id: idOf(1_005), tweetId: idOf(1_005), authorId: idOf(2), actorId: idOf(2) };
  const shared = { id: idOf(1_003), tweetId: idOf(503), authorId: idOf(9), actorId: idOf(3) };
  const oldest = { id: idOf(1_001), tweetId: idOf(1_001), authorId: idOf(2), actorId: idOf(2) };
  const all = [
    { ...own, authorFollowed: true },
    { ...shared, retweets: newestByActor([shared]), authorFollowed: false },
    { ...oldest, authorFollowed: true },
  ];
  expect(readAll(pages).entries).toEqual(all);
  expect(pages.push([{ ...own, id: idOf(1_004), tweetId: idOf(1_004) }], NOW), "still known as deleted").toBe(0);
  pages.push([{ ...own, id: idOf(1_006), tweetId: idOf(1_006) }], NOW);
  const again = TimelinePages.open(store, { ownerId: OWNER, entriesMax: 100, presentMs: Infinity });
  expect(again?.read({ before: TOP, since: ZERO, count: 10, now: NOW }).entries.slice(1)).toEqual(all);
});

test("the format before this one did not say that a tweet has several entries: it shows once all the same", () => {
  const { store } = newPages(100);
  // As the code of format 1 wrote it: two retweets of one tweet, at 1005 and 1003.
  const head =
    "01401e00000000000000000000000000000000000000000000000000000000000000000001000000" +
    "0000000000000000020100000000000003ed000000000000000900000000000001f7000000000000" +
    "00020100000000000003eb000000000000000900000000000001f70000000000000003";
  store.save(0, Buffer.from(head, "hex"));
  const pages = TimelinePages.open(store, { ownerId: OWNER, entriesMax: 100, presentMs: Infinity });
  expect(pages?.read({ before: idOf(1_005), since: ZERO, count: 1, now: NOW })).toEqual({ entries: [], more: false });
});

test("a page in a format this code does not know is refused, not misread", () => {
  const { store } = newPages(100);
  const head = store.rows.get(0);
  if (head === undefined) throw new Error("no head was written");
  head[0] = 99;
  expect(() => TimelinePages.open(store, { ownerId: OWNER, entriesMax: 100, presentMs: Infinity })).toThrow(/format/);
});
