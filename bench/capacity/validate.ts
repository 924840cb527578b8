/** `npm run capacity -- --validate`: runs of the real Worker that the model was not fitted to, beside what it predicted. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../scripts/lib.ts";
import { short, table, title } from "./text.ts";

/** As test/capacity leaves it in a test's meta. */
interface Compared {
  readonly mix: string;
  readonly unit: string;
  readonly predicted: number;
  readonly counted: number;
  readonly error: number;
}

interface TestReport {
  readonly testResults: readonly {
    readonly message?: string;
    readonly assertionResults: readonly {
      readonly title: string;
      readonly status: string;
      readonly meta?: { readonly compared?: readonly Compared[] };
    }[];
  }[];
}

/** Runs the long form of test/capacity and shows every unit. @returns the exit code: 1 where one is off by more than 20 %. */
export async function validate(): Promise<0 | 1> {
  const folder = mkdtempSync(join(tmpdir(), "dunlin-capacity-"));
  const file = join(folder, "report.json");
  try {
    const report = ["--reporter=json", `--outputFile=${file}`];
    const { code, output } = await run("vitest", [
      "run",
      "--project",
      "workers",
      "--mode",
      "long",
      "test/capacity",
      ...report,
    ]);
    const { testResults } = JSON.parse(readFileSync(file, "utf8")) as TestReport;
    const tests = testResults.flatMap((result) => result.assertionResults);
    const compared = tests.flatMap((one) => one.meta?.compared ?? []);
    if (compared.length === 0) throw new Error(`nothing was compared:\n${output.slice(-2000)}`);
    const lines = [...Map.groupBy(compared, ({ mix }) => mix)].flatMap(([mix, units]) => [
      ...title(mix),
      ...show(units),
    ]);
    const worst = Math.max(...compared.map(({ error }) => error));
    console.log([...lines, "", `off by ${percent(worst)} at most; 20 % is allowed`].join("\n"));
    return code === 0 ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const percent = (part: number): string => `${(100 * part).toFixed(1)} %`;

function show(units: readonly Compared[]): string[] {
  const rows = units.map(({ unit, predicted, counted, error }) => {
    const scale = unit === "dollars" ? 1e-6 : 1;
    return [unit, short(predicted * scale), short(counted * scale), percent(error)];
  });
  return table(["", "predicted", "counted", "off by"], rows);
}
