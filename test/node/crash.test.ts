import { afterEach, expect, test } from "vitest";
import { seededRandom, sleep } from "../../scripts/lib.ts";
import type { LocalRuntime } from "../../scripts/local-runtime.ts";
import { findWrongs } from "./support/crash-check.ts";
import { CrashClient } from "./support/crash-client.ts";
import { Crowd } from "./support/crash-crowd.ts";
import { Ledger } from "./support/crash-ledger.ts";
import { CrashStore, outboxIds, registerPeople, sweepUntilQuiet, tweetsByTier } from "./support/crash-runtime.ts";

const KILLS = Math.max(20, Number(process.env["CRASH_KILLS"] ?? 20));
const SEED = Number(process.env["CRASH_SEED"] ?? Date.now() % 1_000_000);
const PEOPLE = 12;
const WRITES_A_LIFE_MIN = 10;
/** A kill comes at a random instant of this long, counted from the life's tenth acknowledged write. */
const KILL_WITHIN_MS = 400;
/** Alone it takes a minute; beside others on a small machine more. */
const TIMEOUT_MS = 300_000;

let store: CrashStore | undefined;
afterEach(async () => {
  await store?.dispose();
  store = undefined;
});

/** One life of the server, from its first request to SIGKILL. */
interface Life {
  readonly acknowledged: number;
  /** Requests without an answer at the kill. */
  readonly inFlight: number;
}

async function liveAndDie(
  store: CrashStore,
  runtime: LocalRuntime,
  crowd: Crowd,
  ledger: Ledger,
  random: () => number,
): Promise<Life> {
  const before = ledger.acknowledged;
  const client = new CrashClient(runtime.url, ledger);
  const writing = crowd.write(client);
  // Half of the lives sweep as well, so that kills hit sweeps and what they sent again.
  if (random() < 0.5) void runtime.cron().catch(() => undefined);
  while (ledger.acknowledged - before < WRITES_A_LIFE_MIN && ledger.unexpected.length === 0) await sleep(5);
  await sleep(random() * KILL_WITHIN_MS);
  const { inFlight } = client;
  client.serverGone = true;
  await store.kill();
  await writing;
  return { acknowledged: ledger.acknowledged - before, inFlight };
}

/** People, of whom one is followed by all the others. */
async function registerCrowd(url: string, ledger: Ledger): Promise<void> {
  await registerPeople(url, ledger, PEOPLE);
  const client = new CrashClient(url, ledger);
  const [popular, ...others] = ledger.people;
  for (const person of others) if (popular !== undefined) await client.follow(person, popular);
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);

function report(
  ledger: Ledger,
  lives: readonly Life[],
  startTimes: readonly number[],
  rest: Record<string, unknown>,
): void {
  const sorted = startTimes.slice(1).toSorted((a, b) => a - b);
  console.log(
    "the crash:",
    JSON.stringify({
      seed: SEED,
      kills: lives.length,
      acknowledged: ledger.acknowledged,
      least_in_a_life: Math.min(...lives.map((life) => life.acknowledged)),
      in_flight_at_kills: sum(lives.map((life) => life.inFlight)),
      unanswered: ledger.unanswered,
      writes: ledger.counts,
      posts_repeated_with_key: ledger.repeats,
      restart_ms: { p50: Math.round(sorted[sorted.length >> 1] ?? 0), max: Math.round(sorted.at(-1) ?? 0) },
      ...rest,
    }),
  );
}

const PROMISE = "everything answered with success holds everywhere, once, and the rest wholly or not at all";

test(`after ${KILLS} SIGKILLs ${PROMISE}`, { timeout: TIMEOUT_MS }, async () => {
  const random = seededRandom(SEED);
  const ledger = new Ledger();
  const crowd = new Crowd(ledger, random);
  store = await CrashStore.create();
  let runtime = await store.start();
  await registerCrowd(runtime.url, ledger);

  const lives: Life[] = [];
  /** Events that a dead server left undone: only the outbox knows of them. */
  const orphans = new Set<string>();
  while (lives.length < KILLS && ledger.unexpected.length === 0) {
    lives.push(await liveAndDie(store, runtime, crowd, ledger, random));
    runtime = await store.start();
    for (const id of await outboxIds(runtime)) orphans.add(id);
  }
  expect(ledger.unexpected, `seed ${SEED}`).toEqual([]);
  const sweeps = await sweepUntilQuiet(runtime);
  const { wrong, deliveries } = await findWrongs(runtime.url, ledger);
  const tiers = await tweetsByTier(runtime);
  report(ledger, lives, store.startTimes, { orphans: orphans.size, sweeps, tiers, deliveries, wrong: wrong.length });

  expect(wrong, `seed ${SEED}`).toEqual([]);
  // Without what follows the run would prove little.
  for (const life of lives) expect(life.acknowledged).toBeGreaterThanOrEqual(WRITES_A_LIFE_MIN);
  expect(lives.filter((life) => life.inFlight > 0).length).toBeGreaterThanOrEqual(KILLS / 2);
  expect(ledger.unanswered).toBeGreaterThanOrEqual(KILLS / 2);
  expect(orphans.size).toBeGreaterThanOrEqual(KILLS);
  expect(Object.keys(tiers)).toEqual(expect.arrayContaining(["push", "active", "pull"]));
});
