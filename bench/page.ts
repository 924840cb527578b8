/** The report as one HTML page that asks no host for anything: text, tables and plots, on a phone and on a wide screen, light and dark. */
import type { BurstResult, Spread } from "./burst-result.ts";
import { escapeText, intervalChart, lineChart, shortNumber, stackChart, type Line, type Stack } from "./charts.ts";
import { shareOf } from "./cpu.ts";
import { billOf } from "./prices.ts";
import type { Results } from "./report.ts";
import { BARE, cpuOfAll, EMPTY, middleOf, QUANTILES, type Cost } from "./scenario.ts";
import { median } from "./statistics.ts";
import { STYLE } from "./style.ts";

type Told = Results["scenarios"][number];

export function pageOf(results: Results): string {
  const sections = [
    headOf(results),
    budgetsOf(results),
    scenarioTable(results),
    distributions(results.scenarios),
    ratios(results.scenarios),
    results.burst === null ? "" : burstOf(results.burst),
    prices(results),
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>Dunlin: benchmark</title>
<style>${STYLE}</style>
</head>
<body><main>
${sections.join("\n")}
</main></body>
</html>
`;
}

const section = (title: string, note: string, body: string): string =>
  body === ""
    ? ""
    : `<section><h2>${escapeText(title)}</h2>${note === "" ? "" : `<p>${escapeText(note)}</p>`}${body}</section>`;

const grid = (figures: readonly string[]): string => {
  const shown = figures.filter((figure) => figure !== "");
  return shown.length === 0 ? "" : `<div class="plots">${shown.join("")}</div>`;
};

function headOf({ at, scale, seconds, cores, source, scenarios }: Results): string {
  const cpu = cpuOfAll(scenarios);
  const percent = (used: number) => `${(shareOf(used, cpu) * 100).toFixed(0)} %`;
  const took =
    cpu.wallSeconds === 0
      ? ""
      : ` While it measured, the server took ${percent(cpu.server)} of the machine, the client, a process of its own, ` +
        `${percent(cpu.client)}, everything else ${percent(cpu.others)}.`;
  const about = `${at.slice(0, 16).replace("T", " ")} UTC, ${cores} cores, ${(seconds / 60).toFixed(1)} minutes${source === "" ? "" : `, ${source}`}.${took}`;
  const quick =
    scale === "quick"
      ? `<p class="warn">A quick run: it shows that everything works. Its figures mean nothing.</p>`
      : "";
  return `<h1>Dunlin: benchmark</h1><p>${escapeText(about)}</p>${quick}`;
}

function budgetsOf({ budgets, scale }: Results): string {
  const rows = budgets.map(({ name, value, limit, must, unit, kept }) => [
    name,
    `${value.toFixed(2)}${unit}`,
    `${must} ${limit}${unit}`,
    scale === "quick" ? "not judged" : kept ? "kept" : "MISSED",
  ]);
  return section("Budgets", "", table(["budget", "value", "limit", ""], rows));
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return "";
  const cells = (tag: string, row: readonly string[]) =>
    row.map((cell) => `<${tag}${cell === "MISSED" ? ' class="bad"' : ""}>${escapeText(cell)}</${tag}>`).join("");
  const body = rows.map((row) => `<tr>${cells("td", row)}</tr>`).join("");
  return `<div class="scroll" tabindex="0"><table><thead><tr>${cells("th", head)}</tr></thead><tbody>${body}</tbody></table></div>`;
}

const ratioTo = ({ ratios: all }: Told, reference: string): string => {
  const found = all.find((one) => one.reference === reference);
  return found === undefined ? "–" : (middleOf(found)?.toFixed(2) ?? "–");
};

function scenarioTable({ scenarios }: Results): string {
  const ms = (value: number | null) => (value === null ? "–" : shortNumber(value));
  const rows = scenarios.map((one) => [
    one.name,
    `${shortNumber(median(one.rates))} ${one.unit}`,
    ms(one.p50),
    ms(one.p95),
    ms(one.p99),
    String(one.errors),
    ratioTo(one, BARE),
    ratioTo(one, EMPTY),
    one.cost === null ? "–" : shortNumber(one.cost.d1RowsRead),
    one.cost === null ? "–" : shortNumber(one.cost.d1RowsWritten + one.cost.objectRowsWritten),
    one.cost === null ? "–" : shortNumber(one.cost.objectCalls),
    one.cost === null ? "–" : one.cost.dollarsPerMillion.toFixed(2),
  ]);
  const head = ["scenario", "a second", "p50 ms", "p95 ms", "p99 ms", "errors", "/ bare", "/ object"];
  const counts = ["D1 rows read", "rows written", "object calls", "$ / million"];
  const note =
    "Each in turn with a route that does nothing (bare) and with one empty object call; / bare and / object: the part of " +
    "their rate, the median of the rounds. Rows and calls until the last effect is committed.";
  return section("Scenarios", note, table([...head, ...counts], rows));
}

function distributions(scenarios: readonly Told[]): string {
  const shown = scenarios.filter(({ quantiles }) => quantiles.length > 0);
  const all = shown
    .flatMap(({ quantiles, emptyQuantiles }) => [...quantiles, ...emptyQuantiles])
    .filter((ms) => ms > 0);
  // The same milliseconds everywhere, so that two plots can be held against each other.
  const domain = [Math.max(0.1, Math.min(...all)), Math.max(...all, 1)] as const;
  const line = (name: string, colour: string, quantiles: readonly number[]): Line => ({
    name,
    colour,
    points: quantiles.map((ms, index) => ({ x: Math.max(ms, domain[0]), y: (QUANTILES[index] ?? 1) * 100 })),
  });
  const figures = shown.map((one) =>
    lineChart({
      title: one.name,
      xLabel: "milliseconds",
      yLabel: "% of answers within",
      logX: true,
      domain,
      lines: [line("this", "--one", one.quantiles), line(EMPTY, "--two", one.emptyQuantiles)].filter(
        ({ points }) => points.length > 0,
      ),
      height: 160,
    }),
  );
  return section(
    "Latency distributions",
    "How many answers came within so many milliseconds, over all rounds.",
    grid(figures),
  );
}

function ratios(scenarios: readonly Told[]): string {
  const of = (wanted: (reference: string) => boolean) =>
    scenarios.flatMap((one) =>
      one.ratios
        .filter(({ reference, values }) => wanted(reference) && values.some((value) => value > 0))
        .map(({ reference, values }) => {
          const known = values.filter((value) => value > 0);
          const name = reference === BARE || reference === EMPTY ? one.name : `${one.name} / ${reference}`;
          return { name, low: Math.min(...known), middle: median(known), high: Math.max(...known) };
        }),
    );
  const unit = "part of the reference's rate";
  return section(
    "Ratios with their spread",
    "The dot is the median of the rounds, the line goes from the least to the most; the dashed line is 1, as fast as the reference.",
    grid([
      intervalChart(
        `Against ${EMPTY}`,
        of((reference) => reference === EMPTY),
        unit,
        1,
      ),
      intervalChart(
        `Against the ${BARE}`,
        of((reference) => reference === BARE),
        unit,
        1,
      ),
      intervalChart(
        "Against other work of the same run",
        of((reference) => reference !== BARE && reference !== EMPTY),
        unit,
        1,
      ),
    ]),
  );
}

function burstOf(burst: BurstResult): string {
  const peak = burst.phases.find(({ name }) => name === "peak");
  const band = peak === undefined ? {} : { band: { from: peak.from, to: peak.to, name: "peak" } };
  const line = (name: string, colour: string, value: (bin: BurstResult["bins"][number]) => number | null): Line => ({
    name,
    colour,
    points: burst.bins.map((bin) => ({ x: bin.at, y: value(bin) })),
  });
  const chart = (title: string, yLabel: string, lines: readonly Line[], logY = false) =>
    lineChart({ title, xLabel: "seconds of the replay", yLabel, lines, logY, domain: [0, burst.seconds], ...band });
  const spread = (title: string, yLabel: string, of: (bin: BurstResult["bins"][number]) => Spread) =>
    chart(
      title,
      yLabel,
      [line("p50", "--one", (bin) => of(bin).p50), line("p99", "--two", (bin) => of(bin).p99)],
      true,
    );
  const figures = [
    chart("Events", "events a second", [line("events", "--one", (bin) => bin.eventsPerSecond)]),
    chart("Deliveries", "deliveries a second", [line("deliveries", "--one", (bin) => bin.deliveriesPerSecond)]),
    spread("Delivery lag", "milliseconds from the tweet's id to its arrival", ({ lag }) => lag),
    spread("Answers", "milliseconds from when an event was due to its answer", ({ answer }) => answer),
    spread("Pages of home read meanwhile", "milliseconds from when each was due", ({ home }) => home),
    spread("Empty object calls meanwhile", "milliseconds from when each was due", ({ empty }) => empty),
  ];
  const note =
    `${burst.events} events of a week (${burst.source}), ${burst.speed.toFixed(0)} times as fast as they happened. The busiest hour is ` +
    `${burst.peakToMedian.source.toFixed(0)} times the median hour in the source and ${burst.peakToMedian.replayed.toFixed(0)} ` +
    `times as replayed. All effects were done ${burst.settledSeconds.toFixed(1)} s after the last event. ` +
    `Times in the table: p50 / p99 milliseconds, from when each was due.`;
  return section("The burst", note, `${grid(figures)}${phaseTable(burst)}`);
}

function phaseTable(burst: BurstResult): string {
  const ms = ({ p50, p99 }: Spread) =>
    `${p50 === null ? "–" : shortNumber(p50)} / ${p99 === null ? "–" : shortNumber(p99)}`;
  const rows = burst.phases.map((phase) => [
    phase.name === "peak" ? "in the peak" : `${phase.name} the peak`,
    (phase.to - phase.from).toFixed(1),
    shortNumber(phase.events / (phase.to - phase.from)),
    shortNumber(phase.deliveries / (phase.to - phase.from)),
    String(phase.errors),
    ms(phase.answer),
    ms(phase.lag),
    ms(phase.home),
    ms(phase.empty),
  ]);
  const head = [
    "",
    "seconds",
    "events/s",
    "deliveries/s",
    "errors",
    "answered",
    "delivery lag",
    "home read",
    "empty object",
  ];
  return table(head, rows);
}

function prices({ scenarios, costs }: Results): string {
  const stackOf = (name: string, cost: Cost): Stack => ({ name, parts: billOf(cost) });
  // A post that is seen has cost what it cost when it was acknowledged.
  const paid = scenarios.filter(({ name }) => !name.endsWith(": seen by a follower"));
  const ofScenarios = paid.flatMap((one) => (one.cost === null ? [] : [stackOf(one.name, one.cost)]));
  const ofOperations = costs.map((cost) => stackOf(cost.operation, cost));
  const dearest = (rows: readonly Stack[]) => rows.toSorted((a, b) => sumOf(b) - sumOf(a));
  return section(
    "Price per operation",
    "Dollars for a million at list prices, beyond what is included, until the last effect is committed. CPU time is not in it.",
    grid([
      stackChart("Scenarios", dearest(ofScenarios), "$"),
      stackChart("Operations as counted", dearest(ofOperations), "$"),
    ]),
  );
}

const sumOf = ({ parts }: Stack): number => parts.reduce((total, { value }) => total + value, 0);
