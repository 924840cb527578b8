/** Part `flat`: a page of home costs the same however much is stored, and however many follow an author in it. */
import type { LocalRuntime } from "../scripts/local-runtime.ts";
import { makeTweets, makeUsers, type Dataset, type Follow } from "./dataset.ts";
import { LoadClient } from "./load-client.ts";
import type { Report } from "./report.ts";
import { printMeasured, ratioOf, runRounds, type Kind, type Measured } from "./rounds.ts";
import { homeAsks, loadFacts, makeStore, startBench, tokensFor, warmHomes } from "./stage.ts";

const FEW_TWEETS = 2_000;
const MANY_TWEETS = 200_000;
const BIG_AUTHOR_FOLLOWERS = 2_500;
const AUTHORS = 400;
/** In each of the two groups: those who follow the big author and those who do not. */
const GROUP = 150;
const FOLLOWS_EACH = 20;
const ROUNDS = { rounds: 8, secondsEach: 0.8, connections: 4 };
const FULL_PAGE = '"result_count":20';

/** Users: the big author, the other authors, readers who follow the big author, readers who do not, the crowd. */
function makeWorld(tweetCount: number): Dataset {
  const firstReader = 1 + AUTHORS;
  const crowd = BIG_AUTHOR_FOLLOWERS - GROUP;
  const users = makeUsers(firstReader + 2 * GROUP + crowd, "flat");
  const follows: Follow[] = [];
  for (let reader = 0; reader < 2 * GROUP; reader += 1) {
    const who = firstReader + reader;
    if (reader < GROUP) follows.push([who, 0]);
    // Both groups follow as many, and the same others but one.
    const others = reader < GROUP ? FOLLOWS_EACH - 1 : FOLLOWS_EACH;
    for (let nth = 0; nth < others; nth += 1) follows.push([who, 1 + (((reader % GROUP) * 7 + nth * 19) % AUTHORS)]);
  }
  for (let one = 0; one < crowd; one += 1) follows.push([firstReader + 2 * GROUP + one, 0]);
  const weights = users.map((_, index) => (index < firstReader ? 1 : 0));
  return { users, follows, tweets: makeTweets(users, tweetCount, weights), source: "generated" };
}

interface Side {
  readonly dataset: Dataset;
  readonly store: ReturnType<typeof makeStore>;
  runtime: LocalRuntime;
}

async function openSide(bundle: string, tweetCount: number): Promise<Side> {
  const dataset = makeWorld(tweetCount);
  const store = makeStore();
  const runtime = await startBench(bundle, store.path);
  await loadFacts(runtime, dataset);
  return { dataset, store, runtime };
}

export async function benchFlat(bundle: string, report: Report): Promise<void> {
  report.section(
    `Flat: ${FEW_TWEETS} tweets stored against ${MANY_TWEETS}, no big author in the feed against one of ${BIG_AUTHOR_FOLLOWERS} followers`,
  );
  const client = new LoadClient();
  const sides = [await openSide(bundle, FEW_TWEETS), await openSide(bundle, MANY_TWEETS)] as const;
  try {
    const warm = await measureSides(client, sides);
    for (const side of sides) {
      await side.runtime.stop();
      side.runtime = await startBench(bundle, side.store.path, { CONTENT_CACHE_ENTRIES: "0" });
    }
    const uncached = await measureSides(client, sides);
    print(report, warm, uncached);
  } finally {
    client.close();
    for (const side of sides) {
      await side.runtime.stop();
      side.store.remove();
    }
  }
}

/** Few and many tweets, without and with the big author, all in turn. */
async function measureSides(client: LoadClient, sides: readonly Side[]): Promise<Measured[]> {
  const kinds: Kind[] = [];
  for (const { dataset, runtime } of sides) {
    const count = dataset.tweets.length;
    const readers = dataset.users.slice(1 + AUTHORS, 1 + AUTHORS + 2 * GROUP).map((user) => user.id);
    const asks = homeAsks(readers, await tokensFor(runtime, readers));
    await warmHomes(client, runtime, asks);
    for (const [label, from] of [
      ["big author in the feed", 0],
      ["none", GROUP],
    ] as const) {
      const name = `${count} tweets, ${label}`;
      await client.prepare(name, asks.slice(from, from + GROUP));
      kinds.push({ name, asks: name, origin: runtime.url, server: runtime.pid, holds: FULL_PAGE });
    }
  }
  return runRounds(client, kinds, ROUNDS);
}

function print(report: Report, warm: readonly Measured[], uncached: readonly Measured[]): void {
  printMeasured(report, [...warm, ...uncached.map((one) => ({ ...one, name: `${one.name}, caches off` }))]);
  const ratio = (measured: readonly Measured[], a: number, b: number) =>
    ratioOf(measured[a]?.p50s ?? [], measured[b]?.p50s ?? []);
  const budget = (name: string, value: number) => report.budget({ name, value, limit: 1.3, must: "at most", unit: "" });
  budget(`home p50 with ${MANY_TWEETS} tweets against ${FEW_TWEETS}`, ratio(warm, 3, 1));
  budget(`home p50 with an author of ${BIG_AUTHOR_FOLLOWERS} followers against none`, ratio(warm, 0, 1));
  const off = [ratio(uncached, 3, 1), ratio(uncached, 0, 1)] as const;
  report.line(`the same with isolate caches off: ${off[0].toFixed(2)} and ${off[1].toFixed(2)}`);
  report.figure("flat", { warm, uncached });
}
