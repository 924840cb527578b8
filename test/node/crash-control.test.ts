import { afterEach, expect, test } from "vitest";
import { findWrongs } from "./support/crash-check.ts";
import { CrashClient } from "./support/crash-client.ts";
import { Ledger, type Person } from "./support/crash-ledger.ts";
import { CrashStore, registerPeople, sweepUntilQuiet } from "./support/crash-runtime.ts";

let store: CrashStore | undefined;
afterEach(async () => {
  await store?.dispose();
  store = undefined;
});

/** Ada, followed by Bob and Dan, with one tweet in all three homes; Cyd follows nobody. */
async function peopleOfAda(crashed: CrashStore, ledger: Ledger): Promise<readonly [Person, Person, Person, Person]> {
  const runtime = await crashed.start();
  await registerPeople(runtime.url, ledger, 4);
  const [ada, bob, cyd, dan] = ledger.people;
  if (ada === undefined || bob === undefined || cyd === undefined || dan === undefined) throw new Error("four people");
  const client = new CrashClient(runtime.url, ledger);
  await client.follow(bob, ada);
  await client.follow(dan, ada);
  await client.post(ada, "before", null);
  await sweepUntilQuiet(runtime);
  expect((await findWrongs(runtime.url, ledger)).wrong).toEqual([]);
  await crashed.kill();
  return [ada, bob, cyd, dan];
}

/**
 * The control of the crash test: the queue holds every message back until the server is killed, so what is lost without
 * the sweep is certain. It also shows that reading a home does not repair it, and that the crash test's check sees it.
 */
test("what a queue loses in a crash is missing from timelines, lists and counts until the sweep brings it", async () => {
  const ledger = new Ledger();
  store = await CrashStore.create();
  const [ada, bob, cyd, dan] = await peopleOfAda(store, ledger);

  const doomed = await store.start({ queueDelaySeconds: 3600 });
  const client = new CrashClient(doomed.url, ledger);
  await client.post(ada, "after", "a-key");
  await client.follow(cyd, ada);
  await client.unfollow(dan, ada);
  await store.kill();
  expect(ledger.unexpected).toEqual([]);
  expect(ledger.unanswered).toBe(0);

  const runtime = await store.start();
  expect(await runtime.outboxRows()).toBe(3);
  const { wrong } = await findWrongs(runtime.url, ledger);
  // Dan's own home lost what he unfollowed before he was answered: for that no event is needed.
  expect(wrong.toSorted()).toEqual(
    [
      `${bob.username}'s home lacks "after"`,
      `${cyd.username} -> ${ada.username}: the two lists differ`,
      `${cyd.username}'s home lacks "after"`,
      `${cyd.username}'s home lacks "before"`,
      `${dan.username} -> ${ada.username}: the two lists differ`,
    ].toSorted(),
  );

  const sweeps = await sweepUntilQuiet(runtime);
  expect((await findWrongs(runtime.url, ledger)).wrong).toEqual([]);
  console.log(`the crash, control: ${wrong.length} wrongs without the sweep, none after ${sweeps} runs of it`);
});
