/**
 * `npm run demo`: loads a real follow graph and real texts through the public API of a fresh local runtime, waits until
 * every effect is done, and holds sampled home timelines against what the input says.
 *
 *     npm run demo -- --graph FILE --tweets FILE --users N [--texts 5000] [--seed 1] [--shards N] [--var NAME:VALUE]…
 *
 * The graph: `follower<TAB>followee` lines; the texts: JSON lines with a field `t`; either may be gzipped. Exits with 1 on
 * any error and on any timeline that is not exactly right.
 */
import { parseArgs } from "node:util";
import { ApiClient, Refused, type Account } from "./api-client.ts";
import { chooseGraph, readLines, readTexts, type Graph } from "./demo-input.ts";
import { eachOf, seededRandom, sleep } from "./lib.ts";
import { startLocalRuntime, type LocalRuntime } from "./local-runtime.ts";
import { showProgress } from "./progress.ts";

const WIDTH = 16;
const READERS_CHECKED = 50;
/** One tweet in so many is watched on its way to a follower. */
const WATCH_EVERY = 25;
const VISIBLE_WITHIN_MS = 120_000;
const PASSWORD = "dunlin-demo";

const { values } = parseArgs({
  options: {
    graph: { type: "string" },
    tweets: { type: "string" },
    users: { type: "string", default: "500" },
    texts: { type: "string", default: "5000" },
    seed: { type: "string", default: "1" },
    shards: { type: "string", default: "0" },
    var: { type: "string", multiple: true, default: [] },
  },
});
if (values.graph === undefined || values.tweets === undefined) {
  console.error(
    "usage: npm run demo -- --graph FILE --tweets FILE --users N [--texts N] [--seed N] [--var NAME:VALUE]…",
  );
  process.exit(2);
}

/** What was put in, from which every timeline follows. */
interface World {
  readonly accounts: readonly Account[];
  /** Who each account follows, as indexes. */
  readonly following: readonly ReadonlySet<number>[];
  readonly followers: readonly (readonly number[])[];
  /** Ids of the tweets each account posted. */
  readonly posted: readonly string[][];
}

interface Lag {
  readonly ms: number;
}

const random = seededRandom(Number(values.seed));
const graph = chooseGraph(readLines(values.graph), Number(values.users));
const texts = readTexts(readLines(values.tweets), Number(values.texts));
const given = values.var.map((pair) => [pair.slice(0, pair.indexOf(":")), pair.slice(pair.indexOf(":") + 1)]);
const runtime = await startLocalRuntime({
  vars: {
    PASSWORD_SCRYPT_N: "16",
    RATE_LIMIT_SCALE: "0",
    LOG_LEVEL: "error",
    ACCESS_TOKEN_SECONDS: "86400",
    ...Object.fromEntries(given),
  },
  shards: Number(values.shards),
  inMemory: true,
  onLine: (line) => void (line.startsWith("Using secrets") || console.log(line)),
});
process.once("SIGINT", () => void runtime.stop().then(() => process.exit(130)));
try {
  process.exitCode = (await demo(runtime, graph)) ? 0 : 1;
} finally {
  await runtime.stop();
}

/** @returns true where every sampled timeline is right. */
async function demo(on: LocalRuntime, input: Graph): Promise<boolean> {
  const api = new ApiClient(on.url);
  const world = await load(api, input);
  await on.outboxEmpty();
  await warm(api, world.accounts);

  const lags: Lag[] = [];
  const began = performance.now();
  const refused = await post(api, world, lags);
  const postedAt = performance.now();
  await on.outboxEmpty();
  const seconds = (performance.now() - began) / 1000;

  const tweets = world.posted.reduce((sum, ids) => sum + ids.length, 0);
  const deliveries = world.posted.reduce(
    (sum, ids, who) => sum + ids.length * (1 + (world.followers[who]?.length ?? 0)),
    0,
  );
  const most = world.followers.reduce((best, list) => Math.max(best, list.length), 0);
  console.log(`
users        ${world.accounts.length} (the most followed has ${most} followers)
follows      ${input.follows.length}
tweets       ${tweets} (${refused} texts refused), posted in ${((postedAt - began) / 1000).toFixed(1)} s
deliveries   ${deliveries}
seconds      ${seconds.toFixed(1)} until the last effect was done
per second   ${Math.round(deliveries / seconds)} deliveries
tiers        ${await tiers(on)}
lag          ${lagLine(lags)}
retries      ${api.retries} requests made again`);
  await showTimeline(api, world);
  return await checkTimelines(api, world);
}

async function load(api: ApiClient, input: Graph): Promise<World> {
  const accounts: Account[] = [];
  const registering = showProgress("accounts", input.nodes.length);
  await eachOf(input.nodes, WIDTH, async (node, index) => {
    accounts[index] = await api.registerOrLogIn(`user_${node}`, PASSWORD, `User ${node}`);
    registering.step();
  });
  registering.end();
  const following = accounts.map(() => new Set<number>());
  const followers = accounts.map((): number[] => []);
  const connecting = showProgress("follows", input.follows.length);
  await eachOf(shuffled(input.follows), WIDTH, async ([from, to]) => {
    const [follower, followee] = [accounts[from], accounts[to]];
    if (follower === undefined || followee === undefined) return;
    await api.follow(follower, followee.id);
    following[from]?.add(to);
    followers[to]?.push(from);
    connecting.step();
  });
  connecting.end();
  return { accounts, following, followers, posted: accounts.map((): string[] => []) };
}

/** Everybody looks at home once: a timeline that nobody reads is not kept up. */
async function warm(api: ApiClient, accounts: readonly Account[]): Promise<void> {
  const progress = showProgress("first look", accounts.length);
  await eachOf(accounts, WIDTH, async (account) => {
    await api.home(account, { max_results: "5" });
    progress.step();
  });
  progress.end();
}

/** Posts the texts, by authors drawn with a weight that rises with their followers. @returns how many were refused. */
async function post(api: ApiClient, world: World, lags: Lag[]): Promise<number> {
  const { accounts, followers, posted } = world;
  const weights: number[] = [];
  let total = 0;
  for (const list of followers) weights.push((total += 1 + Math.sqrt(list.length)));
  const planned = texts.map((text, index) => {
    const at = random() * total;
    const author = weights.findIndex((weight) => weight > at);
    const named = () => accounts[Math.floor(random() * accounts.length)]?.username ?? "";
    return { author, key: `demo-${index}`, watched: random(), text: text.replace(/@user\b/g, () => `@${named()}`) };
  });
  let refused = 0;
  const watching: Promise<void>[] = [];
  const unseen: unknown[] = [];
  const progress = showProgress("tweets", planned.length);
  await eachOf(planned, WIDTH, async ({ author, key, text, watched }, index) => {
    progress.step();
    const account = accounts[author];
    if (account === undefined) return;
    try {
      const tweet = await api.post(account, text, key);
      posted[author]?.push(tweet.id);
      const readers = followers[author] ?? [];
      const reader = accounts[readers[Math.floor(watched * readers.length)] ?? -1];
      if (index % WATCH_EVERY !== 0 || reader === undefined) return;
      watching.push(watch(api, reader, tweet.id, lags).catch((error: unknown) => void unseen.push(error)));
    } catch (error) {
      if (!(error instanceof Refused) || error.status >= 500) throw error;
      refused += 1;
    }
  });
  await Promise.all(watching);
  progress.end();
  if (unseen.length > 0) throw unseen[0];
  return refused;
}

/** Asks `reader`'s home for exactly this tweet until it is there, and notes how long that took after the post's answer. */
async function watch(api: ApiClient, reader: Account, tweetId: string, lags: Lag[]): Promise<void> {
  const began = performance.now();
  const since_id = String(BigInt(tweetId) - 1n);
  const until_id = String(BigInt(tweetId) + 1n);
  for (;;) {
    const { data = [] } = await api.home(reader, { max_results: "5", since_id, until_id });
    const ms = performance.now() - began;
    if (data.some((tweet) => tweet.id === tweetId)) return void lags.push({ ms });
    if (ms > VISIBLE_WITHIN_MS) throw new Error(`tweet ${tweetId} did not reach ${reader.username}`);
    await sleep(20);
  }
}

function lagLine(lags: readonly Lag[]): string {
  const sorted = lags.map((lag) => lag.ms).toSorted((a, b) => a - b);
  const at = (share: number) => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
  return `from post to visible, ${sorted.length} samples under load: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, max ${at(1)} ms`;
}

async function tiers(on: LocalRuntime): Promise<string> {
  const counts = new Map<string, number>();
  for (let shard = 0; shard < on.shardCount; shard += 1) {
    for (const row of await on.sql(shard, "SELECT tier, COUNT(*) AS tweets FROM tweets GROUP BY tier")) {
      const tier = String(row["tier"]);
      counts.set(tier, (counts.get(tier) ?? 0) + Number(row["tweets"]));
    }
  }
  return [...counts].map(([tier, tweets]) => `${tier} ${tweets}`).join(", ");
}

async function showTimeline(api: ApiClient, world: World): Promise<void> {
  const busiest = world.following.reduce(
    (best, set, who) => (set.size > (world.following[best]?.size ?? 0) ? who : best),
    0,
  );
  const reader = world.accounts[busiest];
  if (reader === undefined) return;
  const page = await api.home(reader, { max_results: "8", expansions: "author_id" });
  const names = new Map(page.includes?.users?.map((user) => [user.id, user.username]));
  console.log(`\n@${reader.username} follows ${world.following[busiest]?.size} and sees:`);
  for (const tweet of page.data ?? []) {
    const text = tweet.text.replaceAll("\n", " ");
    console.log(`  @${(names.get(tweet.author_id ?? "") ?? "?").padEnd(15)} ${text.slice(0, 90)}`);
  }
}

/** Compares whole timelines with the input: own tweets and those of the people followed, newest first. */
async function checkTimelines(api: ApiClient, world: World): Promise<boolean> {
  const checked = shuffled([...world.accounts.keys()]).slice(0, READERS_CHECKED);
  const progress = showProgress("checking", checked.length);
  const wrong: string[] = [];
  let entries = 0;
  await eachOf(checked, 4, async (who) => {
    const account = world.accounts[who];
    if (account === undefined) return;
    const authors = [who, ...(world.following[who] ?? [])];
    const expected = authors.flatMap((author) => world.posted[author] ?? []).toSorted(newestFirst);
    let got = await api.wholeHome(account);
    // Feeds of pull authors may be as old as two caches.
    for (let tries = 0; tries < 20 && !same(got, expected); tries += 1) {
      await sleep(5_000);
      got = await api.wholeHome(account);
    }
    entries += expected.length;
    if (!same(got, expected)) {
      const missing = expected.filter((id) => !got.includes(id)).length;
      const extra = got.filter((id) => !expected.includes(id)).length;
      wrong.push(`@${account.username}: ${missing} missing, ${extra} too many, of ${expected.length}`);
    }
    progress.step();
  });
  progress.end();
  for (const line of wrong) console.error(line);
  console.log(`${checked.length - wrong.length} of ${checked.length} home timelines are right (${entries} entries)`);
  return wrong.length === 0;
}

function newestFirst(a: string, b: string): number {
  return BigInt(a) < BigInt(b) ? 1 : -1;
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((id, index) => id === b[index]);
}

function shuffled<T>(items: readonly T[]): T[] {
  const keyed = items.map((item) => ({ item, key: random() }));
  return keyed.toSorted((a, b) => a.key - b.key).map(({ item }) => item);
}
