/** What a run found out: lines to read, budgets to keep, figures for whoever compares runs. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../scripts/lib.ts";
import type { Usage } from "../test/costs/usage.ts";
import type { BurstResult } from "./burst-result.ts";
import { CORES, shareOf } from "./cpu.ts";
import { pageOf } from "./page.ts";
import { BARE, costOf, cpuOfAll, EMPTY, middleOf, type Cost, type Scenario } from "./scenario.ts";
import { median } from "./statistics.ts";

export interface Budget {
  readonly name: string;
  readonly value: number;
  readonly limit: number;
  readonly must: "at least" | "at most";
  readonly unit: string;
}

export interface KeptBudget extends Budget {
  readonly kept: boolean;
}

/** What report.json holds, with further figures of each part beside. */
export interface Results {
  readonly format: 1;
  readonly at: string;
  readonly scale: "full" | "quick";
  readonly seconds: number;
  readonly cores: number;
  readonly source: string;
  readonly budgets: readonly KeptBudget[];
  readonly scenarios: readonly (Scenario & { readonly cost: Cost | null })[];
  readonly burst: BurstResult | null;
  readonly costs: readonly Cost[];
}

const isMet = ({ value, limit, must }: Budget): boolean => (must === "at least" ? value >= limit : value <= limit);

const FOLDER = join(ROOT, "bench/results");

export class Report {
  readonly #lines: string[] = [];
  readonly #budgets: Budget[] = [];
  readonly #figures: Record<string, unknown> = {};
  readonly #scenarios: Scenario[] = [];
  readonly #began = performance.now();
  readonly #scale: "full" | "quick";
  readonly #folder: string;
  #usages: readonly Usage[] = [];
  #burst: BurstResult | null = null;
  #source = "";

  constructor(scale: "full" | "quick" = "full", folder: string = FOLDER) {
    this.#scale = scale;
    this.#folder = folder;
  }

  section(title: string): void {
    this.line("");
    this.line(`${title}  (${this.#seconds().toFixed(0)} s)`);
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

  /** In a quick run the value stands there to be seen only. */
  budget(budget: Budget): void {
    this.#budgets.push(budget);
    const { name, value, limit, must, unit } = budget;
    const verdict = this.#scale === "quick" ? "quick " : isMet(budget) ? "kept  " : "MISSED";
    this.line(`${verdict} ${name}: ${value.toFixed(2)}${unit} (${must} ${limit}${unit})`);
  }

  figure(name: string, value: unknown): void {
    this.#figures[name] = value;
  }

  scenario(scenario: Scenario): void {
    this.#scenarios.push(scenario);
    if (scenario.firstError !== null) {
      this.line(`${scenario.errors} wrong answers in "${scenario.name}", the first: ${scenario.firstError}`);
    }
  }

  burst(burst: BurstResult): void {
    this.#burst = burst;
  }

  usages(usages: readonly Usage[]): void {
    this.#usages = usages;
  }

  source(source: string): void {
    this.#source = source;
  }

  /** The scenarios' tables, then the verdict; writes report.txt, report.json and report.html. */
  end(): { readonly code: 0 | 1; readonly results: Results } {
    this.#printScenarios();
    this.#judgeErrors();
    const missed = this.#budgets.filter((budget) => !isMet(budget));
    const quick = this.#scale === "quick";
    this.line("");
    const kept = this.#budgets.length - missed.length;
    const seconds = this.#seconds().toFixed(0);
    this.line(
      quick
        ? `a quick run, in ${seconds} s: it shows that everything works; its figures mean nothing`
        : `${kept} of ${this.#budgets.length} budgets kept, after ${seconds} s`,
    );
    if (!quick) for (const { name } of missed) this.line(`MISSED ${name}`);
    const results = this.#results();
    this.#write(results);
    return { code: missed.length === 0 || quick ? 0 : 1, results };
  }

  #printScenarios(): void {
    if (this.#scenarios.length === 0) return;
    this.section("Scenarios: each in turn with the reference routes of the same rounds");
    const ms = (value: number | null) => (value === null ? "-" : value.toFixed(1));
    const ratio = (scenario: Scenario, reference: string) => {
      const found = scenario.ratios.find((one) => one.reference === reference);
      return found === undefined ? "-" : (middleOf(found)?.toFixed(2) ?? "-");
    };
    const share = ({ cpu }: Scenario, of: "server" | "client") =>
      cpu === null || Number.isNaN(cpu.server) ? "-" : `${(shareOf(cpu[of], cpu) * 100).toFixed(0)}%`;
    const head = ["", "a second", "p50 ms", "p95 ms", "p99 ms", "errors", "/ bare", "/ object", "server", "client"];
    this.table(
      head,
      this.#scenarios.map((one) => [
        one.name,
        `${median(one.rates).toFixed(0)} ${one.unit}`,
        ms(one.p50),
        ms(one.p95),
        ms(one.p99),
        String(one.errors),
        ratio(one, BARE),
        ratio(one, EMPTY),
        share(one, "server"),
        share(one, "client"),
      ]),
    );
    this.line(`/ bare, / object: of the rate of a route that does nothing, and of one empty object call`);
    this.#printMachine();
    this.#printCosts();
  }

  #printMachine(): void {
    const cpu = cpuOfAll(this.#scenarios);
    if (cpu.wallSeconds === 0) return;
    const [server, client, others] = [cpu.server, cpu.client, cpu.others].map((seconds) => shareOf(seconds, cpu) * 100);
    const idle = Math.max(0, 100 - (server ?? 0) - (client ?? 0) - (others ?? 0));
    this.line(
      `of the machine's ${CORES} cores while it measured: server ${server?.toFixed(0)} %, client ${client?.toFixed(0)} %, ` +
        `everything else ${others?.toFixed(0)} %, idle ${idle.toFixed(0)} %`,
    );
  }

  #printCosts(): void {
    const priced = this.#scenarios.flatMap((one) => {
      const cost = costOf(one, this.#usages);
      return cost === null ? [] : [cost];
    });
    if (priced.length === 0) return;
    this.section("What one of each uses until its last effect is committed, and dollars for a million at list prices");
    const short = (value: number) => (Number.isInteger(value) ? String(value) : value.toFixed(2));
    this.table(
      ["", "D1 stmts", "D1 read", "D1 written", "obj calls", "obj written", "KV read", "queue ops", "$ / million"],
      priced.map((cost) => [
        cost.operation,
        short(cost.d1Statements),
        short(cost.d1RowsRead),
        short(cost.d1RowsWritten),
        short(cost.objectCalls),
        short(cost.objectRowsWritten),
        short(cost.kvReads),
        short(cost.queueOperations),
        cost.dollarsPerMillion.toFixed(2),
      ]),
    );
  }

  #judgeErrors(): void {
    if (this.#scenarios.length === 0) return;
    const errors = this.#scenarios.reduce((total, scenario) => total + scenario.errors, 0);
    this.budget({ name: "wrong answers in all scenarios", value: errors, limit: 0, must: "at most", unit: "" });
  }

  #results(): Results {
    return {
      format: 1,
      at: new Date().toISOString(),
      scale: this.#scale,
      seconds: this.#seconds(),
      cores: CORES,
      source: this.#source,
      budgets: this.#budgets.map((budget) => ({ ...budget, kept: isMet(budget) })),
      scenarios: this.#scenarios.map((one) => ({ ...one, cost: costOf(one, this.#usages) })),
      burst: this.#burst,
      costs: this.#usages.flatMap((usage) => {
        const uses = [{ operation: usage.operation, count: 1 }];
        const cost = costOf({ name: usage.operation, uses } as unknown as Scenario, this.#usages);
        return cost === null ? [] : [cost];
      }),
    };
  }

  #write(results: Results): void {
    mkdirSync(this.#folder, { recursive: true });
    writeFileSync(join(this.#folder, "report.txt"), `${this.#lines.join("\n")}\n`);
    writeFileSync(join(this.#folder, "report.json"), JSON.stringify({ ...results, ...this.#figures }, null, 1));
    writeFileSync(join(this.#folder, "report.html"), pageOf(results));
  }

  #seconds(): number {
    return (performance.now() - this.#began) / 1000;
  }
}
