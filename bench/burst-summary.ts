/** The replay of a burst in numbers: before, in and after its peak, and over time. */
import type { BurstEvent, Week } from "./burst-events.ts";
import type { BurstBin, BurstPhase, BurstResult, Spread } from "./burst-result.ts";
import { percentile } from "./statistics.ts";

/** A request of the replay. */
export interface Happened {
  readonly what: "event" | "home" | "bare" | "empty";
  /** Seconds since the beginning, when it was due. */
  readonly at: number;
  /** Milliseconds from then to its answer. */
  readonly ms: number;
  readonly wrong: boolean;
}

export interface Replay {
  readonly week: Week & { readonly from: number };
  readonly speed: number;
  readonly seconds: number;
  readonly happened: readonly Happened[];
  /** Deliveries: when the tweet was made, in seconds since the beginning, and how long it took to arrive. */
  readonly lags: readonly { readonly at: number; readonly ms: number }[];
  readonly settledSeconds: number;
}

/** Hours at least this part as busy as the busiest belong to the peak. */
const PEAK_PART = 0.5;
const BINS = 84;

export function summariseBurst(replay: Replay): BurstResult {
  const { week, speed, seconds, happened, settledSeconds } = replay;
  const binSeconds = seconds / BINS;
  const kinds = { retweets: 0, mentions: 0, replies: 0 };
  for (const { kind } of week.events) kinds[NAMES[kind]] += 1;
  return {
    source: week.source,
    speed,
    seconds,
    events: happened.filter(({ what }) => what === "event").length,
    peakToMedian: week.peakToMedian,
    kinds,
    binSeconds,
    bins: Array.from({ length: BINS }, (_, nth) => binOf(replay, nth * binSeconds, binSeconds)),
    phases: phasesOf(replay),
    settledSeconds,
  };
}

const NAMES = { RT: "retweets", MT: "mentions", RE: "replies" } as const;

function spreadOf(times: readonly number[]): Spread {
  const ascending = times.filter((ms) => !Number.isNaN(ms)).sort((a, b) => a - b);
  if (ascending.length === 0) return { p50: null, p99: null };
  return { p50: percentile(ascending, 0.5), p99: percentile(ascending, 0.99) };
}

const within = <T extends { readonly at: number }>(items: readonly T[], from: number, to: number): T[] =>
  items.filter(({ at }) => at >= from && at < to);

function binOf({ happened, lags }: Replay, at: number, width: number): BurstBin {
  const here = within(happened, at, at + width);
  const timesOf = (kind: Happened["what"]) => here.flatMap(({ what, ms }) => (what === kind ? [ms] : []));
  const events = timesOf("event");
  const delivered = within(lags, at, at + width);
  // Deliveries are counted when they arrive; their lag is shown where the tweet was made.
  const arrived = lags.filter((one) => one.at + one.ms / 1000 >= at && one.at + one.ms / 1000 < at + width);
  return {
    at,
    eventsPerSecond: events.length / width,
    deliveriesPerSecond: arrived.length / width,
    answer: spreadOf(events),
    lag: spreadOf(delivered.map(({ ms }) => ms)),
    home: spreadOf(timesOf("home")),
    empty: spreadOf(timesOf("empty")),
  };
}

function phasesOf(replay: Replay): BurstPhase[] {
  const { week, speed, seconds } = replay;
  const [first, last] = peakOf(week.events, week.peakHour);
  const at = (hour: number) => Math.max(0, Math.min(seconds, (hour * 3600 - week.from) / speed));
  const bounds = [
    ["before", 0, at(first)],
    ["peak", at(first), at(last + 1)],
    ["after", at(last + 1), seconds],
  ] as const;
  return bounds.filter(([, from, to]) => to > from).map(([name, from, to]) => phaseOf(replay, name, from, to));
}

/** The hours round the busiest one that are nearly as busy. */
function peakOf(events: readonly BurstEvent[], peakHour: number): [first: number, last: number] {
  const counts = new Map<number, number>();
  for (const { at } of events) {
    const hour = Math.floor(at / 3600);
    counts.set(hour, (counts.get(hour) ?? 0) + 1);
  }
  const busy = (hour: number) => (counts.get(hour) ?? 0) >= PEAK_PART * (counts.get(peakHour) ?? 0) && counts.has(hour);
  let [first, last] = [peakHour, peakHour];
  while (busy(first - 1)) first -= 1;
  while (busy(last + 1)) last += 1;
  return [first, last];
}

function phaseOf({ happened, lags }: Replay, name: BurstPhase["name"], from: number, to: number): BurstPhase {
  const here = within(happened, from, to);
  const delivered = within(lags, from, to);
  const times = (kind: Happened["what"]) => here.filter(({ what }) => what === kind).map(({ ms }) => ms);
  return {
    name,
    from,
    to,
    events: times("event").length,
    deliveries: delivered.length,
    errors: here.filter(({ wrong }) => wrong).length,
    answer: spreadOf(times("event")),
    lag: spreadOf(delivered.map(({ ms }) => ms)),
    home: spreadOf(times("home")),
    bare: spreadOf(times("bare")),
    empty: spreadOf(times("empty")),
  };
}
