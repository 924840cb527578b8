/** Part `flat`: a page of home costs the same however much is stored, and however many follow an author in it. */
import type { LocalRuntime } from "../scripts/local-runtime.ts";
import { makeTweets, makeUsers, type Dataset, type Follow } from "./dataset.ts";
import { LoadClient } from "./load-client.ts";
import type { Report } from "./report.ts";
import { printMeasured, ratioOf, runRounds, type Kind, type Measured } from "./rounds.ts";
import type { Scale } from "./scale.ts";
import { scenarioOf } from "./scenario.ts";
import { homeAsks, loadFacts, makeStore, startBench, tokensFor, warmHomes } from "./stage.ts";

const FOLLOWS_EACH = 20;
const CONNECTIONS = 4;
const FULL_PAGE = '"result_count":20';

type FlatScale = Scale["flat"];

/** Users: the big author, the other authors, readers who follow the big author, readers who do not, the crowd. */
function makeWorld(tweetCount: number, { authors, bigAuthorFollowers, group }: FlatScale): Dataset {
  const firstReader = 1 + authors;
  const crowd = bigAuthorFollowers - group;
  const users = makeUsers(firstReader + 2 * group + crowd, "flat");
  const follows: Follow[] = [];
  for (let reader = 0; reader < 2 * group; reader += 1) {
    const who = firstReader + reader;
    if (reader < group) follows.push([who, 0]);
    // Both groups follow as many, and the same others but one.
    const others = reader < group ? FOLLOWS_EACH - 1 : FOLLOWS_EACH;
    for (let nth = 0; nth < others; nth += 1) follows.push([who, 1 + (((reader % group) * 7 + nth * 19) % authors)]);
  }
  for (let one = 0; one < crowd; one += 1) follows.push([firstReader + 2 * group + one, 0]);
  const weights = users.map((_, index) => (index < firstReader ? 1 : 0));
  return { users, follows, tweets: makeTweets(users, tweetCount, weights), source: "generated" };
}

interface Side {
  readonly dataset: Dataset;
  readonly store: ReturnType<typeof makeStore>;
  runtime: LocalRuntime;
}

async function openSide(bundle: string, tweetCount: number, scale: FlatScale): Promise<Side> {
  const dataset = makeWorld(tweetCount, scale);
  const store = makeStore();
  const runtime = await startBench(bundle, store.path);
  await loadFacts(runtime, dataset);
  return { dataset, store, runtime };
}

export async function benchFlat(bundle: string, { flat: scale }: Scale, report: Report): Promise<void> {
  const [few, many] = scale.tweets;
  report.section(
    `Flat: ${few} tweets stored against ${many}, no big author in the feed against one of ${scale.bigAuthorFollowers} followers`,
  );
  const client = new LoadClient();
  const sides = [await openSide(bundle, few, scale), await openSide(bundle, many, scale)] as const;
  try {
    const warm = await measureSides(client, sides, scale);
    for (const side of sides) {
      await side.runtime.stop();
      side.runtime = await startBench(bundle, side.store.path, { CONTENT_CACHE_ENTRIES: "0" });
    }
    const uncached = await measureSides(client, sides, scale);
    print(report, scale, warm, uncached);
  } finally {
    client.close();
    for (const side of sides) {
      await side.runtime.stop();
      side.store.remove();
    }
  }
}

/** Few and many tweets, without and with the big author, all in turn. */
async function measureSides(client: LoadClient, sides: readonly Side[], scale: FlatScale): Promise<Measured[]> {
  const { authors, group, rounds, secondsEach } = scale;
  const kinds: Kind[] = [];
  for (const { dataset, runtime } of sides) {
    const count = dataset.tweets.length;
    const readers = dataset.users.slice(1 + authors, 1 + authors + 2 * group).map((user) => user.id);
    const asks = homeAsks(readers, await tokensFor(runtime, readers));
    await warmHomes(client, runtime, asks);
    for (const [label, from] of [
      ["big author in the feed", 0],
      ["none", group],
    ] as const) {
      const name = `${count} tweets, ${label}`;
      await client.prepare(name, asks.slice(from, from + group));
      kinds.push({ name, asks: name, origin: runtime.url, server: runtime.pid, holds: FULL_PAGE });
    }
  }
  return runRounds(client, kinds, { rounds, secondsEach, connections: CONNECTIONS });
}

function print(report: Report, scale: FlatScale, warm: readonly Measured[], uncached: readonly Measured[]): void {
  printMeasured(report, [...warm, ...uncached.map((one) => ({ ...one, name: `${one.name}, caches off` }))]);
  const ratio = (measured: readonly Measured[], a: number, b: number) =>
    ratioOf(measured[a]?.p50s ?? [], measured[b]?.p50s ?? []);
  const budget = (name: string, value: number) => report.budget({ name, value, limit: 1.3, must: "at most", unit: "" });
  const [few, many] = scale.tweets;
  budget(`home p50 with ${many} tweets against ${few}`, ratio(warm, 3, 1));
  budget(`home p50 with an author of ${scale.bigAuthorFollowers} followers against none`, ratio(warm, 0, 1));
  const off = [ratio(uncached, 3, 1), ratio(uncached, 0, 1)] as const;
  report.line(`the same with isolate caches off: ${off[0].toFixed(2)} and ${off[1].toFixed(2)}`);
  report.figure("flat", { warm, uncached });
  const [, fewAlone, manyBig] = warm;
  if (fewAlone === undefined || manyBig === undefined) throw new Error("nothing was measured");
  const name = `home, ${many} tweets stored and a big author in the feed`;
  const references = { [`${few} tweets stored, no big author`]: fewAlone };
  report.scenario(scenarioOf("flat", { ...manyBig, name }, references, [{ operation: "home, all warm", count: 1 }]));
}
