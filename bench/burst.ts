/** Part `burst`: a real week with its busiest hour, replayed through the API at a chosen speed, whether the Worker keeps up or not. */
import { seededRandom } from "../scripts/lib.ts";
import { unpadId } from "../workers/lib/snowflake.ts";
import { readWeek, WEEK_SECONDS, type BurstEvent, type Week } from "./burst-events.ts";
import type { BurstResult, Spread } from "./burst-result.ts";
import { summariseBurst, type Happened } from "./burst-summary.ts";
import { watchCpu } from "./cpu.ts";
import type { Replayed } from "./load-client.ts";
import type { Ask } from "./http-connection.ts";
import type { MainStage } from "./main-stage.ts";
import type { Report } from "./report.ts";
import { BARE, EMPTY, quantilesOf, type Scenario } from "./scenario.ts";
import { homeAsks, takeLags, warmHomes } from "./stage.ts";

export interface BurstOptions {
  /** So many seconds of the week pass in one; null: as many as make the whole week last `seconds`. */
  readonly speed: number | null;
  readonly seconds: number;
}

const CONNECTIONS = 64;
/** Their own, so that a look does not wait for events that wait. */
const LOOKING = 16;
/** Of each: pages of home, and of both reference routes, a second, so that the burst can be seen from a reader's place. */
const LOOKS_A_SECOND = 5;
const LATE_SECONDS = 180;

type What = "event" | "home" | "bare" | "empty";
interface Planned {
  readonly what: What;
  readonly dueMs: number;
  readonly ask: Ask;
}

export async function benchBurst(stage: MainStage, options: BurstOptions, report: Report): Promise<void> {
  const { client, dataset, scale } = stage;
  const speed = options.speed ?? WEEK_SECONDS / options.seconds;
  const week = windowOf(readWeek(dataset, eventsFor(options, scale.burst.events)), speed, options.seconds);
  report.section(
    `Burst: ${week.events.length} events of a week (${week.source}), ${speed.toFixed(0)} times as fast, in ${options.seconds} s`,
  );
  await warmAll(stage);
  const { runtime } = stage;
  const events = plan(stage, week, speed);
  const watched = looks(stage, options.seconds);
  const play = async (asks: string, planned: readonly Planned[], connections: number) => {
    const dueMs = planned.map((one) => one.dueMs);
    return client.replay({ origin: runtime.url, asks, connections, dueMs });
  };
  for (const [name, planned] of [
    ["burst", events],
    ["looks", watched],
  ] as const) {
    const asks = planned.map(({ ask }) => ask);
    await client.prepare(name, asks, { inOrder: true });
  }
  await takeLags(runtime);
  const endCpu = watchCpu(runtime.pid);
  const [replayed, looked] = await Promise.all([play("burst", events, CONNECTIONS), play("looks", watched, LOOKING)]);
  // Both are of one process, and the longer of them tells of all of it.
  const cpu = endCpu(Math.max(replayed.cpuSeconds, looked.cpuSeconds));
  const endedAt = performance.now();
  await runtime.outboxEmpty(LATE_SECONDS);
  const settledSeconds = (performance.now() - endedAt) / 1000;
  const happened = [...happenedOf(events, replayed), ...happenedOf(watched, looked)];
  const lags = (await takeLags(runtime)).map(([at, ms]) => ({ at: (at - replayed.beganAt - ms) / 1000, ms }));
  const result = summariseBurst({ week, speed, seconds: options.seconds, happened, lags, settledSeconds });
  report.burst(result);
  print(report, result);
  report.scenario({ ...scenarioOf(result, happened), firstError: replayed.firstWrong ?? looked.firstWrong, cpu });
}

const happenedOf = (planned: readonly Planned[], { latencies, wrong }: Replayed): Happened[] =>
  planned.map(({ what, dueMs }, index) => ({
    what,
    at: dueMs / 1000,
    ms: latencies[index] ?? Number.NaN,
    wrong: wrong[index] ?? false,
  }));

/** A fresh process in which every home was read: pushes go to all. */
async function warmAll(stage: MainStage): Promise<void> {
  await stage.restart({});
  const ids = stage.dataset.users.map(({ id }) => id);
  await warmHomes(stage.client, stage.runtime, homeAsks(ids, stage.tokens));
}

/** A slower replay of the same length shows less of the week, so it takes more of its events. */
function eventsFor({ speed, seconds }: BurstOptions, events: number): number {
  return speed === null ? events : Math.round(events * Math.max(1, WEEK_SECONDS / seconds / speed));
}

/** What of the week lasts `seconds` at `speed`: all of it, or what lies round the busiest hour, a third of it before. */
function windowOf(week: Week, speed: number, seconds: number): Week & { readonly from: number } {
  const length = seconds * speed;
  const from = Math.max(0, Math.min((week.peakHour + 0.5) * 3600 - length / 3, WEEK_SECONDS - length));
  return { ...week, from, events: week.events.filter(({ at }) => at >= from && at < from + length) };
}

function plan(stage: MainStage, week: Week & { readonly from: number }, speed: number): Planned[] {
  const asker = asksFor(stage);
  return week.events.flatMap((event): Planned[] => {
    const ask = asker(event);
    return ask === null ? [] : [{ what: "event", dueMs: ((event.at - week.from) / speed) * 1000, ask }];
  });
}

/** Pages of home and both references, evenly spread. */
function looks({ dataset, readers, tokens, scale }: MainStage, seconds: number): Planned[] {
  const own = readers.slice(0, scale.readers);
  const ids = own.map((index) => dataset.users[index]?.id ?? "");
  const homes = homeAsks(
    ids,
    own.map((index) => tokens[index] ?? ""),
  );
  const every = 1000 / LOOKS_A_SECOND;
  return Array.from({ length: Math.floor(seconds * LOOKS_A_SECOND) }, (_, nth): Planned[] => [
    { what: "home", dueMs: nth * every, ask: homes[(nth * 7) % homes.length] ?? { path: "/bench/bare" } },
    { what: "bare", dueMs: (nth + 0.33) * every, ask: { path: "/bench/bare" } },
    {
      what: "empty",
      dueMs: (nth + 0.66) * every,
      ask: { path: `/bench/empty-object/${ids[(nth * 11) % ids.length] ?? ""}` },
    },
  ]).flat();
}

/** An event as a request of its actor; null for a retweet of somebody whose every tweet the actor has retweeted. */
function asksFor({ dataset, tokens }: MainStage): (event: BurstEvent) => Ask | null {
  const random = seededRandom(13);
  const tweetsOf = Map.groupBy(dataset.tweets, ({ author }) => author);
  const retweeted = new Set<string>();
  const idOf = (index: number) => unpadId(dataset.users[index]?.id ?? "0");
  return ({ kind, actor, target }) => {
    const own = (tweetsOf.get(target) ?? []).map(({ id }) => unpadId(id));
    const token = tokens[actor] ?? "";
    if (kind === "RT") {
      const tweet = own.find((id) => !retweeted.has(`${actor}:${id}`));
      if (tweet === undefined) return null;
      retweeted.add(`${actor}:${tweet}`);
      return { path: `/2/users/${idOf(actor)}/retweets`, token, json: { tweet_id: tweet } };
    }
    const text = `@${dataset.users[target]?.username ?? ""} have they found it? ${Math.floor(random() * 1e6)}`;
    const tweet = own.at(-1);
    const reply = kind === "RE" && tweet !== undefined ? { reply: { in_reply_to_tweet_id: tweet } } : {};
    return { path: "/2/tweets", token, json: { text, ...reply } };
  };
}

function print(report: Report, result: BurstResult): void {
  const ms = ({ p50, p99 }: Spread) => `${p50?.toFixed(0) ?? "-"} / ${p99?.toFixed(0) ?? "-"}`;
  report.table(
    ["", "seconds", "events/s", "deliveries/s", "errors", "answered", "delivery lag", "home read", "empty object"],
    result.phases.map((phase) => {
      const seconds = phase.to - phase.from;
      return [
        phase.name === "peak" ? "in the peak" : `${phase.name} the peak`,
        seconds.toFixed(1),
        (phase.events / seconds).toFixed(1),
        (phase.deliveries / seconds).toFixed(0),
        String(phase.errors),
        ms(phase.answer),
        ms(phase.lag),
        ms(phase.home),
        ms(phase.empty),
      ];
    }),
  );
  report.line("answered, delivery lag, home read, empty object: p50 / p99 ms, from when each was due");
  const { peakToMedian, settledSeconds } = result;
  report.line(
    `busiest hour against the median hour: ${peakToMedian.source.toFixed(0)}x in the source, ` +
      `${peakToMedian.replayed.toFixed(0)}x as replayed; all effects done ${settledSeconds.toFixed(1)} s after the last event`,
  );
}

/** Rates and ratios per phase stand for rounds: before, in, after. */
function scenarioOf(result: BurstResult, happened: readonly Happened[]): Scenario {
  const events = happened.filter(({ what }) => what === "event");
  const timesOf = (kind: Happened["what"]) =>
    happened.flatMap(({ what, ms }) => (what === kind ? [ms] : [])).sort((a, b) => a - b);
  const ascending = timesOf("event");
  const quantiles = quantilesOf(ascending);
  const at = (p: number) => ascending[Math.min(ascending.length - 1, Math.floor(ascending.length * p))] ?? null;
  const { phases, kinds } = result;
  const ratio = (what: "bare" | "empty") => phases.map((phase) => (phase[what].p50 ?? NaN) / (phase.answer.p50 ?? NaN));
  const total = Math.max(1, events.length);
  const deliveries = phases.reduce((sum, phase) => sum + phase.deliveries, 0);
  // The counted reply and retweet had one follower each; the rest of what was delivered comes on top.
  const uses = [
    { operation: "retweet, 1 follower", count: kinds.retweets / total },
    { operation: "reply, 1 follower", count: (kinds.replies + kinds.mentions) / total },
    { operation: "one fan-out delivery", count: Math.max(0, deliveries / total - 1) },
  ];
  return {
    part: "burst",
    name: "burst, events acknowledged",
    unit: "requests",
    requests: events.length,
    errors: happened.filter(({ wrong }) => wrong).length,
    firstError: null,
    rates: phases.map((phase) => phase.events / (phase.to - phase.from)),
    p50s: phases.map((phase) => phase.answer.p50 ?? Number.NaN),
    p99s: phases.map((phase) => phase.answer.p99 ?? Number.NaN),
    p50: at(0.5),
    p95: at(0.95),
    p99: at(0.99),
    quantiles,
    emptyQuantiles: quantilesOf(timesOf("empty")),
    ratios: [
      { reference: BARE, values: ratio("bare") },
      { reference: EMPTY, values: ratio("empty") },
    ],
    cpu: null,
    uses,
  };
}
