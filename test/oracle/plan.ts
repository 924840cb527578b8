import * as fc from "fast-check";

/** What happens in a step, and how often of two hundred and some. */
export const WEIGHTS = {
  register: 4,
  post: 14,
  reply: 10,
  quote: 5,
  retweet: 14,
  undo: 6,
  delete: 8,
  like: 6,
  bookmark: 5,
  hide: 6,
  follow: 5,
  unfollow: 5,
  refollow: 10,
  "many follow": 9,
  "many unfollow": 6,
  block: 5,
  unblock: 6,
  mute: 7,
  "mute word": 5,
  protect: 7,
  answer: 9,
  lists: 5,
  members: 8,
  idle: 8,
  "return mid fan-out": 9,
  deliver: 9,
  "deliver some": 11,
  "lose messages": 8,
  sweep: 5,
  "stale KV": 4,
  home: 8,
  scroll: 9,
  poll: 11,
  profile: 8,
  "look up": 4,
  conversation: 6,
  list: 6,
  following: 5,
  rest: 1,
} as const;
export type Kind = keyof typeof WEIGHTS;

/** One operation. Users and tweets are picked by number, so that a step still means something when others are left out. */
export interface Step {
  readonly kind: Kind;
  /** 0–99: whom it is about; the lower half are the few that many follow. */
  readonly who: number;
  readonly other: number;
  /** 32 bits: every further choice of the step. */
  readonly seed: number;
  /** Milliseconds that pass before it. */
  readonly after: number;
}

export class Plan {
  readonly salt: number;
  readonly steps: readonly Step[];

  constructor(salt: number, steps: readonly Step[]) {
    this.salt = salt;
    this.steps = steps;
  }

  /** fast-check prints counterexamples by this. */
  [fc.toStringMethod](): string {
    const lines = this.steps.map(
      ({ after, kind, who, other, seed }) => `  +${after} ms ${kind} ${who} ${other} ${seed}`,
    );
    return `plan ${this.salt} of ${this.steps.length} steps\n${lines.join("\n")}`;
  }
}

const KINDS = Object.entries(WEIGHTS).flatMap(([kind, weight]) => Array.from({ length: weight }, () => kind as Kind));
const PAUSES = [0, 0, 1, 7, 60, 150, 250, 250, 400, 900, 2_600];

/** Plans of exactly `length` steps, which shrink by leaving steps out: halves, quarters, … single ones. */
class Plans extends fc.Arbitrary<Plan> {
  readonly #length: number;

  constructor(length: number) {
    super();
    this.#length = length;
  }

  override generate(random: fc.Random): fc.Value<Plan> {
    const upTo = (most: number) => random.nextInt(0, most);
    const steps = Array.from({ length: this.#length }, (): Step => ({
      kind: KINDS[upTo(KINDS.length - 1)] ?? "post",
      who: upTo(99),
      other: upTo(99),
      seed: upTo(0x7fffffff),
      after: PAUSES[upTo(PAUSES.length - 1)] ?? 0,
    }));
    return new fc.Value(new Plan(upTo(0xffff), steps), undefined);
  }

  override canShrinkWithoutContext(value: unknown): value is Plan {
    return value instanceof Plan;
  }

  override shrink(plan: Plan): fc.Stream<fc.Value<Plan>> {
    return fc.stream(shorter(plan)).map((shrunk) => new fc.Value(shrunk, undefined));
  }
}

function* shorter({ salt, steps }: Plan): IterableIterator<Plan> {
  for (let size = Math.ceil(steps.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    // From the end: what comes after the failure is the first to go.
    for (let end = steps.length; end > 0; end -= size) {
      yield new Plan(salt, [...steps.slice(0, Math.max(0, end - size)), ...steps.slice(end)]);
    }
  }
}

export const plans = (length: number): fc.Arbitrary<Plan> => new Plans(length);

/** Numbers in [0, 1) that `seed` decides (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
