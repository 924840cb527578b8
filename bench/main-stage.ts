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
const READERS_MIN = 1000;

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
  const readers = readersOf(dataset, HOME_LEAST);
  if (readers.length < READERS_MIN) throw new Error(`only ${readers.length} homes fill a page`);
  const ids = dataset.users.map((user) => user.id);
  const store = makeStore();
  const client = new LoadClient();
  const runtime = await startBench(bundle, store.path);
  await loadFacts(runtime, dataset);
  const tokens = await tokensFor(runtime, ids);
  const seconds = await warmHomes(client, runtime, homeAsks(ids, tokens));
  describe(report, dataset, readers.length, seconds);
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
  return stage;
}

function describe(report: Report, dataset: Dataset, readers: number, rebuildSeconds: number): void {
  const [users, follows, tweets] = [dataset.users.length, dataset.follows.length, dataset.tweets.length];
  report.line(
    `${users} users, ${follows} follows, ${tweets} tweets (${dataset.source}); ` +
      `${readers} homes of ${HOME_LEAST} tweets or more; all rebuilt by a first read in ${rebuildSeconds.toFixed(1)} s`,
  );
  report.figure("stage", { users, follows, tweets, source: dataset.source, rebuildSeconds });
}
