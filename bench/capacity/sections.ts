/** The model's part of the report: what each load needs and costs, and where it meets a limit. */
import { presentWindowMs, type Limits } from "../../workers/lib/limits.ts";
import { billOf, MONTH_DAYS, storageOf, totalOf, type Item, type Storage } from "./bill.ts";
import { coefficientsOf } from "./coefficients.ts";
import { HEADLINE, headlineOf, LOADS, type Load } from "./loads.ts";
import type { Measured } from "./measured.ts";
import { modelDay, type Day, type Given } from "./model.ts";
import { databasesOf, limitsMet, needsOf, type Needs } from "./needs.ts";
import { dollars, short, table, title, whole } from "./text.ts";

/** A load, worked out. */
export interface Worked {
  readonly load: Load;
  readonly databases: number;
  readonly day: Day;
  readonly storage: Storage;
  readonly needs: Needs;
  readonly bill: readonly Item[];
}

export function workOut(load: Load, measured: Measured, limits: Limits, ranges: Given["ranges"] = "databases"): Worked {
  const coefficients = coefficientsOf(measured);
  const dayWith = (databases: number) => modelDay({ load, coefficients, measured, limits, databases, ranges });
  const storage = storageOf(load, measured.bytes);
  const databases = databasesOf(dayWith, storage);
  const day = dayWith(databases);
  return {
    load,
    databases,
    day,
    storage,
    needs: needsOf(day, storage, measured),
    bill: billOf(day, storage, MONTH_DAYS),
  };
}

export function showLoads(measured: Measured, limits: Limits): string[] {
  const worked = LOADS.map((load) => workOut(load, measured, limits));
  const rows: readonly (readonly [string, (one: Worked) => string])[] = [
    ["daily users", ({ load }) => short(load.dailyUsers)],
    ["tweets a day", ({ load }) => short(load.tweetsPerDay)],
    ["pages of home a day", ({ load }) => short(load.readsPerDay)],
    ["deliveries a day", ({ day }) => short(day.rates.deliveriesPerDay)],
    ["deliveries/s at peak", ({ day }) => short(day.rates.deliveriesAtPeak)],
    ["databases, first month", ({ databases }) => whole(databases)],
    ["  by queries/s", ({ needs }) => whole(needs.databases.queries)],
    ["  by writes/s", ({ needs }) => whole(needs.databases.writes)],
    ["  by 10 GB, after a year", ({ needs }) => whole(needs.databases.aYear)],
    ["events/s at peak", ({ day }) => short(day.rates.eventsAtPeak)],
    ["fan-out pages/s at peak", ({ day }) => short(day.rates.pagesAtPeak)],
    ["queues: events + pages", ({ needs }) => `${needs.eventQueues} + ${needs.fanOutQueues}`],
    ["consumers at once", ({ needs }) => whole(needs.consumers)],
    ["  with six calls each", ({ needs }) => whole(needs.consumersOfSix)],
    ["objects awake", ({ needs }) => short(needs.objectsAwake)],
    ["D1 grows a day, GB", ({ storage }) => short(storage.d1BytesADay / 1e9)],
    ["media grows a day, GB", ({ storage }) => short(storage.mediaBytesADay / 1e9)],
    ["dollars a month", ({ bill }) => dollars(totalOf(bill))],
    ["  a daily user", ({ bill, load }) => dollars(totalOf(bill) / load.dailyUsers)],
  ];
  const head = ["", ...worked.map(({ load }) => load.name)];
  const body = rows.map(([name, cell]) => [name, ...worked.map(cell)]);
  return [...title("What each load needs"), ...table(head, body)];
}

export function showHeadline(measured: Measured, limits: Limits): string[] {
  const worked = workOut(HEADLINE, measured, limits);
  const { day, bill, needs, storage } = worked;
  const total = totalOf(bill);
  const part = (value: number) => `${((100 * value) / total).toFixed(0)} %`;
  const items = bill.map(({ product, what, amount, dollars: price }) => [
    `${product}, ${what}`,
    short(amount),
    dollars(price),
    part(price),
  ]);
  const products = [...Map.groupBy(bill, ({ product }) => product)].map(([product, own]) => {
    const price = own.reduce((sum, item) => sum + item.dollars, 0);
    return `${product} ${dollars(price)}`;
  });
  const work = day.activities
    .filter(({ count }) => count > 0)
    .map((activity) => {
      const only = { ...day, units: activity.units, cpuMs: activity.cpuMs };
      const noStorage = { d1BytesADay: 0, d1BytesAtStart: 0, objectBytes: 0, mediaBytesADay: 0 };
      return { ...activity, dollars: totalOf(billOf(only, noStorage, 0, false)) };
    })
    .toSorted((a, b) => b.dollars - a.dollars)
    .map((activity) => [activity.name, short(activity.count), dollars(activity.dollars)]);
  const met = limitsMet(day, needs, storage, limits).map(({ limit, asked, says }) => [limit, `${short(asked)}x`, says]);
  return [
    ...title(`The headline's bill: a month of ${MONTH_DAYS} days, the first one`),
    ...table(["", "a month", "dollars", "of all"], items),
    `${products.join(", ")}; in all ${dollars(total)}`,
    ...title("What it is spent on, storage aside"),
    ...table(["", "a day", "dollars a month"], work),
    ...showSavings(measured, limits, total),
    `${(100 * day.rates.present).toFixed(0)} % of deliveries reach somebody who is here; isolates remember ${(100 * day.rates.remembered).toFixed(0)} % of a page's tweets`,
    ...title("Limits that it meets: above 1 it does not fit"),
    ...leftTable(["limit", "asked for", "why, or what then"], met),
    ...showFirstMet(measured, limits),
  ];
}

/** With how many daily users of the headline's habits each limit is met, the first one first. */
function showFirstMet(measured: Measured, limits: Limits): string[] {
  const first = new Map<string, { users: number; says: string }>();
  for (let users = 10_000; users <= HEADLINE.dailyUsers; users *= 1.1) {
    const { day, needs, storage } = workOut(headlineOf(users), measured, limits);
    for (const { limit, asked, says } of limitsMet(day, needs, storage, limits)) {
      if (asked > 1 && !first.has(limit)) first.set(limit, { users, says });
    }
  }
  const rows = [...first].toSorted(([, a], [, b]) => a.users - b.users);
  return [
    ...title("Where each limit is met first, by daily users with the headline's habits"),
    ...leftTable(
      ["limit", "daily users"],
      rows.map(([limit, { users }]) => [limit, short(users)]),
    ),
  ];
}

/** Single changes to the design or the vars, and what a month would cost with each. */
function showSavings(measured: Measured, limits: Limits, total: number): string[] {
  const monthOf = (change: { readonly limits?: Limits; readonly ranges?: "pages" }) => {
    const worked = workOut(HEADLINE, measured, change.limits ?? limits, change.ranges);
    return totalOf(worked.bill);
  };
  const shorter = { ...limits, TIMELINE_IDLE_DAYS: presentWindowMs(limits) / 86_400_000, TIMELINE_ACTIVE_HOURS: 1 };
  const changes: readonly (readonly [string, number])[] = [
    ["as many ranges as an audience has pages, not one a database", monthOf({ ranges: "pages" })],
    [
      "visits written every 15 minutes, not every hour: fewer count as here",
      monthOf({ limits: { ...limits, SEEN_AT_WRITE_SECONDS: 900 } }),
    ],
    ["nobody is pushed to who is not here: what rests would not be sent at all", monthOf({ limits: shorter })],
    ["FANOUT_PULL_MIN 100,000", monthOf({ limits: { ...limits, FANOUT_PULL_MIN: 100_000 } })],
    [
      "FANOUT_PULL_MIN 10,000",
      monthOf({ limits: { ...limits, FANOUT_PULL_MIN: 10_000, FANOUT_ACTIVE_ONLY_MIN: 10_000 } }),
    ],
  ];
  const rows = changes.map(([name, month]) => [
    name,
    dollars(month),
    `${((100 * (month - total)) / total).toFixed(0)} %`,
  ]);
  return [
    ...title(`What would change it, each by itself; now ${dollars(total)} a month`),
    ...table(["", "dollars a month", ""], rows),
    "",
  ];
}

/** A table whose last column is text: to the left. */
function leftTable(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const last = head.length - 1;
  const width = Math.max(...[head, ...rows].map((row) => (row[last] ?? "").length));
  const padded = (row: readonly string[]) => row.map((cell, index) => (index === last ? cell.padEnd(width) : cell));
  return table(padded(head), rows.map(padded));
}
