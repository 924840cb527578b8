/** The stage that most parts share: a runtime over a real graph, every home warm. */
import type { LocalRuntime } from "../scripts/local-runtime.ts";
import { makeDataset, type Dataset } from "./dataset.ts";
import { LoadClient } from "./load-client.ts";
import type { Report } from "./report.ts";
import type { Scale } from "./scale.ts";
import { homeAsks, loadFacts, makeStore, readersOf, startBench, tokensFor, warmHomes } from "./stage.ts";

/** Users who follow every celebrity. */
export const FANS = 8;

export interface MainStage {
  readonly client: LoadClient;
  readonly dataset: Dataset;
  readonly scale: Scale;
  /** Indexes of users whose home fills a page. */
  readonly readers: readonly number[];
  readonly tokens: readonly string[];
  runtime: LocalRuntime;
  /** Starts the runtime anew on the same store. */
  restart(vars: Readonly<Record<string, string>>): Promise<void>;
  end(): Promise<void>;
}

export async function openMainStage(
  bundle: string,
  scale: Scale,
  report: Report,
  inspectorPort?: number,
): Promise<MainStage> {
  report.section("Stage");
  const { users, tweets, hubFollowers, celebrities } = scale;
  const dataset = makeDataset(users, tweets, { hubFollowers, celebrities, fans: FANS });
  const readers = readersOf(dataset, scale.homeLeast).filter((index) => index < users);
  if (readers.length < scale.readers) throw new Error(`only ${readers.length} homes fill a page`);
  const ids = dataset.users.map((user) => user.id);
  const store = makeStore();
  const client = new LoadClient();
  const runtime = await startBench(bundle, store.path, {}, inspectorPort === undefined ? {} : { inspectorPort });
  await loadFacts(runtime, dataset);
  const tokens = await tokensFor(runtime, ids);
  const seconds = await warmHomes(client, runtime, homeAsks(ids, tokens));
  describe(report, dataset, `${readers.length} homes of ${scale.homeLeast} tweets or more`, seconds);
  const stage: MainStage = {
    client,
    dataset,
    scale,
    readers,
    tokens,
    runtime,
    async restart(vars) {
      await stage.runtime.stop();
      stage.runtime = await startBench(bundle, store.path, vars);
    },
    async end() {
      client.close();
      await stage.runtime.stop();
      store.remove();
    },
  };
  return stage;
}

function describe(report: Report, dataset: Dataset, homes: string, rebuildSeconds: number): void {
  const [users, follows, tweets] = [dataset.users.length, dataset.follows.length, dataset.tweets.length];
  report.line(
    `${users} users, ${follows} follows, ${tweets} tweets (${dataset.source}); ` +
      `${homes}; all rebuilt by a first read in ${rebuildSeconds.toFixed(1)} s`,
  );
  report.source(dataset.source);
  report.figure("stage", { users, follows, tweets, source: dataset.source, rebuildSeconds });
}
