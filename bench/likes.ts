/** Part `likes`: what a storm of likes on one tweet does to reads and writes of the other tweets of its shard. */
import { sleep } from "../scripts/lib.ts";
import type { LocalRuntime } from "../scripts/local-runtime.ts";
import { createMinter, LOGICAL_SHARDS } from "../workers/lib/snowflake.ts";
import { makeTweets, makeUsers, shardOf, type Dataset } from "./dataset.ts";
import type { Row } from "./facts.ts";
import type { Ask } from "./http-connection.ts";
import { LoadClient } from "./load-client.ts";
import type { Report } from "./report.ts";
import { ratioOf } from "./rounds.ts";
import type { Scale } from "./scale.ts";
import { NO_REQUESTS } from "./scenario.ts";
import { insert, loadFacts, makeStore, sendLikes, startBench, tokensFor } from "./stage.ts";
import { median, percentile } from "./statistics.ts";

const SHARD = 0;
const USERS = 400;
const TWEETS = 6_000;
/** One look at the others; a storm is looked at until it is over. */
const LOOK_SECONDS = 0.25;
const QUIET_LOOKS = 6;
const WRITES = 30_000;
const SETTLE_MS = 500;
const LATE_MS = 60_000;
const SLOWER_MAX = 1.5;

/** Milliseconds that requests took. */
interface Looked {
  readonly reads: number[];
  readonly writes: number[];
}

interface Round {
  readonly quiet: Looked;
  /** `seconds`: from the first message that is sent to the last like that is counted. */
  readonly storm: Looked & { readonly seconds: number };
}

export async function benchLikes(bundle: string, scale: Scale, report: Report): Promise<void> {
  const { storm: size, rounds: times } = scale.likes;
  report.section(
    `Likes: ${size} likes of one tweet are applied while others read and like other tweets of its shard, caches off`,
  );
  const users = makeUsers(USERS, "liker");
  const tweets = makeTweets(
    users,
    TWEETS,
    users.map(() => 1),
  );
  const dataset: Dataset = { users, follows: [], tweets, source: "generated" };
  const store = makeStore();
  const client = new LoadClient();
  const runtime = await startBench(bundle, store.path, { CONTENT_CACHE_ENTRIES: "0" });
  try {
    await loadFacts(runtime, dataset);
    const stormy = await prepareOthers(client, runtime, dataset, times);
    const rounds: Round[] = [];
    // The first round warms.
    for (let round = -1; round < times; round += 1) {
      const tweetId = stormy[round + 1] ?? "";
      await plantStorm(runtime, tweetId, size);
      const quiet: Looked = { reads: [], writes: [] };
      for (let looks = 0; looks < QUIET_LOOKS; looks += 1) note(quiet, await look(client, runtime));
      const storm = await throughStorm(client, runtime, tweetId, scale.likes);
      await runtime.outboxEmpty(60);
      await sleep(SETTLE_MS);
      if (round >= 0) rounds.push({ quiet, storm });
    }
    print(report, rounds, size);
  } finally {
    client.close();
    await runtime.stop();
    store.remove();
  }
}

/** Prepares reads of tweets of the shard, and likes of them by users who live there. @returns tweets that neither meets. */
async function prepareOthers(
  client: LoadClient,
  runtime: LocalRuntime,
  dataset: Dataset,
  rounds: number,
): Promise<string[]> {
  const here = dataset.tweets.filter(({ id }) => shardOf(id) === SHARD);
  const stormy = here.slice(0, rounds + 1).map(({ id }) => id);
  const others = here.slice(rounds + 1);
  const likers = dataset.users.filter(({ id }) => shardOf(id) === SHARD).map(({ id }) => id);
  const tokens = await tokensFor(runtime, likers);
  await client.prepare(
    "reads",
    others.map(({ id }): Ask => ({ path: `/2/tweets/${BigInt(id)}` })),
  );
  // Nobody likes a tweet twice.
  const writes = Array.from({ length: WRITES }, (_, index): Ask => {
    const [who, round] = [index % likers.length, Math.floor(index / likers.length)];
    const tweet = others[(who * 31 + round) % others.length]?.id ?? "0";
    const path = `/2/users/${BigInt(likers[who] ?? "0")}/likes`;
    return { path, token: tokens[who] ?? "", json: { tweet_id: String(BigInt(tweet)) } };
  });
  await client.prepare("writes", writes);
  return stormy;
}

/** What the requests of a storm leave behind: their own edges, and the events that tell of them. The likers live everywhere. */
async function plantStorm(runtime: LocalRuntime, tweetId: string, size: number): Promise<void> {
  const now = Date.now();
  const ids = createMinter(() => now);
  const likes: Row[] = [];
  const events: Row[] = [];
  for (let index = 0; index < size; index += 1) {
    const shard = (index * 37) % LOGICAL_SHARDS;
    const [userId, eventId] = [ids.next(shard), ids.next(shard)];
    likes.push([userId, tweetId, 1, 1]);
    const payload = JSON.stringify({ userId, tweetId, state: 1, version: 1 });
    events.push([eventId, "like-changed", payload, now + 3_600_000]);
  }
  await insert(runtime, "likes", ["user_id", "tweet_id", "state", "version"], likes);
  await insert(runtime, "outbox", ["id", "kind", "payload", "next_sweep_at"], events);
}

/** One connection reads and one writes, each as fast as it is answered. */
async function look(client: LoadClient, runtime: LocalRuntime): Promise<Looked> {
  const limits = { origin: runtime.url, connections: 1, seconds: LOOK_SECONDS };
  const [reads, writes] = await Promise.all(["reads", "writes"].map((asks) => client.load({ ...limits, asks })));
  return { reads: reads?.latencies ?? [], writes: writes?.latencies ?? [] };
}

function note(all: Looked, one: Looked): void {
  all.reads.push(...one.reads);
  all.writes.push(...one.writes);
}

/** Looks at the others for as long as the storm lasts; the look in which it begins or ends does not count. */
async function throughStorm(
  client: LoadClient,
  runtime: LocalRuntime,
  tweetId: string,
  { storm: size, answersMin }: Scale["likes"],
): Promise<Round["storm"]> {
  const counted = async () => {
    const select = "SELECT like_count FROM engagement_counts WHERE tweet_id = ?";
    return Number((await runtime.sql(SHARD, select, [tweetId]))[0]?.["like_count"] ?? 0);
  };
  const storm: Looked = { reads: [], writes: [] };
  const sentAt = performance.now();
  const sent = await sendLikes(runtime, tweetId);
  if (sent !== size) throw new Error(`${sent} likes were sent instead of ${size}`);
  for (let before = await counted(); before < size;) {
    const looked = await look(client, runtime);
    const after = await counted();
    if (before > 0 && after < size) note(storm, looked);
    if (performance.now() - sentAt > LATE_MS) throw new Error(`only ${after} of ${size} likes were counted`);
    before = after;
  }
  const seconds = (performance.now() - sentAt) / 1000;
  if (Math.min(storm.reads.length, storm.writes.length) < answersMin) {
    throw new Error(`a storm of ${seconds.toFixed(1)} s was over before enough of the others were looked at`);
  }
  return { ...storm, seconds };
}

function print(report: Report, rounds: readonly Round[], size: number): void {
  const rows = (["reads", "writes"] as const).flatMap((what) =>
    (["quiet", "storm"] as const).map((when) => {
      const all = rounds.flatMap((round) => round[when][what]).sort((a, b) => a - b);
      const shown = [percentile(all, 0.5), percentile(all, 0.9)].map((milliseconds) => milliseconds.toFixed(1));
      return [`${what}, ${when}`, String(all.length), ...shown];
    }),
  );
  report.table(["milliseconds", "answers", "p50", "p90"], rows);
  const rates = rounds.map(({ storm }) => size / storm.seconds);
  const rate = median(rates);
  report.line(`${rounds.length} storms; likes counted a second, from the first that is sent: ${rate.toFixed(0)}`);
  for (const what of ["reads", "writes"] as const) {
    // A quick run's storm may be over before anything of the others was seen.
    if (rounds.some(({ storm }) => storm[what].length === 0)) continue;
    const [quiet = [], storm = []] = (["quiet", "storm"] as const).map((when) =>
      rounds.map((round) => median(round[when][what])),
    );
    const name = `${what} of other tweets in a storm of likes against none, p50`;
    report.budget({ name, value: ratioOf(storm, quiet), limit: SLOWER_MAX, must: "at most", unit: "" });
  }
  tell(report, rounds, rates, size);
}

function tell(report: Report, rounds: readonly Round[], rates: readonly number[], size: number): void {
  report.figure("likes", { rounds });
  report.scenario({
    ...NO_REQUESTS,
    part: "likes",
    name: `a storm of ${size} likes on one tweet, counted`,
    unit: "likes",
    requests: rounds.length * size,
    rates,
    ratios: (["reads", "writes"] as const).map((what) => ({
      reference: `${what} of other tweets, quiet, to the same in the storm`,
      values: rounds.map(({ quiet, storm }) => median(quiet[what]) / median(storm[what])),
    })),
    cpu: null,
    uses: [{ operation: "like, each of 100 that arrive together", count: 1 }],
  });
}
