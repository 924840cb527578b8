import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { describe, expect, test, vi } from "vitest";
import { handshake, asksForLive, listens, tweets } from "../support/live.ts";
import { rowsAt } from "../support/planting.ts";
import { becomePullAuthor, DAY, heldBy, SMALL_TIERS, timelineOf } from "../support/timelines.ts";
import { newWorld, type PageMeta, type Person, type World } from "../support/world.ts";

vi.setConfig({ testTimeout: 60_000 });

const HOUR = 3600;

async function storyOf(vars: Readonly<Record<string, string>> = {}) {
  const world = await newWorld({ vars: { ACCESS_TOKEN_SECONDS: "100000000", ...vars } });
  const [author, reader] = await world.registerAll("author", "reader");
  await reader.follows(author);
  await world.drain();
  return { world, author, reader };
}

/** The stored visit: Unix milliseconds. */
async function visitOf(world: World, person: Person): Promise<unknown> {
  const [row] = await rowsAt(world, person.id, "SELECT seen_at FROM readers WHERE user_id = ?", person.id);
  return row?.["seen_at"] ?? null;
}

const pollAfter = async (person: Person, query = {}): Promise<unknown> => {
  const { meta } = await person.home(query);
  return (meta as PageMeta & { poll_after?: number }).poll_after;
};

describe("whoever has home open counts as here", () => {
  test("pushes are stored as they come, though the last visit was long ago", async () => {
    const { world, author, reader } = await storyOf();
    await reader.home();
    const page = await listens(reader);
    world.advance(9 * HOUR);
    const posted: string[] = [];
    for (const text of ["one", "two", "three"]) {
      posted.unshift((await author.posts(text)).id);
      await world.drain();
      await evictDurableObject(timelineOf(reader));
    }
    expect(await heldBy(reader), "nothing rested in the memory that is gone").toEqual(posted);
    expect(await page.heard()).toEqual(posted.toReversed().map((id) => tweets(id)));
  });

  test("what rested before the page was opened is there, and stored with what comes next", async () => {
    const { world, author, reader } = await storyOf();
    await reader.home();
    world.advance(9 * HOUR);
    const night = [await author.posts("first of the night"), await author.posts("second")];
    await world.drain();
    await listens(reader);
    const { id: day } = await author.posts("in the day");
    await world.drain();
    await evictDurableObject(timelineOf(reader));
    expect(await heldBy(reader)).toEqual([day, ...night.map(({ id }) => id).toReversed()]);
  });

  test("the idle alarm leaves the timeline alone while a page is open, and looks again", async () => {
    const world = await newWorld({ vars: SMALL_TIERS });
    world.advance(-15 * DAY);
    const [open, away] = await world.registerAll("open", "away");
    for (const person of [open, away]) {
      await person.posts("kept or not");
      await person.home();
    }
    const page = await listens(open);
    for (const person of [open, away]) expect(await runDurableObjectAlarm(timelineOf(person))).toBe(true);
    expect(await heldBy(open)).toHaveLength(1);
    expect(await heldBy(away)).toBeNull();
    const alarm = await runInDurableObject(timelineOf(open), (_home, state) => state.storage.getAlarm());
    expect(Math.abs((alarm ?? 0) - (Date.now() + 14 * DAY * 1000)), "in 14 days").toBeLessThan(60_000);
    page.socket.close(1000);
    await page.closed;
    await runDurableObjectAlarm(timelineOf(open));
    expect(await heldBy(open), "with the page the reason went").toBeNull();
  });
});

describe("opening is a visit", () => {
  test("written where it is due, before the answer, and at most hourly", async () => {
    const { world, reader } = await storyOf();
    await reader.home();
    const first = await visitOf(world, reader);
    world.advance(HOUR - 10);
    await listens(reader);
    expect(await visitOf(world, reader), "fresh").toBe(first);
    world.advance(20);
    const asked = world.now();
    await listens(reader);
    expect(await visitOf(world, reader)).toBeGreaterThanOrEqual(asked);
    world.meter.reset();
    await listens(reader);
    await reader.home();
    expect(world.meter.d1.rowsWritten, "neither opening nor reading writes it again").toBe(0);
  });

  test("rebuilds a cold timeline, so that who only listens is pushed to", async () => {
    const { world, author, reader } = await storyOf();
    const before = await author.posts("before");
    await world.drain();
    const page = await listens(reader);
    expect(await heldBy(reader)).toEqual([before.id]);
    const after = await author.posts("after");
    await world.drain();
    expect(await page.heard()).toEqual([tweets(after.id)]);
  });

  test("after a long absence brings those back whom fan-out had left out", async () => {
    const { world, author, reader } = await storyOf({ FANOUT_ACTIVE_ONLY_MIN: "1" });
    await reader.home();
    world.advance(2 * DAY);
    const missed = await author.posts("to nobody");
    await world.drain();
    expect(await heldBy(reader)).toEqual([]);
    const page = await listens(reader);
    expect(await heldBy(reader)).toEqual([missed.id]);
    const next = await author.posts("to somebody who is here");
    await world.drain();
    expect((await page.heard()).at(-1)).toEqual(tweets(next.id));
  });

  test("opens the socket all the same where the store does not answer", async () => {
    const { world, reader } = await storyOf();
    await reader.home();
    world.advance(2 * HOUR);
    const shard = world.isolate.runtime.shards.indexOf(reader.id);
    world.faults.shard(shard, "error");
    const answer = await asksForLive(reader, handshake(reader.token));
    world.faults.none();
    expect(answer.status).toBe(101);
  });
});

describe("home says when to read it again, though no message came", () => {
  test("when the visit is to be written anew, where all is pushed", async () => {
    const { world, reader } = await storyOf();
    expect(await pollAfter(reader), "an empty home too").toBe(HOUR);
    world.advance(HOUR - 60);
    const left = Number(await pollAfter(reader, { since_id: "1" }));
    expect(left).toBeGreaterThan(50);
    expect(left).toBeLessThanOrEqual(60);
    world.advance(left);
    expect(await pollAfter(reader), "then it is written").toBe(HOUR);
    expect(await visitOf(world, reader)).toBeGreaterThanOrEqual(world.now() - 10_000);
  });

  test("soon, where somebody followed is pushed to nobody; the tweet is there within 60 seconds", async () => {
    const { world, author, reader } = await storyOf(SMALL_TIERS);
    await reader.home();
    const up = await becomePullAuthor(world, author);
    world.advance(61);
    const first = await reader.home();
    const page = await listens(reader);
    const seconds = Number(await pollAfter(reader));
    expect(seconds).toBe(25);
    const pulled = await author.posts("pulled");
    await world.drain();
    expect(await page.heard(), "nobody is pushed").toEqual([]);
    const posted = world.now();
    let seen: readonly string[] = [];
    while (!seen.includes(pulled.id) && world.now() - posted < 120_000) {
      world.advance(seconds);
      const polled = await reader.home({ since_id: first.meta.newest_id });
      seen = polled.ids;
      expect(polled.meta).toHaveProperty("poll_after", seconds);
    }
    expect(world.now() - posted).toBeLessThan(60_000);
    expect(first.ids).toContain(up);
  });

  test("soon, where the timeline did not answer", async () => {
    const { world, reader } = await storyOf();
    await reader.home();
    world.faults.timelineObject("error");
    expect(await pollAfter(reader)).toBe(25);
    world.faults.none();
  });

  test("and no other list does", async () => {
    const { author, reader } = await storyOf();
    await author.posts("hello");
    for (const path of [`/2/users/${author.id}/tweets`, `/2/users/${author.id}/mentions`]) {
      expect((await reader.page(path)).meta, path).not.toHaveProperty("poll_after");
    }
  });
});
