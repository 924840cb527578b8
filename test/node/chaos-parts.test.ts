import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ROOT } from "../../scripts/lib.ts";
import { tooSeldom, type Result, type Tally } from "../chaos/campaign.ts";
import { modelOf, wrongFacts, type Facts } from "../chaos/facts.ts";
import { KINDS, type Kind } from "../chaos/kinds.ts";
import { Ledger, type Post } from "../chaos/ledger.ts";
import { faultsOf, makePlan } from "../chaos/plan.ts";
import { SABOTAGES } from "../chaos/sabotage.ts";
import { reduce } from "../chaos/shrink.ts";

/** The parts of `npm run chaos` that need no server. */

test("a seed gives the same campaign each time, another seed another", () => {
  expect(makePlan(7, 200)).toEqual(makePlan(7, 200));
  expect(makePlan(7, 200)).not.toEqual(makePlan(8, 200));
});

test("a full campaign has at least 50 faults of each kind", () => {
  const plan = makePlan(1, 1000);
  expect(faultsOf(plan)).toBe(1000);
  const faults = plan.cohorts.flatMap(({ rounds }) => rounds).flatMap((round) => round.faults);
  for (const kind of KINDS) expect(faults.filter((fault) => fault.kind === kind).length).toBeGreaterThanOrEqual(50);
});

test("what failed is made small: nothing of what is left can be left out", async () => {
  const tried: number[][] = [];
  const fails = async (items: readonly number[]) => {
    tried.push([...items]);
    return items.includes(3) && items.includes(17);
  };
  const all = Array.from({ length: 20 }, (_, index) => index);
  expect(await reduce(all, fails)).toEqual([3, 17]);
  expect(tried.length).toBeLessThan(60);
});

test.each(SABOTAGES)("the source has the text that makes $name", ({ file, replace }) => {
  expect(readFileSync(join(ROOT, file), "utf8").split(replace).length).toBe(2);
});

test("a kind of fault that hit too seldom fails the run", () => {
  const plan = makePlan(1, 120); // ten of each
  const tally = (struck: number): Tally => ({ injected: 10, struck, hits: struck, recoveriesMs: [] });
  const talliesOf = (late: number) =>
    Object.fromEntries(KINDS.map((kind) => [kind, tally(kind === "shard-late" ? late : 9)])) as Record<Kind, Tally>;
  const resultOf = (late: number) => ({ tallies: talliesOf(late) }) as unknown as Result;
  expect(tooSeldom(plan, resultOf(3))).toEqual([]);
  expect(tooSeldom(plan, resultOf(2))).toEqual(["shard-late struck 2 times of 10, 3 are needed"]);
  const full = tooSeldom(makePlan(1, 1000), resultOf(49));
  expect(full).toContain("shard-late struck 49 times of 84, 50 are needed");
});

/** Ada and Bob, who follows her, and a post of hers. */
function scene(post: Partial<Post> = {}) {
  const ledger = new Ledger();
  const [ada, bob] = ["11", "12"].map((id, index) => ({ id, index, username: `u${id}`, token: "" }));
  if (ada === undefined || bob === undefined) throw new Error("two people");
  ledger.people.push(ada, bob);
  const sent: Post = {
    author: ada,
    text: "one",
    key: "k",
    json: {},
    target: null,
    outcome: "acknowledged",
    id: "100",
    deletion: null,
    ...post,
  };
  ledger.posts.set(sent.text, sent);
  const row = { id: "100", author: "11", text: "one", deletedAt: null, replyTo: null, quoted: null, retweetOf: null };
  const none: ReadonlySet<string> = new Set();
  const facts: Facts = {
    unfinished: 0,
    tweets: [row],
    follows: none,
    blocks: none,
    marks: { like: none, bookmark: none, mute: none },
    keys: new Map(),
  };
  return { ledger, ada, bob, row, facts };
}

test("an acknowledged tweet that is not stored is seen, and so is one stored twice, refused, or never posted", () => {
  const { ledger, facts, row } = scene();
  expect(wrongFacts(ledger, facts)).toEqual([]);
  expect(wrongFacts(scene().ledger, { ...facts, tweets: [] })).toEqual(['"one" was acknowledged and is lost']);
  const twice = { ...facts, tweets: [row, { ...row, id: "101" }] };
  expect(wrongFacts(scene().ledger, twice)).toContain('"one" is two tweets');
  expect(wrongFacts(scene({ outcome: "refused", id: null }).ledger, facts)).toEqual(['"one" was refused and is there']);
  expect(wrongFacts(scene().ledger, { ...facts, tweets: [row, { ...row, id: "102", text: "two" }] })).toEqual([
    'nobody posted "two"',
  ]);
});

test("a write without an answer may have happened or not, and what was seen of it stays", () => {
  const { ledger, bob, ada, facts } = scene();
  ledger.notePair("follow", bob, ada, "unanswered");
  expect(wrongFacts(ledger, { ...facts, follows: new Set(["12 11"]) })).toEqual([]);
  expect(wrongFacts(ledger, facts).length).toBe(1);
});

test("an acknowledged block ends follows both ways; a like that was taken back is gone", () => {
  const { ledger, bob, ada, facts } = scene();
  ledger.notePair("follow", bob, ada, "acknowledged");
  ledger.noteMark("like", bob, "100", true, "acknowledged");
  const stored = { ...facts, follows: new Set(["12 11"]), marks: { ...facts.marks, like: new Set(["12 100"]) } };
  expect(wrongFacts(ledger, stored)).toEqual([]);
  ledger.notePair("block", ada, bob, "acknowledged");
  ledger.noteMark("like", bob, "100", false, "acknowledged");
  expect(wrongFacts(ledger, { ...stored, blocks: new Set(["11 12"]) }).length).toBe(2);
});

test("the oracle is given what is stored: who follows sees the tweet, who mutes does not", () => {
  const { ledger, facts } = scene();
  const stored = { ...facts, follows: new Set(["12 11"]), marks: { ...facts.marks, mute: new Set(["12 11"]) } };
  const model = modelOf(ledger.people, stored);
  expect(model.user("12").follows.has("11")).toBe(true);
  expect(model.user("12").mutes.get("11")).toBe(null);
  expect(model.standing("11").map(({ id }) => id)).toEqual(["100"]);
});
