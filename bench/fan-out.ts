/** Part `fan-out`: deliveries of real posts against as many calls that write one row in the same objects. */
import { HttpConnection, messageOf, type Ask } from "./http-connection.ts";
import type { MainStage } from "./main-stage.ts";
import type { Report } from "./report.ts";
import { ratioOf } from "./rounds.ts";
import { shardOf } from "./dataset.ts";
import { homeAsks, pushesOf, warmHomes, writeRows } from "./stage.ts";
import { median } from "./statistics.ts";
import { sleep } from "../scripts/lib.ts";

const ROUNDS = 6;
const FOLLOWERS_MIN = 1000;
/** FANOUT_CONCURRENCY; a fan-out works on one page of each database at once, and so does the reference. */
const CONCURRENCY = 64;
const POLL_MS = 20;
const LATE_MS = 30_000;
/** The author's own home is pushed to before the answer and again with page 0. */
const OWN_PUSHES = 2;

export async function benchFanOut(stage: MainStage, report: Report): Promise<void> {
  const { dataset, tokens } = stage;
  const hub = mostFollowed(stage);
  const followers = dataset.follows.filter(([, followee]) => followee === hub).map(([follower]) => follower);
  report.section(`Fan-out: one post to ${followers.length} warm followers, against one-row writes to the same objects`);
  if (followers.length < FOLLOWERS_MIN) throw new Error(`nobody has ${FOLLOWERS_MIN} followers`);
  const ids = followers.map((index) => dataset.users[index]?.id ?? "");
  const asks = homeAsks(
    ids,
    followers.map((index) => tokens[index] ?? ""),
  );
  await warmHomes(stage.client, stage.runtime, asks);
  const lists = [0, 1].map((shard) => ids.filter((id) => shardOf(id) === shard));
  const posts: number[] = [];
  const writes: number[] = [];
  let last = "";
  for (let round = -1; round < ROUNDS; round += 1) {
    const post = await deliver(stage, hub, followers.length, `The flock turns, round ${round}`);
    const seconds = await writeRows(stage.runtime, lists, CONCURRENCY);
    last = post.id;
    if (round < 0) continue;
    posts.push(followers.length / post.seconds);
    writes.push(followers.length / seconds);
  }
  await checkArrived(
    stage,
    asks.filter((_, index) => index % 50 === 0),
    last,
  );
  const spread = (rates: readonly number[]) =>
    `${median(rates).toFixed(0)} (${Math.min(...rates).toFixed(0)} to ${Math.max(...rates).toFixed(0)})`;
  report.line(`deliveries a second, from the send to the last delivery: ${spread(posts)}`);
  report.line(`one-row writes a second, ${lists.length} x ${CONCURRENCY} at once: ${spread(writes)}`);
  const value = ratioOf(posts, writes);
  report.budget({
    name: "fan-out, deliveries/s against one-row writes/s",
    value,
    limit: 0.5,
    must: "at least",
    unit: "",
  });
  report.figure("fanOut", {
    followers: followers.length,
    deliveriesPerSecond: posts,
    writesPerSecond: writes,
    ratio: value,
  });
}

function mostFollowed({ dataset }: MainStage): number {
  const followers = dataset.users.map(() => 0);
  for (const [, followee] of dataset.follows) followers[followee] = (followers[followee] ?? 0) + 1;
  return followers.indexOf(Math.max(...followers));
}

/** Posts as `author` and waits until `followers` timelines were pushed to. @returns seconds from the send to the last push. */
async function deliver(
  stage: MainStage,
  author: number,
  followers: number,
  text: string,
): Promise<{ id: string; seconds: number }> {
  const { runtime, tokens } = stage;
  const wanted = (await pushesOf(runtime)).count + followers + OWN_PUSHES;
  const connection = await HttpConnection.open(runtime.url);
  const sentAt = Date.now();
  const ask: Ask = { path: "/2/tweets", token: tokens[author] ?? "", json: { text } };
  const { status, body } = await connection.send(messageOf("localhost", ask));
  connection.close();
  if (status !== 201) throw new Error(`a post answered ${status}: ${body}`);
  const { id } = (JSON.parse(body.toString()) as { data: { id: string } }).data;
  for (;;) {
    const { count, lastAt } = await pushesOf(runtime);
    if (count >= wanted) return { id, seconds: (lastAt - sentAt) / 1000 };
    if (Date.now() - sentAt > LATE_MS) throw new Error(`${wanted - count} of ${followers} pushes did not come`);
    await sleep(POLL_MS);
  }
}

/** A count of pushes says nothing about what is in the timelines: some are looked at. */
async function checkArrived(stage: MainStage, asks: readonly Ask[], id: string): Promise<void> {
  await stage.client.prepare("arrived", asks);
  await stage.client.load({ origin: stage.runtime.url, asks: "arrived", connections: 4, holds: `"id":"${id}"` });
}
