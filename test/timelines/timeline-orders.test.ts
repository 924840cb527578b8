import { env } from "cloudflare:workers";
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { HomeTimeline } from "../../durable-objects/home-timeline.ts";
import type { TimelineEntry } from "../../durable-objects/timeline-entry.ts";
import type { HidingKind, HidingMerge, StandingEdge } from "../../durable-objects/timeline-hiding.ts";
import { entryAt, FRIENDS, idOf, OWNER, STRANGER } from "../support/home-lines.ts";

/**
 * What happens to others reaches a timeline late, twice and in any order, also while it is being built. Here every thing
 * that happened is told at least once, in an order drawn at random; what is read at the end is said by a model that knows
 * only what happened, not in which order.
 */
const KINDS = ["blocking", "blockedBy", "muting"] as const;
const NOW = 1_000;
const POSTS = 40;
const RUNS = 100;

type Fact =
  | { readonly kind: "post"; readonly entry: TimelineEntry }
  | { readonly kind: "remove"; readonly id: string }
  | { readonly kind: "follow"; readonly authorId: string; readonly version: number }
  | { readonly kind: "stand"; readonly edge: StandingEdge }
  | { readonly kind: "words"; readonly version: number };

/** An edge's state follows from its version, as in the shards: it is turned on and off in turn. */
const stateOf = (version: number): 0 | 1 => (version % 2 === 1 ? 1 : 0);

const edge = (userId: string, kind: HidingKind, version: number, ended: boolean): StandingEdge => ({
  userId,
  kind,
  state: stateOf(version),
  version,
  until: kind === "muting" && ended ? NOW : null,
});

const fact: fc.Arbitrary<Fact> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.nat(POSTS - 1).map((number): Fact => ({ kind: "post", entry: entryAt(number) })),
  },
  {
    weight: 2,
    arbitrary: fc.oneof(
      fc.nat(POSTS - 1).map((number): Fact => ({ kind: "remove", id: idOf(1_000 + number) })),
      fc.constantFrom(900, 901, 902).map((number): Fact => ({ kind: "remove", id: idOf(number) })),
    ),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("follow" as const),
      authorId: fc.constantFrom(...FRIENDS),
      version: fc.integer({ min: 1, max: 7 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom(...FRIENDS, STRANGER), fc.constantFrom(...KINDS), fc.integer({ min: 1, max: 6 }))
      .map(([userId, kind, version]): Fact => ({ kind: "stand", edge: edge(userId, kind, version, version === 5) })),
  },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 5 }).map((version): Fact => ({ kind: "words", version })) },
);

const wordsAt = (version: number) => ({ version, words: { [`word ${version}`]: null } });

/** The highest version of each edge among `facts`. */
function newestOf(facts: readonly Fact[]) {
  const follows = new Map<string, number>();
  const standings = new Map<string, StandingEdge>();
  let words = 0;
  for (const one of facts) {
    if (one.kind === "follow") follows.set(one.authorId, Math.max(one.version, follows.get(one.authorId) ?? 0));
    if (one.kind === "words") words = Math.max(words, one.version);
    if (one.kind !== "stand") continue;
    const key = `${one.edge.userId} ${one.edge.kind}`;
    if ((standings.get(key)?.version ?? 0) < one.edge.version) standings.set(key, one.edge);
  }
  return { follows, standings, words };
}

const postsOf = (facts: readonly Fact[], actors: ReadonlySet<string>): TimelineEntry[] => {
  const found = new Map<string, TimelineEntry>();
  for (const one of facts) if (one.kind === "post" && actors.has(one.entry.actorId)) found.set(one.entry.id, one.entry);
  return [...found.values()].sort((a, b) => (a.id < b.id ? 1 : -1));
};

/** Ids of what the owner sees once everything was told. */
function shownAfter(facts: readonly Fact[]): string[] {
  const { follows, standings } = newestOf(facts);
  const followed = new Set([OWNER, ...FRIENDS.filter((author) => stateOf(follows.get(author) ?? 0) === 1)]);
  const hidden = new Set<string>();
  for (const one of standings.values()) if (one.state === 1 && one.until == null) hidden.add(one.userId);
  const removed = new Set(facts.flatMap((one) => (one.kind === "remove" ? [one.id] : [])));
  const met = new Set<string>();
  return postsOf(facts, followed).flatMap(({ id, tweetId, authorId, actorId, replyToId }) => {
    if (removed.has(id) || removed.has(tweetId) || hidden.has(actorId) || hidden.has(authorId)) return [];
    const elsewhere = replyToId !== undefined && replyToId !== authorId && !followed.has(replyToId);
    if ((elsewhere && actorId !== OWNER) || met.has(tweetId)) return [];
    met.add(tweetId);
    return [id];
  });
}

/** Tells one thing as the consumers do. `store` is what a shard would answer for an author, deleted tweets too. */
function tell(home: HomeTimeline, one: Fact, store: readonly Fact[]): void {
  if (one.kind === "post") home.push({ entries: [one.entry] });
  if (one.kind === "remove") home.remove({ tweetIds: [one.id] });
  if (one.kind === "stand") home.setStanding(one.edge);
  if (one.kind === "words") home.setMutedWords(wordsAt(one.version));
  if (one.kind !== "follow") return;
  const wanted = home.setFollow({ authorId: one.authorId, state: stateOf(one.version), version: one.version });
  if (wanted !== null) home.merge({ entries: postsOf(store, new Set([one.authorId])), basedOn: wanted.base });
}

/** What a rebuild reads while only `known` is in the shards. */
function rebuild(home: HomeTimeline, base: number, known: readonly Fact[]): boolean {
  const { follows, standings, words } = newestOf(known);
  const states = new Map([...follows].map(([id, version]) => [id, { state: stateOf(version), version }]));
  const followed = [...states].flatMap(([id, { state }]) => (state === 1 ? [id] : []));
  const hiding: HidingMerge = {
    standings: [...standings.values()],
    mutedWords: words === 0 ? null : wordsAt(words),
  };
  const entries = postsOf(known, new Set([OWNER, ...followed]));
  // The owner is here: what comes while they are away rests in memory, which timeline-rest.test.ts is about.
  return home.merge({ entries, follows: states, hiding, basedOn: base, seenAt: Date.now() });
}

const EVERYTHING = { before: "9".repeat(19), since: idOf(0), now: NOW };

function readByPages(home: HomeTimeline, count: number): { ids: string[]; words: readonly string[] } {
  const ids: string[] = [];
  for (let before = EVERYTHING.before; ;) {
    const page = home.read({ ...EVERYTHING, before, count });
    if (page.state === "cold") throw new Error("the timeline is cold");
    ids.push(...page.entries.map((entry) => entry.id));
    before = page.entries.at(-1)?.id ?? before;
    if (!page.more) return { ids, words: page.mutedWords ?? [] };
  }
}

/** The owner's timeline, cold; an object knows its owner by its name, so it is the same object each time. */
async function coldTimeline(): Promise<DurableObjectStub<HomeTimeline>> {
  const timeline = env.HOME_TIMELINE.getByName(OWNER);
  await runInDurableObject(timeline, (_home: HomeTimeline, state) => state.storage.deleteAll());
  await evictDurableObject(timeline);
  return timeline;
}

test("told in any order, some things twice, during a rebuild and after it, a timeline shows the same", async () => {
  let shown = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fact, { minLength: 1, maxLength: 80, size: "max" }),
      fc.array(fc.nat(1_000), { minLength: 1, maxLength: 30 }),
      fc.nat(80),
      fc.nat(40),
      fc.nat(80),
      fc.integer({ min: 1, max: 12 }),
      async (happened, draws, finishAt, secondAt, knownTo, size) => {
        const facts = [...FRIENDS.map((authorId): Fact => ({ kind: "follow", authorId, version: 1 })), ...happened];
        const order = shuffled([...facts, ...draws.flatMap((draw) => facts[draw] ?? [])], draws);
        const timeline = await coldTimeline();
        await runInDurableObject(timeline, (home: HomeTimeline) => {
          const cold = home.read({ ...EVERYTHING, count: 1 });
          if (cold.state !== "cold") throw new Error("the timeline is not cold");
          for (const one of order.slice(0, finishAt)) tell(home, one, facts);
          expect(rebuild(home, cold.base, facts.slice(0, knownTo))).toBe(true);
          // A second Worker found it cold as well, and read the store later.
          for (const [at, one] of order.slice(finishAt).entries()) {
            if (at === secondAt) expect(rebuild(home, cold.base, facts)).toBe(true);
            tell(home, one, facts);
          }
        });
        const { words } = newestOf(facts);
        const wanted = { ids: shownAfter(facts), words: words === 0 ? [] : [`word ${words}`] };
        shown += wanted.ids.length;
        const read = () => runInDurableObject(timeline, (home: HomeTimeline) => readByPages(home, size));
        expect(await read()).toEqual(wanted);
        await evictDurableObject(timeline);
        expect(await read(), "as stored").toEqual(wanted);
      },
    ),
    { numRuns: RUNS, interruptAfterTimeLimit: 20_000 },
  );
  expect(shown, "there was something to show").toBeGreaterThan(RUNS);
});

/** The same things in an order that `draws` give. */
function shuffled<T>(things: readonly T[], draws: readonly number[]): T[] {
  const left = [...things];
  const order: T[] = [];
  for (let at = 0; left.length > 0; at += 1) {
    order.push(...left.splice((draws[at % Math.max(1, draws.length)] ?? 0) % left.length, 1));
  }
  return order;
}
