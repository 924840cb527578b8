/** Part `tiers`: posts of each tier, and the homes of those who follow hundreds of pull authors. Thresholds are lowered by vars. */
import { sleep } from "../scripts/lib.ts";
import { mostFollowed } from "./dataset.ts";
import type { Ask } from "./http-connection.ts";
import { CONNECTIONS, FULL_PAGE } from "./home.ts";
import { FANS, type MainStage } from "./main-stage.ts";
import { drawPairs, postAndWatch, scenariosOf, type Pair, type Posted } from "./post.ts";
import { againstReferences, prepareReferences, Probe } from "./references.ts";
import type { Report } from "./report.ts";
import { homeAsks, warmHomes } from "./stage.ts";

const LATE_SECONDS = 120;
const POLL_MS = 200;
const PAUSE_MS = 60;
/** Seconds in which a pull author's feed may be remembered, and then some. */
const PULLED_WITHIN_MS = 70_000;
const OVERLAP_SECONDS = 1;
const LIST_CACHE_SECONDS = 2;

export async function benchTiers(stage: MainStage, report: Report): Promise<void> {
  const { dataset, scale } = stage;
  const followers = dataset.users.map(() => 0);
  for (const [, followee] of dataset.follows) followers[followee] = (followers[followee] ?? 0) + 1;
  const celebrities = mostFollowed(followers, scale.celebrities);
  const pullMin = followers[celebrities.at(-1) ?? 0] ?? 0;
  // Half of those below are in the middle tier.
  const below = followers.filter((number) => number > 0 && number < pullMin).sort((a, b) => a - b);
  const activeMin = Math.max(2, below[Math.floor(below.length / 2)] ?? 2);
  report.section(
    `Tiers: active readers only from ${activeMin} followers on, pulled from ${pullMin} on; feeds remembered ${scale.feedCacheSeconds} s`,
  );
  await stage.restart({
    FANOUT_ACTIVE_ONLY_MIN: String(activeMin),
    FANOUT_PULL_MIN: String(pullMin),
    FEED_CACHE_SECONDS: String(scale.feedCacheSeconds),
    PULL_OVERLAP_SECONDS: String(OVERLAP_SECONDS),
    PULL_LIST_CACHE_SECONDS: String(LIST_CACHE_SECONDS),
  });
  await becomePullAuthors(stage, celebrities);
  const pairsOf = (from: number, to: number) =>
    drawPairs(stage, scale.postsATier, (_, count) => count >= from && count < to);
  for (const [name, operation, from, to] of [
    ["post, push tier", "post, push tier, 10 followers", 1, activeMin],
    ["post, active tier", "post, middle tier, 5 of 15 followers warm", activeMin, pullMin],
  ] as const) {
    const pairs = pairsOf(from, to);
    await warmPairs(stage, pairs);
    const posted = await postAndWatch(stage, pairs);
    for (const scenario of scenariosOf("tiers", name, operation, posted)) report.scenario(scenario);
  }
  const pulled = pairsOf(pullMin, Infinity);
  await warmPairs(stage, pulled);
  const operation = "post, pull tier, any number of followers";
  for (const one of scenariosOf("tiers", "post, pull tier", operation, await postAndPull(stage, pulled))) {
    // When a feed is read again is a matter of its timer: no other route's speed says anything of it.
    report.scenario(one.name.endsWith("acknowledged") ? one : { ...one, ratios: [] });
  }
  await benchFans(stage, report);
}

const warmPairs = ({ client, runtime }: MainStage, pairs: readonly Pair[]) =>
  warmHomes(
    client,
    runtime,
    pairs.map((pair) => pair.home),
  );

/** The first post lifts an author into the tier; once every isolate knows the list, nobody is pushed any more. */
async function becomePullAuthors(
  { client, runtime, tokens }: MainStage,
  celebrities: readonly number[],
): Promise<void> {
  const posts = (text: string) =>
    celebrities.map((index): Ask => ({ path: "/2/tweets", token: tokens[index] ?? "", json: { text } }));
  const load = { origin: runtime.url, connections: CONNECTIONS };
  await client.prepare("up", posts("A word to all who follow me"));
  await client.load({ ...load, asks: "up" });
  await runtime.outboxEmpty(LATE_SECONDS);
  await sleep((OVERLAP_SECONDS + LIST_CACHE_SECONDS) * 1000);
}

/**
 * Posts one after the other, then looks at all followers until each sees the post: a feed may be remembered for half a
 * minute, so nobody waits for one post at a time.
 */
async function postAndPull(stage: MainStage, pairs: readonly Pair[]): Promise<Posted[]> {
  const probe = await Probe.open(stage);
  const waiting: { home: Ask; mark: string; sentAt: number; seen: number; posted: Omit<Posted, "seen"> }[] = [];
  for (const { author, home } of pairs) {
    const sentAt = performance.now();
    const ask = { path: "/2/tweets", token: author, json: { text: "Neap tide, for everybody" } };
    const { ms: answered, status, text } = await probe.send(ask);
    if (status !== 201) throw new Error(`a post answered ${status}: ${text}`);
    const { id } = (JSON.parse(text) as { data: { id: string } }).data;
    // What the post set off is over by then, or the reference would wait for it.
    await sleep(PAUSE_MS);
    const posted = { answered, ...(await probe.references()) };
    waiting.push({ home: whole(home), mark: `"id":"${id}"`, sentAt, seen: 0, posted });
  }
  for (const until = performance.now() + PULLED_WITHIN_MS; waiting.some(({ seen }) => seen === 0);) {
    for (const one of waiting.filter(({ seen }) => seen === 0)) {
      if ((await probe.send(one.home)).text.includes(one.mark)) one.seen = performance.now() - one.sentAt;
    }
    if (performance.now() > until) throw new Error("a pull author's post was not seen in time");
    await sleep(POLL_MS);
  }
  probe.close();
  return waiting.map(({ seen, posted }) => ({ ...posted, seen }));
}

/** A page that still holds the post when others have been posted since. */
const whole = (home: Ask): Ask => ({ ...home, path: home.path.replace("max_results=5", "max_results=100") });

/** Pages of home of readers who follow every celebrity. */
async function benchFans(stage: MainStage, report: Report): Promise<void> {
  const { client, runtime, dataset, tokens, scale } = stage;
  const first = dataset.users.length - FANS;
  const asks = homeAsks(
    dataset.users.slice(first).map(({ id }) => id),
    tokens.slice(first),
  );
  await warmHomes(client, runtime, asks);
  await client.prepare("fans", asks);
  await prepareReferences(stage);
  await againstReferences(stage, report, "tiers", [
    {
      name: `home, ${scale.celebrities} pull authors followed`,
      asks: "fans",
      holds: FULL_PAGE,
      uses: [{ operation: "home, 500 pull authors followed, warm", count: 1 }],
    },
  ]);
}
