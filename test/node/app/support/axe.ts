import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";

const SOURCE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

interface Violation {
  readonly rule: string;
  readonly help: string;
  readonly elements: readonly string[];
}

/** Every rule that axe-core has on, and those that it keeps off for being new: none is off that it has on. */
const RUN = `axe.run(document, {
  resultTypes: ["violations"],
  rules: { "target-size": { enabled: true }, "focus-order-semantics": { enabled: true },
    "label-content-name-mismatch": { enabled: true } },
}).then(({ violations }) => violations.map(({ id, help, nodes }) => ({
  rule: id,
  help,
  elements: nodes.slice(0, 5).map(({ html, failureSummary }) => html.slice(0, 200) + " | " + failureSummary),
})))`;

/** What axe-core finds wrong with the page as it is now. The page's own policy stands: nothing of axe-core's is loaded by it. */
export async function violationsOn(page: Page): Promise<readonly Violation[]> {
  if (!(await page.evaluate("'axe' in window"))) await page.evaluate(SOURCE);
  return await page.evaluate(RUN);
}
