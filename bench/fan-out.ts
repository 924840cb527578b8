/** Part `fan-out`: deliveries of real posts against as many calls that write one row in the same objects. */
import { HttpConnection, messageOf, type Ask } from "./http-connection.ts";
import type { MainStage } from "./main-stage.ts";
import type { Report } from "./report.ts";
import { watchCpu, type CpuUse } from "./cpu.ts";
import { ratioOf } from "./rounds.ts";
import { NO_REQUESTS, ratiosOf } from "./scenario.ts";
import { shardOf } from "./dataset.ts";
import { homeAsks, pushesOf, warmHomes, writeRows } from "./stage.ts";
import { median } from "./statistics.ts";
import { sleep } from "../scripts/lib.ts";

/** FANOUT_CONCURRENCY; a fan-out works on one page of each database at once, and so does the reference. */
const CONCURRENCY = 64;
/** One follower in so many is looked at. */
const SAMPLED = 50;
const POLL_MS = 20;
const LATE_MS = 30_000;
/** The author's own home is pushed to before the answer and again with page 0. */
const OWN_PUSHES = 2;

/** Posts that come together, which one call may bring to a reader. */
const TOGETHER = 4;

/** Everything a second, one value a round. */
interface Rates {
  readonly one: number[];
  readonly together: number[];
  readonly writes: number[];
}

export async function benchFanOut(stage: MainStage, report: Report): Promise<void> {
  const { dataset, tokens, scale } = stage;
  const hub = mostFollowed(stage);
  const followers = dataset.follows.filter(([, followee]) => followee === hub).map(([follower]) => follower);
  const count = followers.length;
  report.section(
    `Fan-out: one post, and ${TOGETHER} at once, to ${count} warm followers, against one-row writes to the same objects`,
  );
  if (count < scale.hubFollowers) throw new Error(`nobody has ${scale.hubFollowers} followers`);
  const ids = followers.map((index) => dataset.users[index]?.id ?? "");
  const own = followers.map((index) => tokens[index] ?? "");
  const asks = homeAsks(ids, own);
  await warmHomes(stage.client, stage.runtime, asks);
  const lists = [0, 1].map((shard) => ids.filter((id) => shardOf(id) === shard));
  const rates: Rates = { one: [], together: [], writes: [] };
  const endCpu = watchCpu(stage.runtime.pid);
  let last = "";
  for (let round = -1; round < scale.fanOutRounds; round += 1) {
    const one = await deliver(stage, hub, count, [`The flock turns, round ${round}`]);
    const seconds = await writeRows(stage.runtime, lists, CONCURRENCY);
    const texts = Array.from({ length: TOGETHER }, (_, nth) => `The flock turns again, ${round}, ${nth}`);
    const together = await deliver(stage, hub, count, texts);
    last = together.id;
    if (round < 0) continue;
    rates.one.push(count / one.seconds);
    rates.writes.push(count / seconds);
    rates.together.push((count * TOGETHER) / together.seconds);
  }
  const cpu = endCpu(0);
  const sampled = asks.filter((_, index) => index % SAMPLED === 0);
  await checkArrived(stage, sampled, last);
  tell(report, count, rates, cpu);
}

function tell(report: Report, followers: number, rates: Rates, cpu: CpuUse): void {
  const spread = (values: readonly number[]) =>
    `${median(values).toFixed(0)} (${Math.min(...values).toFixed(0)} to ${Math.max(...values).toFixed(0)})`;
  report.line(`deliveries a second, from the send to the last delivery: ${spread(rates.one)}`);
  report.line(`the same of ${TOGETHER} posts that come together: ${spread(rates.together)}`);
  report.line(`one-row writes a second, 2 x ${CONCURRENCY} at once: ${spread(rates.writes)}`);
  const value = ratioOf(rates.one, rates.writes);
  const budget = (what: string, ratio: number, limit: number) => {
    const name = `${what}, deliveries/s against one-row writes/s`;
    report.budget({ name, value: ratio, limit, must: "at least", unit: "" });
  };
  // One post has nothing to share a call with: it also reads who follows, and who was here, and a page reports before the next.
  budget("fan-out of one post", value, 0.5);
  budget(`fan-out of ${TOGETHER} posts at once`, ratioOf(rates.together, rates.writes), 1);
  report.figure("fanOut", {
    followers,
    deliveriesPerSecond: rates.one,
    togetherPerSecond: rates.together,
    writesPerSecond: rates.writes,
    ratio: value,
  });
  addScenarios(report, followers, rates, cpu);
}

function addScenarios(report: Report, followers: number, rates: Rates, cpu: CpuUse): void {
  for (const [name, values, posts] of [
    [`fan-out of a post to ${followers} warm followers`, rates.one, 1],
    [`fan-out of ${TOGETHER} posts at once to as many`, rates.together, TOGETHER],
  ] as const) {
    report.scenario({
      ...NO_REQUESTS,
      part: "fan-out",
      name,
      unit: "deliveries",
      requests: values.length * followers * posts,
      rates: values,
      ratios: [{ reference: "one-row writes to the same objects", values: ratiosOf(values, rates.writes) }],
      cpu,
      uses: posts === 1 ? [{ operation: "one fan-out delivery", count: 1 }] : [],
    });
  }
}

export function mostFollowed({ dataset }: MainStage): number {
  const followers = dataset.users.map(() => 0);
  for (const [, followee] of dataset.follows) followers[followee] = (followers[followee] ?? 0) + 1;
  return followers.indexOf(Math.max(...followers));
}

/**
 * Posts `texts` as `author`, all at once, and waits until `followers` timelines were given them.
 * @returns seconds from the send to the last delivery, and the id of one of them.
 */
export async function deliver(
  stage: MainStage,
  author: number,
  followers: number,
  texts: readonly string[],
): Promise<{ id: string; seconds: number }> {
  const { runtime, tokens } = stage;
  const wanted = (await pushesOf(runtime)).entries + (followers + OWN_PUSHES) * texts.length;
  const sentAt = Date.now();
  const ids = await Promise.all(texts.map(async (text) => postOf(runtime.url, { token: tokens[author] ?? "", text })));
  for (;;) {
    const { entries, lastAt } = await pushesOf(runtime);
    if (entries >= wanted) return { id: ids[0] ?? "", seconds: (lastAt - sentAt) / 1000 };
    if (Date.now() - sentAt > LATE_MS) throw new Error(`${wanted - entries} of ${followers} deliveries did not come`);
    await sleep(POLL_MS);
  }
}

/** @returns the id of a new tweet. */
async function postOf(origin: string, { token, text }: { token: string; text: string }): Promise<string> {
  const connection = await HttpConnection.open(origin);
  const { status, body } = await connection.send(messageOf("localhost", { path: "/2/tweets", token, json: { text } }));
  connection.close();
  if (status !== 201) throw new Error(`a post answered ${status}: ${body}`);
  return (JSON.parse(body.toString()) as { data: { id: string } }).data.id;
}

/** A count of pushes says nothing about what is in the timelines: some are looked at. */
async function checkArrived(stage: MainStage, asks: readonly Ask[], id: string): Promise<void> {
  await stage.client.prepare("arrived", asks);
  await stage.client.load({ origin: stage.runtime.url, asks: "arrived", connections: 4, holds: `"id":"${id}"` });
}
