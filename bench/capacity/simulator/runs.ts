/** The runs that `npm run capacity` shows: a 10x spike and a celebrity's post in a crowd of one in a thousand. */
import { parseLimits, type Limits } from "../../../workers/lib/limits.ts";
import type { Measured } from "../measured.ts";
import { chart, seconds, short, table, title, whole } from "../text.ts";
import { Crowd } from "./crowd.ts";
import type { Outcome, Sample, Scenario } from "./scenario.ts";
import { simulate } from "./simulator.ts";

const SCALE = 1000;
const CROWD = { users: 300_000, follows: 200, largest: 100_000, sessionsADay: 5 };
const POSTS_A_DAY = 600_000;
const EVENING = 18 * 3600;
const HOUR = 3600;
const SPIKE = { from: 600, until: 900, factor: 10 };
const COLUMNS = 90;

type Run = readonly [name: string, outcome: Outcome];

/** What all runs have in common; every other part of the platform's is in capacity/platform.ts. */
function base(measured: Measured, limits: Limits, seed: number): Scenario {
  return {
    from: EVENING,
    seconds: HOUR,
    postsADay: POSTS_A_DAY,
    activeFirst: "never",
    ranges: 8,
    consumers: 2,
    shared: false,
    deliveriesPerSecond: measured.speed.deliveriesPerSecond,
    messageSeconds: 0.005,
    seed,
    limits,
  };
}

export function showRuns(measured: Measured, seed: number, vars: Readonly<Record<string, string>>): string[] {
  // The celebrity is pushed unless a run says otherwise: what the pull tier spares is to be seen.
  const pushing = parseLimits({ ...vars, FANOUT_PULL_MIN: String(CROWD.users) });
  const crowd = new Crowd(CROWD, seed);
  const given = base(measured, pushing, seed);
  const run = (name: string, change: Partial<Scenario>): Run => [name, simulate(crowd, { ...given, ...change })];
  const later = (most: number) => ({ ...pushing, FANOUT_LATER_SECONDS_MAX: most });
  const rate = whole(given.consumers * given.deliveriesPerSecond);
  return [
    ...title(`Simulator: 1:${SCALE}, ${whole(CROWD.users)} users, from 18:00, seed ${seed}`),
    `${given.consumers} consumers a queue deliver ${rate}/s together, pages of ${pushing.FANOUT_PAGE_SIZE}, ${given.ranges} databases;`,
    `"here": visit of the last ${pushing.FANOUT_ACTIVE_MINUTES} minutes or the hour that visits are not written for; the others are "away"`,
    ...spikeRuns(run, later, given, pushing),
    ...celebrityRuns(run, pushing),
  ];
}

function spikeRuns(
  run: (name: string, change: Partial<Scenario>) => Run,
  later: (most: number) => Limits,
  given: Scenario,
  { FANOUT_LATER_SECONDS_MAX }: Limits,
): string[] {
  const burst = { burst: SPIKE };
  const first = { ...burst, activeFirst: "post is old" } as const;
  const shared = { shared: true, consumers: given.consumers + 1 };
  const all = run("all alike", burst);
  const own = run("active first", first);
  const bounded = run("all alike, one bottleneck for all queues", { ...burst, ...shared });
  const most = (held: number) => `active first, one bottleneck, held ${held} s`;
  const runs = [
    all,
    own,
    run("active first, held 300 s", { ...first, limits: later(300) }),
    bounded,
    run(most(FANOUT_LATER_SECONDS_MAX), { ...first, ...shared }),
    run(most(300), { ...first, ...shared, limits: later(300) }),
  ];
  return [
    ...title(`A ${SPIKE.factor}x spike of posts, minutes ${SPIKE.from / 60} to ${SPIKE.until / 60}`),
    ...lagTable(runs),
    "",
    ...depthCharts([all, own]),
  ];
}

function celebrityRuns(run: (name: string, change: Partial<Scenario>) => Run, limits: Limits): string[] {
  const posts = { celebrityPosts: [600] };
  const runs: Run[] = [
    run("pushed, all alike", posts),
    run("pushed, active first by a message's wait", { ...posts, activeFirst: "message waited" }),
    run("pushed, active first by the post's age (the product)", { ...posts, activeFirst: "post is old" }),
    run("pulled (the product's tier from 1M followers)", {
      ...posts,
      limits: { ...limits, FANOUT_PULL_MIN: CROWD.largest },
    }),
  ];
  const cells = ([name, { celebrityHere, celebrityAway, here, away }]: Run) => [
    name,
    whole(celebrityHere.count + celebrityAway.count),
    ...[celebrityHere, celebrityAway, here, away].flatMap((lags) => [
      seconds(lags.percentile(0.5)),
      seconds(lags.percentile(0.99)),
    ]),
  ];
  const head = [
    "",
    "deliveries",
    "here p50",
    "p99",
    "away p50",
    "p99",
    "others here p50",
    "p99",
    "others away p50",
    "p99",
  ];
  return [
    ...title(
      `A celebrity's post, minute 10: ${whole(CROWD.largest)} followers here are ${short(CROWD.largest * SCALE)} there`,
    ),
    ...table(head, runs.map(cells)),
  ];
}

function lagTable(runs: readonly Run[]): string[] {
  const cells = ([name, { here, away, deepest, samples }]: Run) => [
    name,
    ...[here, away].flatMap((lags) => [
      seconds(lags.percentile(0.5)),
      seconds(lags.percentile(0.99)),
      seconds(lags.worst),
    ]),
    whole(deepest),
    clearedAt(samples),
  ];
  const head = ["delivery lag", "here p50", "p99", "worst", "away p50", "p99", "worst", "most waiting", "cleared at"];
  return table(head, runs.map(cells));
}

/** Messages that wait on a quiet evening. */
const FEW = 300;

/** The minute from which on hardly anything waits. */
function clearedAt(samples: readonly Sample[]): string {
  const last = samples.findLast(({ waiting, held }) => waiting + held > FEW);
  return last === undefined ? "-" : `minute ${Math.ceil(last.second / 60)}`;
}

/** Queue depth of some runs over time, all to one scale. */
function depthCharts(runs: readonly Run[]): string[] {
  const curves = runs.flatMap(([name, { samples }]) => {
    const until = samples.at(-1)?.second ?? 0;
    const column = (at: number) => samples[Math.round((at / (COLUMNS - 1)) * (samples.length - 1))];
    const columns = Array.from({ length: COLUMNS }, (_, at) => column(at));
    const minutes = `0 to ${(until / 60).toFixed(0)} min`;
    return [
      { name: `${name}: messages waiting, ${minutes}`, values: columns.map((one) => one?.waiting ?? 0) },
      { name: `${name}: pages of those away, held or waiting`, values: columns.map((one) => one?.held ?? 0) },
    ].filter(({ values }) => values.some((value) => value > 0));
  });
  const highest = Math.max(...curves.flatMap(({ values }) => values));
  return curves.flatMap(({ name, values }) => chart(name, values, highest));
}
