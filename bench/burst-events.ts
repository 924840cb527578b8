/** The week of the Higgs announcement as events among our users, thinned so that every hour keeps its share; else a made-up one. */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { seededRandom } from "../scripts/lib.ts";
import { sharedData } from "../test/support/shared-data.ts";
import type { Dataset } from "./dataset.ts";
import { median } from "./statistics.ts";

export type EventKind = "RT" | "MT" | "RE";

export interface BurstEvent {
  /** Seconds since the beginning of the week. */
  readonly at: number;
  readonly kind: EventKind;
  /** Indexes into the users. */
  readonly actor: number;
  readonly target: number;
}

export interface Week {
  readonly events: readonly BurstEvent[];
  readonly source: string;
  /** The busiest hour. */
  readonly peakHour: number;
  readonly peakToMedian: { readonly source: number; readonly replayed: number };
}

export const WEEK_SECONDS = 168 * 3600;
/** The file's first event is 172 s into the first full hour. */
const FIRST_AT = 172;

/** About `count` events, in the order of time. */
export function readWeek(dataset: Dataset, count: number): Week {
  const path = sharedData("higgs-twitter/events.tsv.gz");
  const { names } = dataset;
  if (path === null || names === undefined || names.length === 0) return makeWeek(dataset, count);
  const indexOf = new Map(names.map((name, index) => [name, index]));
  const hours = emptyHours();
  const ours = Array.from({ length: hours.length }, (): BurstEvent[] => []);
  let at = FIRST_AT;
  for (const [nth, line] of gunzipSync(readFileSync(path)).toString().trimEnd().split("\n").entries()) {
    const [seconds = "0", actorName = "", targetName = "", kind = "RT"] = line.split("\t");
    if (nth > 0) at += Number(seconds);
    const hour = Math.min(hours.length - 1, Math.floor(at / 3600));
    hours[hour] = (hours[hour] ?? 0) + 1;
    const [actor, target] = [indexOf.get(actorName), indexOf.get(targetName)];
    if (actor === undefined || target === undefined || actor === target) continue;
    ours[hour]?.push({ at, kind: kind as EventKind, actor, target });
  }
  const events = thin(hours, ours, count);
  return weekOf(events, hours, "Higgs events, July 2012");
}

const emptyHours = (): number[] => Array.from({ length: 168 }, () => 0);

/** Keeps of each hour what its share of `count` is; an hour without enough events of ours repeats them at other moments. */
function thin(hours: readonly number[], ours: readonly (readonly BurstEvent[])[], count: number): BurstEvent[] {
  const random = seededRandom(11);
  const total = hours.reduce((sum, number) => sum + number, 0);
  const kept: BurstEvent[] = [];
  let owed = 0;
  for (const [hour, number] of hours.entries()) {
    owed += (number / total) * count;
    const wanted = Math.round(owed);
    owed -= wanted;
    const own = ours[hour] ?? [];
    const nearest = own.length > 0 ? own : (ours.slice(0, hour).findLast((events) => events.length > 0) ?? []);
    for (let nth = 0; nth < wanted && nearest.length > 0; nth += 1) {
      const event = nearest[Math.floor(random() * nearest.length)];
      // Its own moment where it is of this hour and new; any other one of the hour otherwise.
      const at = event !== undefined && own.length >= wanted ? event.at : (hour + random()) * 3600;
      if (event !== undefined) kept.push({ ...event, at });
    }
  }
  return kept.sort((a, b) => a.at - b.at);
}

function weekOf(events: readonly BurstEvent[], hours: readonly number[], source: string): Week {
  const peakHour = hours.indexOf(Math.max(...hours));
  const replayed = emptyHours();
  for (const { at } of events) {
    const hour = Math.floor(at / 3600);
    replayed[hour] = (replayed[hour] ?? 0) + 1;
  }
  const ratio = (counts: readonly number[]) => (counts[peakHour] ?? 0) / Math.max(1, median(counts));
  return { events, source, peakHour, peakToMedian: { source: ratio(hours), replayed: ratio(replayed) } };
}

/** A quiet week with one hour 38 times as busy as the median, from which it calms down over a day. */
function makeWeek({ users, follows }: Dataset, count: number): Week {
  const random = seededRandom(12);
  const hours = emptyHours().map((_, hour) => {
    const since = hour - 77;
    const day = 1000 * (1 + 0.5 * Math.sin((hour / 24) * 2 * Math.PI));
    return day + (since < 0 ? 0 : 38_000 * Math.exp(-since / 6));
  });
  const kinds: readonly EventKind[] = ["RT", "RT", "MT", "RE"];
  const ours = hours.map((_, hour) =>
    Array.from({ length: 200 }, (): BurstEvent => {
      const [actor, target] = follows[Math.floor(random() * follows.length)] ?? [0, users.length > 1 ? 1 : 0];
      const kind = kinds[Math.floor(random() * kinds.length)] ?? "RT";
      return { at: (hour + random()) * 3600, kind, actor, target };
    }),
  );
  return weekOf(thin(hours, ours, count), hours, "a made-up week");
}
