/** A campaign in plain aligned text. */
import type { Result, Tally } from "./campaign.ts";
import { KIND_WORDS, KINDS } from "./kinds.ts";

const HEAD = ["kind", "what", "injected", "struck", "hits", "recovery p50", "max"] as const;

function row(kind: (typeof KINDS)[number], { injected, struck, hits, recoveriesMs }: Tally): string[] {
  const sorted = recoveriesMs.toSorted((a, b) => a - b);
  const ms = (value: number | undefined) => (value === undefined ? "-" : `${Math.round(value)} ms`);
  const numbers = [injected, struck, hits].map(String);
  return [kind, KIND_WORDS[kind], ...numbers, ms(sorted[sorted.length >> 1]), ms(sorted.at(-1))];
}

/** The table of kinds and the totals; the verdict is the caller's. */
export function describe({ tallies, counts, totals, startTimes, seconds }: Result): string {
  const met = KINDS.filter((kind) => tallies[kind].injected > 0);
  const rows = [[...HEAD], ...met.map((kind) => row(kind, tallies[kind]))];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0)));
  const lines = rows.map((cells) =>
    cells
      .map((cell, column) => (column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join("  "),
  );
  const injected = met.reduce((sum, kind) => sum + tallies[kind].injected, 0);
  const struck = met.reduce((sum, kind) => sum + tallies[kind].struck, 0);
  const restarts = startTimes.slice(1).toSorted((a, b) => a - b);
  return [
    ...lines,
    "",
    `faults              ${injected} injected, ${struck} struck, in ${totals.rounds} rounds and ${Math.round(seconds)} s`,
    `writes              ${counts.acknowledged} acknowledged, ${counts.refused} refused (4xx), ${counts.failed} failed (5xx), ` +
      `${counts.unanswered} unanswered`,
    `checked             ${totals.checked} homes, lists and counts against the oracle; ${totals.deliveries} lines of others in them`,
    `sweeps until quiet  ${totals.sweeps}`,
    `restarts            ${restarts.length}, p50 ${Math.round(restarts[restarts.length >> 1] ?? 0)} ms (not part of recovery)`,
  ].join("\n");
}
