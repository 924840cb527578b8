import type { Model } from "./model.ts";

export const TIERS = ["push", "active", "both", "pull"] as const;
export type Tier = (typeof TIERS)[number];

/** Sides of one operation: what is asked of it they fulfil together, and each must have happened at all. */
const SIDE_OF: ReadonlyMap<string, string> = new Map([
  ["unmute", "mute"],
  ["unmute word", "mute word"],
  ["likes no more", "likes"],
  ["bookmarks no more", "bookmarks"],
  ["withdraw request", "unfollow"],
  ["approve request", "answer request"],
  ["refuse request", "answer request"],
  ["open", "protect"],
  ["create list", "change list"],
  ["close list", "change list"],
  ["open list", "change list"],
  ["delete list", "change list"],
  ["add member", "change member"],
  ["remove member", "change member"],
]);

interface Meeting {
  readonly what: string;
  /** Author -> how many tweets there were of them. */
  readonly authors: ReadonlyMap<string, number>;
}

/** Which operation met which tier. An author stands at the tier that the newest tweet was sent by; at first, `push`. */
export class Meetings {
  private readonly all: Meeting[] = [];
  private readonly counts = new Map<string, number>();

  note(model: Model, what: string, authorIds: Iterable<string>): void {
    this.all.push({ what, authors: new Map([...authorIds].map((id) => [id, model.user(id).tweets.length])) });
  }

  /** Adds to a number that is printed below the table. */
  count(what: string, by: number): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + by);
  }

  /** Counts a run's meetings into `table`, a tier once for each, and each step of an author from one tier to another. */
  countInto(table: CoverageTable, model: Model, tierOf: ReadonlyMap<string, string>): void {
    const tierAt = (authorId: string, tweets: number) => tierAfter(model, tierOf, authorId, tweets);
    for (const { what, authors } of this.all) {
      const tiers = new Set([...authors].map(([authorId, tweets]) => tierAt(authorId, tweets)));
      for (const tier of tiers) table.add(what, tier);
    }
    for (const user of model.users.values()) {
      for (let count = 1; count < user.tweets.length; count += 1) {
        const [was, is] = [tierAt(user.id, count), tierAt(user.id, count + 1)];
        if (was !== is) table.cross(was, is);
      }
    }
    for (const [what, by] of this.counts) table.count(what, by);
    table.runs += 1;
  }
}

function tierAfter(model: Model, tierOf: ReadonlyMap<string, string>, authorId: string, tweets: number): Tier {
  const newest = model.user(authorId).tweets[tweets - 1];
  const name = newest === undefined ? "push" : tierOf.get(newest.id);
  return TIERS.find((tier) => tier === name) ?? "push";
}

export class CoverageTable {
  runs = 0;
  private readonly rows = new Map<string, Map<Tier, number>>();
  private readonly crossings = new Map<string, number>();
  private readonly counts = new Map<string, number>();

  count(what: string, by: number): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + by);
  }

  add(what: string, tier: Tier): void {
    const row = this.rows.get(what) ?? new Map<Tier, number>();
    row.set(tier, (row.get(tier) ?? 0) + 1);
    this.rows.set(what, row);
  }

  cross(was: Tier, is: Tier): void {
    const name = `${was} -> ${is}`;
    this.crossings.set(name, (this.crossings.get(name) ?? 0) + 1);
  }

  /** Cells of whole operations that were met less often than `least`, and sides that hardly happened. */
  below(least: number): string[] {
    const whole = new Map<string, Map<Tier, number>>();
    for (const [what, row] of this.rows) {
      const sum = whole.get(SIDE_OF.get(what) ?? what) ?? new Map<Tier, number>();
      for (const [tier, count] of row) sum.set(tier, (sum.get(tier) ?? 0) + count);
      whole.set(SIDE_OF.get(what) ?? what, sum);
    }
    const cells = [...whole].flatMap(([what, row]) =>
      TIERS.filter((tier) => (row.get(tier) ?? 0) < least).map((tier) => `${what} x ${tier}: ${row.get(tier) ?? 0}`),
    );
    const total = (what: string) => [...(this.rows.get(what)?.values() ?? [])].reduce((sum, one) => sum + one, 0);
    const sides = [...SIDE_OF.keys()].filter((what) => total(what) < least / 2);
    return [...cells, ...sides.map((what) => `${what}: ${total(what)}`)];
  }

  /** How often an author crossed a threshold: up, towards pull, and down. */
  crossed(): { up: number; down: number } {
    let [up, down] = [0, 0];
    for (const [name, count] of this.crossings) {
      const [was, is] = name.split(" -> ").map((tier) => TIERS.findIndex((one) => one === tier));
      if ((was ?? 0) < (is ?? 0)) up += count;
      else down += count;
    }
    return { up, down };
  }

  toString(): string {
    const line = (cells: readonly (string | number)[]) =>
      cells.map((cell, index) => (index === 0 ? String(cell).padEnd(22) : String(cell).padStart(8))).join("");
    const rows = [...this.rows].sort(([a], [b]) => (a < b ? -1 : 1));
    return [
      line([`${this.runs} runs`, ...TIERS]),
      ...rows.map(([what, row]) => line([what, ...TIERS.map((tier) => row.get(tier) ?? 0)])),
      [...this.counts].map(([what, count]) => `${what} ${count}`).join(", "),
      `tier changes: ${[...this.crossings]
        .sort()
        .map(([name, count]) => `${name} ${count}`)
        .join(", ")}`,
    ].join("\n");
  }
}
