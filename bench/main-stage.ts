/** The stage that most parts share: a runtime over a real graph, every home warm. */
import type { LocalRuntime } from "../scripts/local-runtime.ts";
import { makeDataset, type Dataset } from "./dataset.ts";
import { LoadClient } from "./load-client.ts";
import type { Report } from "./report.ts";
import { homeAsks, loadFacts, makeStore, readersOf, startBench, tokensFor, warmHomes } from "./stage.ts";

const USERS = 1400;
const TWEETS = 9000;
/** A page of 20 and what a read asks for beyond it. */
const HOME_LEAST = 26;

export interface MainStage {
  readonly client: LoadClient;
  readonly dataset: Dataset;
  /** Indexes of users whose home fills a page. */
  readonly readers: readonly number[];
  readonly tokens: readonly string[];
  runtime: LocalRuntime;
  /** Starts the runtime anew on the same store. */
  restart(vars: Readonly<Record<string, string>>): Promise<void>;
  end(): Promise<void>;
}

export async function openMainStage(bundle: string, report: Report): Promise<MainStage> {
  report.section("Stage");
  const dataset = makeDataset(USERS, TWEETS);
  const { users, follows, tweets } = dataset;
  const readers = readersOf(dataset, HOME_LEAST);
  if (readers.length < 1000) throw new Error(`only ${readers.length} homes fill a page`);
  const store = makeStore();
  const client = new LoadClient();
  const runtime = await startBench(bundle, store.path);
  await loadFacts(runtime, dataset);
  const tokens = await tokensFor(
    runtime,
    users.map((user) => user.id),
  );
  const stage: MainStage = {
    client,
    dataset,
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
  const seconds = await warmHomes(
    client,
    runtime,
    homeAsks(
      users.map((user) => user.id),
      tokens,
    ),
  );
  report.line(
    `${users.length} users, ${follows.length} follows, ${tweets.length} tweets (${dataset.source}); ` +
      `${readers.length} homes of ${HOME_LEAST} tweets or more; all rebuilt by a first read in ${seconds.toFixed(1)} s`,
  );
  report.figure("stage", {
    users: users.length,
    follows: follows.length,
    tweets: tweets.length,
    source: dataset.source,
    rebuildSeconds: seconds,
  });
  return stage;
}
