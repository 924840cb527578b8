/** Who is followed by how many: a rank-size curve, the most followed author first. */
import type { Limits } from "../../workers/lib/limits.ts";

export type TierLimits = Pick<Limits, "FANOUT_ACTIVE_ONLY_MIN" | "FANOUT_PULL_MIN" | "FANOUT_PAGE_SIZE">;

/** followers(rank) = largest * rank^-exponent, for ranks 1 to `users`. */
export interface Curve {
  readonly users: number;
  readonly largest: number;
  readonly exponent: number;
}

/** The curve on which everybody follows `follows` people on average and the first author has `largest` followers. */
export function curveOf(users: number, follows: number, largest: number): Curve {
  let [low, high] = [0, 0.9999];
  // The steeper the curve, the fewer edges lie under it.
  for (let step = 0; step < 100; step += 1) {
    const exponent = (low + high) / 2;
    if (edgesAbove({ users, largest, exponent }, users) > users * follows) low = exponent;
    else high = exponent;
  }
  return { users, largest, exponent: (low + high) / 2 };
}

/** Edges to the `ranks` most followed authors. */
export function edgesAbove({ largest, exponent }: Curve, ranks: number): number {
  const power = 1 - exponent;
  return ranks < 1 ? 0 : (largest * ((ranks + 0.5) ** power - 0.5 ** power)) / power;
}

/** How many authors have at least `followers`. */
export function authorsWith({ users, largest, exponent }: Curve, followers: number): number {
  if (followers > largest) return 0;
  return Math.min(users, (largest / followers) ** (1 / exponent));
}

/** Part of the tweets and of the deliveries they would make if all were pushed, for authors of one kind. */
export interface Tier {
  readonly name: "one message" | "pages" | "active only" | "pull";
  readonly authors: number;
  /** Followers of these authors, all together. */
  readonly edges: number;
}

export function tiersOf(curve: Curve, limits: TierLimits): Tier[] {
  const bounds = [
    ["pull", limits.FANOUT_PULL_MIN],
    ["active only", limits.FANOUT_ACTIVE_ONLY_MIN],
    ["pages", limits.FANOUT_PAGE_SIZE + 1],
    ["one message", 0],
  ] as const;
  let [authors, edges] = [0, 0];
  return bounds.map(([name, least]) => {
    const reached = least === 0 ? curve.users : authorsWith(curve, least);
    const tier = { name, authors: reached - authors, edges: edgesAbove(curve, reached) - edges };
    [authors, edges] = [reached, edgesAbove(curve, reached)];
    return tier;
  });
}
