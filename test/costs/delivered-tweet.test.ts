import { expect, test, vi } from "vitest";
import { plantFollows, plantUsers, signIn } from "../support/planting.ts";
import type { Person, World } from "../support/world.ts";
import { coolObjects, countedWorld, usageOf } from "./operations.ts";
import type { Usage } from "./usage.ts";

vi.setConfig({ testTimeout: 300_000 });

/**
 * What a delivered tweet costs in all over a day: the post, its outbox row, the fan-out with repeats, losses and sweeps,
 * the readers' visits and whatever they have to catch up with. Objects leave memory whenever nobody calls for a minute.
 */
const PEOPLE = 40;
const FOLLOWS_EACH = 14;
const POSTS_A_DAY = 5;
const VISITS_A_DAY = 3;
const READS_A_VISIT = 3;
const MINUTE = 60;
const DAY = 86_400;

/** Park and Miller's: the day is the same in every run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
}

type Act = { readonly at: number; readonly who: number; readonly what: "post" | "read" };

/** Who writes and reads when, in seconds of the day. People sleep eight hours, and not all the same. */
function dayOf(random: () => number): Act[] {
  const acts: Act[] = [];
  for (let who = 0; who < PEOPLE; who += 1) {
    const rises = random() * 6 * 3600;
    const awake = () => Math.round(rises + random() * 16 * 3600);
    for (let post = 0; post < POSTS_A_DAY; post += 1) acts.push({ at: awake(), who, what: "post" });
    for (let visit = 0; visit < VISITS_A_DAY; visit += 1) {
      const begins = awake();
      for (let read = 0; read < READS_A_VISIT; read += 1) {
        acts.push({ at: begins + read * 3 * MINUTE, who, what: "read" });
      }
    }
  }
  return acts.sort((a, b) => a.at - b.at);
}

async function settle(world: World): Promise<Person[]> {
  const random = seeded(11);
  const people = await plantUsers(world, PEOPLE);
  const persons: Person[] = [];
  for (const [index, one] of people.entries()) {
    // A few are followed by most, as everywhere.
    const followed = new Set<(typeof people)[number]>();
    while (followed.size < FOLLOWS_EACH) {
      const other = people[Math.floor(PEOPLE * random() ** 2)];
      if (other !== undefined && other !== people[index]) followed.add(other);
    }
    await plantFollows(world, [one], [...followed]);
    persons.push(await signIn(world, one));
  }
  for (const person of persons) {
    await person.home();
    await person.posts("good morning");
  }
  await world.drain();
  return persons;
}

test("a tweet delivered to a timeline, a day's visits, repeats, losses and catching up counted", async ({ task }) => {
  const world = await countedWorld();
  const persons = await settle(world);
  const random = seeded(5);
  const acts = dayOf(seeded(3));
  let now = 0;
  let posts = 0;
  const delivered = new Set<string>();
  const usage = await usageOf(world, "the day", async () => {
    for (const { at, who, what } of acts) {
      if (at - now > MINUTE) await coolObjects();
      world.advance(at - now);
      now = at;
      const person = persons[who];
      if (person === undefined) throw new Error("nobody");
      if (what === "read") {
        for (const id of (await person.home({ max_results: 20 })).ids) delivered.add(`${person.id} ${id}`);
      } else {
        await person.posts(`said at ${at}`);
        posts += 1;
        if (random() < 0.02) world.queue.loseAll();
        else await world.drain({ random, repeat: 0.02 });
        if (posts % 20 === 0) await world.sweep();
      }
    }
    world.advance(DAY - now);
    await world.sweep();
  });
  const deliveries = posts * FOLLOWS_EACH;
  const parts = Object.entries(usage).map(([name, value]) => [
    name,
    typeof value === "number" ? value / deliveries : "one delivered tweet, over a day",
  ]);
  const each = Object.fromEntries(parts) as unknown as Usage;
  task.meta.usages = [each];
  console.log(`over a day, for each of ${deliveries} deliveries: ${JSON.stringify(each)}`);
  // Every home is whole in the end, whatever rested where.
  for (const person of persons.slice(0, 8)) {
    expect((await person.wholeHome(50)).length).toBeGreaterThan(FOLLOWS_EACH * POSTS_A_DAY);
  }
  expect(delivered.size).toBeGreaterThan(deliveries / 4);
  const before = 1.106 + 0.395;
  const rows = each.objectRowsWritten + each.d1RowsWritten;
  expect(rows, "rows written, against the day before pushes rested and went together").toBeLessThan(0.75 * before);
});
