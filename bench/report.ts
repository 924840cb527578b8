/** What a run found out: lines to read, budgets to keep, figures for whoever compares runs. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../scripts/lib.ts";

export interface Budget {
  readonly name: string;
  readonly value: number;
  readonly limit: number;
  readonly must: "at least" | "at most";
  readonly unit: string;
}

const isMet = ({ value, limit, must }: Budget): boolean => (must === "at least" ? value >= limit : value <= limit);

export class Report {
  readonly #lines: string[] = [];
  readonly #budgets: Budget[] = [];
  readonly #figures: Record<string, unknown> = {};
  readonly #began = performance.now();

  section(title: string): void {
    this.line("");
    this.line(`${title}  (${this.#seconds()} s)`);
    this.line("-".repeat(title.length));
  }

  line(text: string): void {
    this.#lines.push(text);
    console.log(text);
  }

  /** Rows under `head`, columns as wide as they must be; the first to the left, the others to the right. */
  table(head: readonly string[], rows: readonly (readonly string[])[]): void {
    const widths = head.map((title, index) => Math.max(title.length, ...rows.map((row) => (row[index] ?? "").length)));
    const write = (row: readonly string[]) => {
      const cells = row.map((cell, index) =>
        index === 0 ? cell.padEnd(widths[index] ?? 0) : cell.padStart(widths[index] ?? 0),
      );
      this.line(cells.join("  ").trimEnd());
    };
    for (const row of [head, ...rows]) write(row);
  }

  budget(budget: Budget): void {
    this.#budgets.push(budget);
    const { name, value, limit, must, unit } = budget;
    this.line(`${isMet(budget) ? "kept  " : "MISSED"} ${name}: ${value.toFixed(2)}${unit} (${must} ${limit}${unit})`);
  }

  figure(name: string, value: unknown): void {
    this.#figures[name] = value;
  }

  /** Writes the report and the figures beside it. @returns the exit code. */
  end(): 0 | 1 {
    const missed = this.#budgets.filter((budget) => !isMet(budget));
    this.line("");
    const kept = this.#budgets.length - missed.length;
    this.line(`${kept} of ${this.#budgets.length} budgets kept, after ${this.#seconds()} s`);
    for (const { name } of missed) this.line(`MISSED ${name}`);
    const folder = join(ROOT, "bench/results");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "report.txt"), `${this.#lines.join("\n")}\n`);
    const budgets = this.#budgets.map((budget) => ({ ...budget, kept: isMet(budget) }));
    writeFileSync(join(folder, "report.json"), JSON.stringify({ budgets, ...this.#figures }, null, 2));
    return missed.length === 0 ? 0 : 1;
  }

  #seconds(): string {
    return ((performance.now() - this.#began) / 1000).toFixed(0);
  }
}
