/** What a campaign does, drawn from a seed before it begins: who does what when, and what goes wrong meanwhile. */
import { seededRandom } from "../../scripts/lib.ts";
import { KINDS, type Kind } from "./kinds.ts";
import type { Order } from "./worker/orders.ts";

export type Verb =
  | "post"
  | "reply"
  | "quote"
  | "delete"
  | "retweet"
  | "undo"
  | "like"
  | "unlike"
  | "bookmark"
  | "unbookmark"
  | "mute"
  | "unmute"
  | "follow"
  | "unfollow"
  | "block"
  | "unblock"
  | "read";

/** People and tweets are numbers, which mean what there is by then. */
export interface PlannedAct {
  /** Its own in the plan. */
  readonly number: number;
  /** Milliseconds from the round's start. */
  readonly at: number;
  readonly verb: Verb;
  readonly who: number;
  readonly whom: number;
  readonly which: number;
  readonly isolate: number;
  readonly keyed: boolean;
}

export interface PlannedFault extends Order {
  /** Milliseconds from the round's start. */
  readonly at: number;
}

export interface PlannedRound {
  readonly acts: readonly PlannedAct[];
  readonly faults: readonly PlannedFault[];
  /** Runs of the cron while all this happens, in milliseconds from the round's start. */
  readonly sweeps: readonly number[];
}

/** Rounds that the same people go through; the next cohort knows nobody of them. */
export interface Cohort {
  readonly number: number;
  /** It begins in a life of the server in which readers count as away soon; each kill turns that round. */
  readonly away: boolean;
  readonly rounds: readonly PlannedRound[];
}

export interface Plan {
  readonly seed: number;
  readonly cohorts: readonly Cohort[];
}

export const PEOPLE = 8;
const ROUND_MS = 450;
const ACTS_A_ROUND = 56;
const FAULTS_A_ROUND = 6;
const ROUNDS_A_COHORT = 12;
const SHARDS = 2;
/** A shard that hangs does so for longer than the deadline of a read (300 ms). */
const HANG_MS = 420;
const SKEW_SECONDS_MAX = 2.5;

/** How often each comes, against the others. */
const VERBS: Readonly<Record<Verb, number>> = {
  post: 9,
  reply: 5,
  quote: 3,
  delete: 4,
  retweet: 4,
  undo: 2,
  like: 5,
  unlike: 2,
  bookmark: 2,
  unbookmark: 1,
  mute: 1,
  unmute: 1,
  follow: 4,
  unfollow: 2,
  block: 1,
  unblock: 2,
  read: 8,
};

const VERB_BAG = (Object.keys(VERBS) as Verb[]).flatMap((verb) => Array.from({ length: VERBS[verb] }, () => verb));

type Random = () => number;
const upTo = (random: Random, most: number): number => Math.floor(random() * (most + 1));

/** @param faults how many in all, every kind as often as any other. */
export function makePlan(seed: number, faults: number, kinds: readonly Kind[] = KINDS): Plan {
  const random = seededRandom(seed);
  const bag = shuffled(
    random,
    Array.from({ length: faults }, (_, index) => kinds[index % kinds.length] ?? "kill"),
  );
  const numbers = { acts: 0, faults: 0 };
  const rounds: PlannedRound[] = [];
  while (bag.length > 0) rounds.push(makeRound(random, takeKinds(bag), numbers));
  const cohorts: Cohort[] = [];
  for (let at = 0; at < rounds.length; at += ROUNDS_A_COHORT) {
    const number = cohorts.length;
    cohorts.push({ number, away: number % 2 === 1, rounds: rounds.slice(at, at + ROUNDS_A_COHORT) });
  }
  return { seed, cohorts };
}

/** A kill ends its round; of the others a second one at the same time would be the same. */
const ONCE_A_ROUND: ReadonlySet<Kind> = new Set(["kill", "kv-stale", "clock-skew", "disk-full"]);

/** The next few that go together. What is held back would be lost by a kill, which is another fault. */
function takeKinds(bag: Kind[]): Kind[] {
  const taken: Kind[] = [];
  const clashes = (kind: Kind) =>
    (ONCE_A_ROUND.has(kind) && taken.includes(kind)) ||
    (kind === "kill" && taken.includes("queue-reorder")) ||
    (kind === "queue-reorder" && taken.includes("kill"));
  for (let index = 0; index < bag.length && taken.length < FAULTS_A_ROUND;) {
    const kind = bag[index];
    if (kind === undefined || clashes(kind)) index += 1;
    else {
      taken.push(kind);
      bag.splice(index, 1);
    }
  }
  return taken;
}

function shuffled<T>(random: Random, items: T[]): T[] {
  for (let index = items.length - 1; index > 0; index -= 1) {
    const other = upTo(random, index);
    [items[index], items[other]] = [items[other] as T, items[index] as T];
  }
  return items;
}

function makeRound(random: Random, kinds: readonly Kind[], numbers: { acts: number; faults: number }): PlannedRound {
  const killAt = kinds.includes("kill") ? 150 + upTo(random, ROUND_MS - 200) : null;
  const faults = kinds.map((kind) => makeFault(random, kind, (numbers.faults += 1), killAt));
  const acts = Array.from({ length: ACTS_A_ROUND }, () => makeAct(random, (numbers.acts += 1)));
  // Whoever is pulled posts and is read, so that a stale feed can be met.
  if (kinds.includes("kv-stale")) acts.push(...pulled(random, numbers));
  const sweeps = random() < 0.5 ? [upTo(random, ROUND_MS)] : [];
  return { acts: acts.sort((a, b) => a.at - b.at), faults, sweeps };
}

function makeAct(random: Random, number: number): PlannedAct {
  const verb = VERB_BAG[upTo(random, VERB_BAG.length - 1)] ?? "post";
  const who = upTo(random, PEOPLE - 1);
  const whom = (who + 1 + upTo(random, PEOPLE - 2)) % PEOPLE;
  const at = upTo(random, ROUND_MS);
  const which = upTo(random, 1_000_000);
  return { number, at, verb, who, whom, which, isolate: upTo(random, 2), keyed: random() < 0.7 };
}

function pulled(random: Random, numbers: { acts: number }): PlannedAct[] {
  const post = { ...makeAct(random, (numbers.acts += 1)), verb: "post", who: 0, at: upTo(random, 80) } as const;
  const reads = [1, 2, 3].map((who): PlannedAct => {
    const act = makeAct(random, (numbers.acts += 1));
    return { ...act, verb: "read", who: who + upTo(random, 3), at: 150 + upTo(random, ROUND_MS - 150) };
  });
  return [post, ...reads];
}

/** In eighths of a second, so that "now" stays a whole number of milliseconds; never none. */
function skew(random: Random): number {
  const eighths = 1 + upTo(random, SKEW_SECONDS_MAX * 8 - 1);
  return (random() < 0.5 ? -eighths : eighths) / 8;
}

/** How long each stands, how often it may strike, and how hard. */
function makeFault(random: Random, kind: Kind, id: number, killAt: number | null): PlannedFault {
  const latest = killAt === null ? ROUND_MS / 3 : killAt / 3;
  const at = kind === "kill" && killAt !== null ? killAt : upTo(random, latest);
  const variant = upTo(random, 1) === 0 ? 0 : 1;
  const shard = `shard:${upTo(random, SHARDS - 1)}`;
  const base = {
    id,
    kind,
    at,
    variant,
    target: "",
    forMs: 2 * ROUND_MS,
    times: 1 + upTo(random, 3),
    amount: 0,
  } as const;
  switch (kind) {
    case "shard-error":
    case "answer-lost":
      return { ...base, target: shard };
    case "shard-hang":
      return { ...base, target: shard, forMs: HANG_MS, times: 1 + upTo(random, 9) };
    case "shard-late":
      return { ...base, target: shard, times: 1 + upTo(random, 9), amount: 40 + upTo(random, 400) };
    case "kv-stale":
      return { ...base, times: 1_000_000 };
    case "clock-skew":
      return { ...base, target: String(upTo(random, 2)), times: 1_000_000, amount: skew(random) };
    case "disk-full":
      return { ...base, forMs: 200 + upTo(random, 200), times: 1 };
    default:
      return base;
  }
}

export const faultsOf = (plan: Plan): number =>
  plan.cohorts.flatMap(({ rounds }) => rounds).reduce((sum, round) => sum + round.faults.length, 0);
