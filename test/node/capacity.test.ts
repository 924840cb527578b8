import { describe, expect, test } from "vitest";
import { authorsWith, curveOf, edgesAbove } from "../../bench/capacity/audience.ts";
import { billOf, storageOf, totalOf } from "../../bench/capacity/bill.ts";
import { breakEvenPosts, edgePrices, pullCost, pushCost, returnCost } from "../../bench/capacity/break-even.ts";
import { coefficientsOf, isSound } from "../../bench/capacity/coefficients.ts";
import { HEADLINE, type Load } from "../../bench/capacity/loads.ts";
import { readMeasured } from "../../bench/capacity/measured.ts";
import { modelDay } from "../../bench/capacity/model.ts";
import { needsOf } from "../../bench/capacity/needs.ts";
import { showBreakEven } from "../../bench/capacity/push-or-pull.ts";
import { showHeadline, showLoads } from "../../bench/capacity/sections.ts";
import { Crowd } from "../../bench/capacity/simulator/crowd.ts";
import { EventHeap } from "../../bench/capacity/simulator/event-heap.ts";
import type { Outcome, Scenario } from "../../bench/capacity/simulator/scenario.ts";
import { simulate } from "../../bench/capacity/simulator/simulator.ts";
import { UNIT_NAMES } from "../../bench/capacity/units.ts";
import { activitiesOf } from "../../bench/capacity/work.ts";
import { seededRandom } from "../../scripts/lib.ts";
import { parseLimits } from "../../workers/lib/limits.ts";

const measured = readMeasured(null);
const coefficients = coefficientsOf(measured);
const limits = parseLimits({});

const dayOf = (load: Load, databases = 64) => modelDay({ load, coefficients, measured, limits, databases });

describe("the model", () => {
  test("goes by operations that were counted, none of which gives anything back", () => {
    const units = Object.values(coefficients).filter((value) => typeof value !== "number");
    expect(units.every((one) => isSound(one))).toBe(true);
    expect(() => coefficientsOf({ ...measured, costs: [] })).toThrow(/npm run bench/);
  });

  test("asks twice the work to use twice the units, one by one", () => {
    const { work } = dayOf(HEADLINE);
    const same = new Set(["eventsABatch", "pagesABatch"]);
    const twice = Object.fromEntries(
      Object.entries(work).map(([name, value]) => [name, same.has(name) ? value : value * 2]),
    );
    const [once, doubled] = [work, { ...work, ...twice }].map((one) =>
      activitiesOf(coefficients, one, limits, measured.speed),
    );
    for (const [index, activity] of (once ?? []).entries()) {
      for (const unit of UNIT_NAMES) expect(doubled?.[index]?.units[unit]).toBeCloseTo(activity.units[unit] * 2, 3);
    }
  });

  test("says of twice the users, with the same habits, twice the bill within 5 %", () => {
    const double = {
      ...HEADLINE,
      dailyUsers: HEADLINE.dailyUsers * 2,
      users: HEADLINE.users * 2,
      tweetsPerDay: HEADLINE.tweetsPerDay * 2,
      tweetsPerSecondAtPeak: HEADLINE.tweetsPerSecondAtPeak * 2,
      readsPerDay: HEADLINE.readsPerDay * 2,
      readsPerSecondAtPeak: HEADLINE.readsPerSecondAtPeak * 2,
      likesPerDay: HEADLINE.likesPerDay * 2,
      followsPerDay: HEADLINE.followsPerDay * 2,
      mediaBytesPerDay: HEADLINE.mediaBytesPerDay * 2,
    };
    const [once, twice] = [HEADLINE, double].map((load) =>
      totalOf(billOf(dayOf(load), storageOf(load, measured.bytes), 30, false)),
    );
    expect((twice ?? 0) / (once ?? 1)).toBeGreaterThan(1.9);
    expect((twice ?? 0) / (once ?? 1)).toBeLessThan(2.1);
  });

  test("has a curve of followers with as many edges as people follow, and as many authors above any number", () => {
    const curve = curveOf(1_000_000, 200, 5_000_000);
    expect(edgesAbove(curve, curve.users) / 2e8).toBeCloseTo(1, 3);
    const followersOf = (rank: number) => curve.largest * rank ** -curve.exponent;
    expect(authorsWith(curve, followersOf(1234))).toBeCloseTo(1234, 3);
    expect(authorsWith(curve, curve.largest + 1)).toBe(0);
  });

  test("wants more of everything for more, and never less than one queue", () => {
    const storage = storageOf(HEADLINE, measured.bytes);
    const [calm, busy] = [1, 3].map((factor) => {
      const load = { ...HEADLINE, tweetsPerDay: HEADLINE.tweetsPerDay * factor };
      const peak = { ...load, tweetsPerSecondAtPeak: HEADLINE.tweetsPerSecondAtPeak * factor };
      return needsOf(dayOf(peak), storage, measured);
    });
    for (const name of ["eventQueues", "fanOutQueues", "consumers", "objectsAwake"] as const) {
      expect(busy?.[name]).toBeGreaterThan(calm?.[name] ?? Infinity);
    }
    const tiny = {
      ...HEADLINE,
      dailyUsers: 10,
      users: 10,
      tweetsPerDay: 20,
      tweetsPerSecondAtPeak: 0.1,
      largestAudience: 9,
      follows: 5,
    };
    expect(needsOf(dayOf({ ...tiny, likesPerDay: 0, followsPerDay: 0 }, 2), storage, measured)).toMatchObject({
      eventQueues: 1,
      fanOutQueues: 1,
      consumers: 1,
    });
  });

  test("prices a push by the posts and a pull by the visits and those followed; they cross where the closed form says", () => {
    const price = edgePrices(coefficients);
    expect(pushCost(price, 4)).toBeCloseTo(2 * pushCost(price, 2), 15);
    expect(returnCost(price, 400, 0)).toBeGreaterThan(returnCost(price, 200, 0));
    expect(pullCost(price, 1, 2, 200)).toBeGreaterThan(pullCost(price, 1, 1, 200));
    const visits = 8;
    const posts = breakEvenPosts(price, 200) * visits;
    expect(pushCost(price, posts) / pullCost(price, posts, visits, 200)).toBeCloseTo(1, 9);
    expect(pushCost(price, posts * 2)).toBeGreaterThan(pullCost(price, posts * 2, visits, 200));
  });

  test("says the same each time it is asked", () => {
    const text = () => [
      ...showLoads(measured, limits),
      ...showHeadline(measured, limits),
      ...showBreakEven(measured, limits),
    ];
    expect(text()).toEqual(text());
  });
});

describe("the simulator", () => {
  const CROWD = { users: 5_000, follows: 60, largest: 4_000, sessionsADay: 3 };
  const crowd = new Crowd(CROWD, 7);
  const evening: Scenario = {
    from: 64_800,
    seconds: 1200,
    postsADay: 40_000,
    activeFirst: "never",
    ranges: 4,
    consumers: 1,
    shared: false,
    deliveriesPerSecond: 120,
    messageSeconds: 0.005,
    seed: 7,
    limits: parseLimits({ FANOUT_PULL_MIN: "1000000", FANOUT_ACTIVE_ONLY_MIN: "1000000", FANOUT_PAGE_SIZE: "100" }),
  };
  const spike = { burst: { from: 120, until: 300, factor: 10 } };
  const summary = ({ here, away, samples, ...rest }: Outcome) => ({
    ...rest,
    lags: [here, away].map((lags) => [lags.count, lags.worst, lags.percentile(0.5), lags.percentile(0.99)]),
    samples: samples.length,
  });

  /** Who was delivered what, first and when: by post and reader. */
  function recorded(change: Partial<Scenario>): { first: Map<string, number>; outcome: Outcome } {
    const first = new Map<string, number>();
    const onDelivery = (post: number, reader: number, second: number) => {
      const key = `${post}:${reader}`;
      if (!first.has(key)) first.set(key, second);
    };
    return { first, outcome: simulate(crowd, { ...evening, ...spike, ...change, onDelivery }) };
  }

  test("gives the same for the same seed, and something else for another", () => {
    const run = (seed: number) => summary(simulate(new Crowd(CROWD, seed), { ...evening, ...spike, seed }));
    expect(run(7)).toEqual(run(7));
    expect(run(8)).not.toEqual(run(7));
  });

  test("takes events in the order of their time, however they came", () => {
    const heap = new EventHeap();
    const random = seededRandom(1);
    const times = Array.from({ length: 5000 }, () => Math.floor(random() * 500));
    for (const [index, time] of times.entries()) heap.push(time, index % 5, index);
    const taken: number[] = [];
    for (let before = -1; heap.pop(); before = heap.value) {
      if (taken.at(-1) === heap.time) expect(heap.value).toBeGreaterThan(before);
      taken.push(heap.time);
    }
    expect(taken).toEqual(times.toSorted((a, b) => a - b));
  });

  test("loses nobody: with and without active-first, through a spike, the same posts reach the same readers", () => {
    const all = recorded({});
    expect(all.outcome.here.count + all.outcome.away.count).toBe(all.first.size);
    for (const change of [{}, { shared: true, consumers: 2 }]) {
      for (const activeFirst of ["message waited", "post is old"] as const) {
        const { first } = recorded({ ...change, activeFirst });
        for (const key of all.first.keys()) if (!first.has(key)) expect.fail(`${key} was not delivered`);
      }
    }
  });

  test("delays nobody who is here by letting them go first", () => {
    for (const change of [{}, { shared: true, consumers: 2 }]) {
      const without = simulate(crowd, { ...evening, ...spike, ...change });
      const first = simulate(crowd, { ...evening, ...spike, ...change, activeFirst: "message waited" });
      for (const part of [0.5, 0.9, 0.99]) {
        expect(first.here.percentile(part)).toBeLessThanOrEqual(without.here.percentile(part));
      }
      expect(first.here.percentile(0.5), "the spike was felt").toBeLessThan(without.here.percentile(0.5) / 2);
    }
  });

  test("brings those who are away their tweets in time, where capacity suffices", () => {
    const { FANOUT_LATER_SECONDS_MAX: most, FANOUT_BACKLOG_SECONDS: behind } = evening.limits;
    const { here, away } = simulate(crowd, {
      ...evening,
      burst: { from: 120, until: 150, factor: 40 },
      deliveriesPerSecond: 600,
      activeFirst: "message waited",
    });
    expect(away.worst, "somebody was held back").toBeGreaterThan(behind);
    const [look, itself] = [2, here.worst];
    expect(away.worst).toBeLessThanOrEqual(here.worst + most + look + itself);
  });

  test("holds those who are away no longer than it is told to, while the others are still behind", () => {
    const held = (seconds: number) => {
      const given = { ...evening.limits, FANOUT_LATER_SECONDS_MAX: seconds };
      return simulate(crowd, {
        ...evening,
        ...spike,
        activeFirst: "message waited",
        deliveriesPerSecond: 40,
        limits: given,
      });
    };
    const [briefly, long] = [held(5), held(600)];
    expect(briefly.here.percentile(0.99), "the others are behind for longer than that").toBeGreaterThan(60);
    expect(briefly.away.percentile(0.5)).toBeLessThan(long.away.percentile(0.5) - 60);
  });

  test("falls behind with fewer consumers, and by as much as arithmetic says", () => {
    const [one, two] = [1, 2].map((consumers) => simulate(crowd, { ...evening, ...spike, consumers }));
    expect(two?.here.percentile(0.99)).toBeLessThan(one?.here.percentile(0.99) ?? 0);
    // Of one bottleneck: what came until it was done over its rate is the least time that it can have taken.
    const bounded = simulate(crowd, { ...evening, ...spike, shared: true });
    const least = (bounded.here.count + bounded.away.count) / evening.deliveriesPerSecond;
    expect(bounded.drainedAt).toBeGreaterThanOrEqual(least);
  });
});
