/** Part `home`: how fast a warm home timeline is against a route that does nothing but call an empty object. */
import type { Ask } from "./http-connection.ts";
import type { MainStage } from "./main-stage.ts";
import type { Report } from "./report.ts";
import { printMeasured, ratioOf, runRounds, type Kind, type Measured } from "./rounds.ts";
import { BARE, EMPTY, scenarioOf } from "./scenario.ts";
import { homeAsks, warmHomes } from "./stage.ts";

export const CONNECTIONS = 16;
export const FULL_PAGE = '"result_count":20';
export const VIEWER_FIELDS = "?user.fields=viewer&expansions=author_id";

export async function benchHome(stage: MainStage, report: Report): Promise<void> {
  const { homeRounds, homeSeconds, readers } = stage.scale;
  report.section(`Home timeline: 20 tweets a page, ${readers} readers in turn, ${CONNECTIONS} connections`);
  const asks = await prepareHome(stage);
  await warmHomes(stage.client, stage.runtime, asks);
  const home = await against(stage, "home", homeRounds);
  const viewer = await against(stage, "viewer", Math.ceil(homeRounds / 2));
  const references = [kindOf(stage, "query")];
  const load = { rounds: Math.ceil(homeRounds / 4), secondsEach: homeSeconds, connections: CONNECTIONS };
  const [query] = await runRounds(stage.client, references, load);
  await stage.restart({ CONTENT_CACHE_ENTRIES: "0" });
  await warmHomes(stage.client, stage.runtime, asks);
  const uncached = await against(stage, "home", Math.ceil(homeRounds / 2));
  await stage.restart({});
  printMeasured(report, [
    named(home.empty, "empty object (reference)"),
    named(home.asked, "home"),
    named(viewer.asked, "home, viewer fields asked"),
    named(uncached.asked, "home, isolate caches off"),
    named(query, "one empty D1 query (reference)"),
    named(home.bare, "bare route (the client's own bound)"),
  ]);
  judge(report, { home, viewer, uncached });
  report.figure("home", { home, viewer, uncached, query });
  const add = (name: string, { asked, empty, bare }: Against, operation: string) =>
    report.scenario(
      scenarioOf("home", named(asked, name), { [BARE]: bare, [EMPTY]: empty }, [{ operation, count: 1 }]),
    );
  add("home, all warm", home, "home, all warm");
  add("home, viewer fields asked", viewer, "home with 12 retweets and viewer fields, warm");
  add("home, isolate caches off", uncached, "home, isolate cold");
}

interface Against {
  readonly bare: Measured;
  readonly empty: Measured;
  readonly asked: Measured;
}

function judge(
  report: Report,
  { home, viewer, uncached }: Readonly<Record<"home" | "viewer" | "uncached", Against>>,
): void {
  const ratio = ({ asked, empty }: Against) => ratioOf(asked.rates, empty.rates);
  const others = `viewer fields ${ratio(viewer).toFixed(2)}, caches off ${ratio(uncached).toFixed(2)}`;
  report.line(`against the empty object of the same rounds: ${others}`);
  const byCpu = home.empty.serverCpuMicros / home.asked.serverCpuMicros;
  report.line(`by the server's CPU time a request instead of requests a second: home ${byCpu.toFixed(2)}`);
  const name = "home, requests/s against an empty object call";
  report.budget({ name, value: ratio(home), limit: 0.65, must: "at least", unit: "" });
  report.budget({ name: "home, p99", value: home.asked.p99, limit: 200, must: "at most", unit: " ms" });
}

/** Prepares `home`, `viewer`, and the references `empty`, `query`, `bare`. */
export async function prepareHome(stage: MainStage): Promise<Ask[]> {
  const { client, dataset, tokens } = stage;
  // As many objects on both sides, so that each is met every second or two and none is evicted.
  const readers = stage.readers.slice(0, stage.scale.readers);
  const ids = readers.map((index) => dataset.users[index]?.id ?? "");
  const own = readers.map((index) => tokens[index] ?? "");
  const asks = homeAsks(ids, own);
  await client.prepare("home", asks);
  await client.prepare("viewer", homeAsks(ids, own, VIEWER_FIELDS));
  await client.prepare(
    "empty",
    ids.map((id): Ask => ({ path: `/bench/empty-object/${id}` })),
  );
  await client.prepare("query", [{ path: "/bench/one-query" }]);
  await client.prepare("bare", [{ path: "/bench/bare" }]);
  return asks;
}

/** The references and `asks` in turn. */
async function against(stage: MainStage, asks: "home" | "viewer", rounds: number): Promise<Against> {
  const kinds = [kindOf(stage, "bare"), kindOf(stage, "empty"), { ...kindOf(stage, asks), holds: FULL_PAGE }];
  const secondsEach = stage.scale.homeSeconds;
  const [bare, empty, asked] = await runRounds(stage.client, kinds, { rounds, secondsEach, connections: CONNECTIONS });
  return { bare: measured(bare), empty: measured(empty), asked: measured(asked) };
}

export function kindOf({ runtime }: MainStage, asks: string): Kind {
  return { name: asks, asks, origin: runtime.url, server: runtime.pid };
}

const named = (one: Measured | undefined, name: string): Measured => ({ ...measured(one), name });

function measured(one: Measured | undefined): Measured {
  if (one === undefined) throw new Error("nothing was measured");
  return one;
}
