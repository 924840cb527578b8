/** One author whom 1,200 people follow: a fan-out that leaves out one in a thousand cannot hide. */
import { makeUsers, type Dataset } from "../../bench/dataset.ts";
import { loadFacts, tokensFor } from "../../bench/stage.ts";
import { ApiClient, type Account } from "../../scripts/api-client.ts";
import { eachOf } from "../../scripts/lib.ts";
import { makePlan } from "./plan.ts";
import { Stage } from "./stage.ts";

const FOLLOWERS = 1200;
const TWEETS = 3;
const READERS_AT_ONCE = 8;
const QUIET_SECONDS = 60;
/** Thresholds and pages as they are deployed: everybody is pushed to, in pages of 500. */
const VARS = { FANOUT_ACTIVE_ONLY_MIN: "100000", FANOUT_PULL_MIN: "1000000", FANOUT_PAGE_SIZE: "500" };
const FAULTS = 6;

export interface CrowdResult {
  readonly readers: number;
  /** Homes that are not the author's tweets, in words. */
  readonly wrong: readonly string[];
}

/** The author posts, at times while queues, shards and objects fail; every follower's home holds every tweet once. */
export async function playCrowd(bundle: string, seed: number, faulty: boolean): Promise<CrowdResult> {
  const stage = await Stage.open(bundle, { vars: VARS, endlessDisk: true });
  try {
    const [author, ...readers] = await gather(stage);
    if (author === undefined) throw new Error("nobody is there");
    const api = new ApiClient(stage.url);
    // Whoever has read home has a timeline from now on, which is pushed to; a cold one is rebuilt at its first read.
    await eachOf(readers, READERS_AT_ONCE, async (reader) => void (await api.wholeHome(reader)));
    if (faulty) await stage.order(faultsFor(seed));
    const posted: string[] = [];
    for (let number = 0; number < TWEETS; number += 1) {
      posted.unshift((await api.post(author, `number ${number} to the crowd`, `crowd-${number}`)).id);
    }
    await stage.heal();
    await stage.runtime.outboxEmpty(QUIET_SECONDS);
    const wrong: string[] = [];
    await eachOf([author, ...readers], READERS_AT_ONCE, async (reader) => {
      const home = await api.wholeHome(reader);
      if (home.join() !== posted.join()) wrong.push(`${reader.username}'s home is [${home}], not [${posted}]`);
    });
    return { readers: readers.length, wrong };
  } finally {
    await stage.dispose();
  }
}

const faultsFor = (seed: number) =>
  makePlan(seed, FAULTS, ["queue-repeat", "queue-reorder", "object-evicted"])
    .cohorts.flatMap(({ rounds }) => rounds)
    .flatMap(({ faults }) => faults);

/** The author first, then everybody who follows. */
async function gather(stage: Stage): Promise<Account[]> {
  const users = makeUsers(1 + FOLLOWERS, "crowd");
  const follows = users.slice(1).map((_, index) => [index + 1, 0] as const);
  const dataset: Dataset = { users, follows, tweets: [], source: "" };
  await loadFacts(stage.runtime, dataset);
  const ids = users.map(({ id }) => id);
  const tokens = await tokensFor(stage.runtime, ids);
  return users.map(({ id, username }, index) => ({ id: String(BigInt(id)), username, token: tokens[index] ?? "" }));
}
