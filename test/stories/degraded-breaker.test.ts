import { describe, expect, test } from "vitest";
import { createDependencies, DependencyFailed } from "../../workers/lib/dependency.ts";
import { newWorld } from "../support/world.ts";

const SETTINGS = { deadlineMs: 200, failuresToOpen: 3, openMs: 1_000 };

function breaker() {
  const clock = { ms: 0 };
  const dependencies = createDependencies({ ...SETTINGS, now: () => clock.ms });
  let calls = 0;
  const works = () => {
    calls += 1;
    return Promise.resolve("here");
  };
  const fails = () => {
    calls += 1;
    return Promise.reject(new Error("broken"));
  };
  const guard = (call: () => Promise<string>, name = "store") =>
    dependencies.guard(name, call).catch((error: unknown) => (error instanceof DependencyFailed ? "failed" : "threw"));
  return { clock, dependencies, guard, works, fails, calls: () => calls };
}

describe("a circuit breaker", () => {
  test("stays closed through failures that do not come in a row", async () => {
    const { guard, works, fails, dependencies } = breaker();
    for (let round = 0; round < 5; round += 1) {
      expect([await guard(fails), await guard(fails), await guard(works)]).toEqual(["failed", "failed", "here"]);
    }
    expect(dependencies.isOpen("store")).toBe(false);
  });

  test("opens after so many failures in a row, and then fails without a call", async () => {
    const { guard, works, fails, calls, dependencies } = breaker();
    for (let failure = 0; failure < 3; failure += 1) await guard(fails);
    expect(dependencies.isOpen("store")).toBe(true);
    expect([await guard(works), await guard(works)]).toEqual(["failed", "failed"]);
    expect(calls()).toBe(3);
    expect(await guard(works, "another"), "each dependency has its own").toBe("here");
  });

  test("lets exactly one probe through when its time is up, which closes it", async () => {
    const { clock, guard, works, fails, calls } = breaker();
    for (let failure = 0; failure < 3; failure += 1) await guard(fails);
    clock.ms = 999;
    expect(await guard(works)).toBe("failed");
    clock.ms = 1_000;
    let answer = (_text: string): void => undefined;
    const probe = guard(() => new Promise((resolve) => (answer = resolve)));
    expect([await guard(works), await guard(works)], "while the probe is out").toEqual(["failed", "failed"]);
    expect(calls()).toBe(3);
    answer("probed");
    expect(await probe).toBe("probed");
    expect(await guard(works)).toBe("here");
    expect(await Promise.all([guard(works), guard(works)])).toEqual(["here", "here"]);
  });

  test("stays open for as long again when the probe fails", async () => {
    const { clock, guard, works, fails, calls } = breaker();
    for (let failure = 0; failure < 3; failure += 1) await guard(fails);
    clock.ms = 1_000;
    expect(await guard(fails)).toBe("failed");
    clock.ms = 1_999;
    expect(await guard(works)).toBe("failed");
    expect(calls()).toBe(4);
    clock.ms = 2_000;
    expect(await guard(works)).toBe("here");
  });

  test("counts a call without an answer as a failure, a probe too", async () => {
    const { clock, guard, works, dependencies } = breaker();
    const hangs = () => new Promise<string>(() => undefined);
    for (let failure = 0; failure < 3; failure += 1) expect(await guard(hangs)).toBe("failed");
    expect(dependencies.isOpen("store")).toBe(true);
    clock.ms = 1_000;
    expect(await guard(hangs)).toBe("failed");
    expect(dependencies.isOpen("store")).toBe(true);
    clock.ms = 2_000;
    expect(await guard(works)).toBe("here");
  });

  test("is not closed by an answer that was asked for before it opened", async () => {
    const { guard, works, fails, dependencies } = breaker();
    let answer = (_text: string): void => undefined;
    const early = guard(() => new Promise((resolve) => (answer = resolve)));
    for (let failure = 0; failure < 3; failure += 1) await guard(fails);
    answer("late");
    expect(await early).toBe("late");
    expect(dependencies.isOpen("store")).toBe(true);
    expect(await guard(works)).toBe("failed");
  });

  test("turns a call that throws before it returns a promise into the same failure", async () => {
    const { guard } = breaker();
    const throws = (): Promise<string> => {
      throw new Error("at once");
    };
    expect(await guard(throws)).toBe("failed");
  });
});

describe("an isolate whose timeline object hangs", () => {
  test("waits out BREAKER_FAILURES deadlines, then answers from the store without asking it", async () => {
    const vars = { READ_DEADLINE_MS: "400", BREAKER_FAILURES: "3", BREAKER_OPEN_MS: "600000" };
    const world = await newWorld({ vars, isolates: 2 });
    const alice = await world.register("alice");
    const tweet = await alice.posts("still here");
    world.faults.timelineObject("hang", { only: /read/ });
    world.meter.reset();
    for (let read = 0; read < 6; read += 1) {
      const page = await alice.home();
      expect(page.ids).toEqual([tweet.id]);
      expect(page.meta.degraded).toEqual(["timeline"]);
    }
    expect(world.meter.objectCalls("HomeTimeline.read")).toBe(3);
    world.faults.none();
    const [, elsewhere] = world.isolates;
    if (elsewhere === undefined) throw new Error("two isolates were asked for");
    expect((await alice.at(elsewhere).home()).meta.degraded, "each isolate has its own").toBeUndefined();
  });

  test("asks it once more when BREAKER_OPEN_MS are over, and again for everybody once that worked", async () => {
    const vars = { READ_DEADLINE_MS: "400", BREAKER_FAILURES: "2", BREAKER_OPEN_MS: "0" };
    const world = await newWorld({ vars });
    const alice = await world.register("alice");
    const tweet = await alice.posts("still here");
    world.faults.timelineObject("error", { only: /read/ });
    for (let read = 0; read < 3; read += 1) await alice.home();
    world.faults.none();
    const page = await alice.home();
    expect(page.ids).toEqual([tweet.id]);
    expect(page.meta.degraded).toBeUndefined();
  });
});
