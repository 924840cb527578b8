import { expect, test } from "vitest";
import { writeFollow } from "../../workers/graph/writer.ts";
import { createContext } from "../../workers/lib/context.ts";
import { logicalShardOfId, padId } from "../../workers/lib/snowflake.ts";
import { block, blocks, countsOf, follow, idsOf, standing, unblocks, type UserPage } from "../support/graph.ts";
import { outboxRows, rowsAt } from "../support/planting.ts";
import { newWorld, type Person, type World } from "../support/world.ts";

/** Ann and Ben follow each other. */
async function friends(isolates = 1): Promise<{ world: World; ann: Person; ben: Person }> {
  const world = await newWorld({ isolates });
  const ann = await world.register("ann", { shard: 0 });
  const ben = await world.register("ben", { shard: 1 });
  await ann.follows(ben);
  await ben.follows(ann);
  await world.drain();
  return { world, ann, ben };
}

test("a block ends the blocker's own follow with the answer, the other's by the event; counts and lists agree", async () => {
  const { world, ann, ben } = await friends();
  const answered = await block(ann, ben);
  expect(answered.status).toBe(200);
  expect(await answered.json()).toEqual({ data: { blocking: true } });
  expect(await standing(ann, ben)).toMatchObject({ blocking: true, following: false });
  expect(await countsOf(ann)).toMatchObject({ following: 0 });
  await world.drain();
  expect(await standing(ben, ann)).toMatchObject({ blocked_by: true, following: false, followed_by: false });
  for (const person of [ann, ben]) {
    expect(await countsOf(person)).toEqual({ followers: 0, following: 0 });
    for (const list of ["followers", "following"]) {
      expect(await idsOf(person, `/2/users/${person.id}/${list}`)).toEqual([]);
    }
  }
  expect(await idsOf(ann, `/2/users/${ann.id}/blocking`)).toEqual([ben.id]);
  expect(await outboxRows(world)).toEqual([]);
});

test("neither can follow the other while the block stands, and each is told why; the blocked is refused at once", async () => {
  const { world, ann, ben } = await friends();
  await blocks(ann, ben);
  const refused = await follow(ben, ann);
  expect(refused.status, "before any event has come").toBe(403);
  expect(await refused.json()).toMatchObject({ detail: expect.stringContaining("blocks you") });
  await world.drain();
  expect((await follow(ben, ann)).status).toBe(403);
  const own = await follow(ann, ben);
  expect(own.status).toBe(403);
  expect(await own.json()).toMatchObject({ detail: expect.stringContaining("unblock") });
  await world.drain();
  expect(await countsOf(ann)).toEqual({ followers: 0, following: 0 });
});

test("an unblock brings no follow back, and lets both follow anew, even before the blocked user's shard has heard of either", async () => {
  const { world, ann, ben } = await friends();
  await blocks(ann, ben);
  await unblocks(ann, ben);
  const late = world.queue.messages;
  world.queue.messages = [];
  expect((await follow(ben, ann)).status).toBe(200);
  world.queue.messages.push(...late);
  await world.drain({ random: sawtooth(), repeat: 0.5 });
  expect(await standing(ben, ann)).toMatchObject({ following: true, blocked_by: false });
  expect(await standing(ann, ben), "hers ended with the block").toMatchObject({ following: false, blocking: false });
  expect(await countsOf(ann)).toEqual({ followers: 1, following: 0 });
  expect((await follow(ann, ben)).status).toBe(200);
  await world.drain();
  expect(await countsOf(ben)).toEqual({ followers: 1, following: 1 });
});

test("the one who blocks sees nothing more of the other at once: in a warm home, in another isolate, by id", async () => {
  const { world, ann, ben } = await friends(2);
  const [, elsewhere] = world.isolates;
  if (elsewhere === undefined) throw new Error("two isolates were asked for");
  const own = await ann.posts("mine");
  const tweet = await ben.posts("theirs");
  await world.drain();
  for (const at of world.isolates) expect(await ann.at(at).wholeHome()).toEqual([tweet.id, own.id]);
  await blocks(ann, ben);
  for (const at of world.isolates) {
    expect(await ann.at(at).wholeHome()).toEqual([own.id]);
    expect((await ann.at(at).fetch(`/2/tweets/${tweet.id}`)).status).toBe(404);
  }
  await world.drain();
  expect(await ann.wholeHome(), "and for good").toEqual([own.id]);
});

test("the blocked sees nothing more of the blocker once the event has come, in a warm home and by id", async () => {
  const { world, ann, ben } = await friends();
  const tweet = await ann.posts("mine");
  await world.drain();
  expect(await ben.wholeHome()).toEqual([tweet.id]);
  await blocks(ann, ben);
  await world.drain();
  expect(await ben.wholeHome()).toEqual([]);
  expect((await ben.fetch(`/2/tweets/${tweet.id}`)).status).toBe(404);
  expect((await ben.fetch(`/2/users/${ann.id}`)).status, "a profile is everybody's").toBe(200);
  const tweets = await ben.asks<UserPage>(`/2/users/${ann.id}/tweets`);
  expect(tweets).toMatchObject({ meta: { result_count: 0 }, errors: [{ resource_id: ann.id }] });
  await unblocks(ann, ben);
  await world.drain();
  expect((await ben.fetch(`/2/tweets/${tweet.id}`)).status).toBe(200);
});

test("a block holds though the blocker's timeline object does not answer, and its event tells the timeline later", async () => {
  const { world, ann, ben } = await friends();
  await ben.posts("theirs");
  await world.drain();
  expect(await ann.wholeHome()).toHaveLength(1);
  world.faults.timelineObject("error", { only: /setStanding/ });
  expect((await block(ann, ben)).status).toBe(200);
  world.faults.none();
  await world.drain();
  expect(await ann.wholeHome()).toEqual([]);
});

test("whom somebody blocks, and the lists of who blocks the reader, are kept from others", async () => {
  const { world, ann, ben } = await friends();
  const fan = await world.register("fan");
  await fan.follows(ann);
  await blocks(ann, ben);
  await world.drain();
  expect((await ben.fetch(`/2/users/${ann.id}/blocking`)).status).toBe(403);
  for (const list of ["followers", "following"]) {
    expect(await ben.asks<UserPage>(`/2/users/${ann.id}/${list}`)).toEqual({
      meta: { result_count: 0 },
      errors: [expect.objectContaining({ type: "about:blank#not-authorized-for-resource", resource_id: ann.id })],
    });
  }
  expect(await idsOf(fan, `/2/users/${ann.id}/followers`)).toEqual([fan.id]);
});

test("blocking twice is blocking once, and unblocking who is not blocked changes nothing: no event, no row", async () => {
  const { world, ann, ben } = await friends();
  await blocks(ann, ben);
  await world.drain();
  world.meter.reset();
  await blocks(ann, ben);
  await unblocks(ben, ann);
  expect(world.queue.messages).toEqual([]);
  expect(world.meter.d1.rowsWritten).toBe(0);
});

test("an Idempotency-Key makes a repeated block safe: after an unblock it answers the first answer and blocks nobody", async () => {
  const { world, ann, ben } = await friends();
  const send = (target: string) =>
    ann.fetch(`/2/users/${ann.id}/blocking`, { json: { target_user_id: target }, idempotencyKey: "once" });
  expect(await (await send(ben.id)).json()).toEqual({ data: { blocking: true } });
  await unblocks(ann, ben);
  expect(await (await send(ben.id)).json()).toEqual({ data: { blocking: true } });
  expect(await standing(ann, ben)).toMatchObject({ blocking: false });
  const carol = await world.register("carol");
  expect((await send(carol.id)).status, "the key came with another request").toBe(422);
});

test("oneself and nobody cannot be blocked, nobody blocks for somebody else, and a token is needed", async () => {
  const { world, ann, ben } = await friends();
  expect((await block(ann, ann)).status).toBe(422);
  expect((await block(ann, { id: "12345" })).status).toBe(404);
  const path = `/2/users/${ben.id}/blocking`;
  expect((await ann.fetch(path, { json: { target_user_id: ann.id } })).status).toBe(403);
  expect((await ann.fetch(`${path}/${ann.id}`, { method: "DELETE" })).status).toBe(403);
  expect((await world.isolate.fetch(path)).status).toBe(401);
  await rowsAt(world, ann.id, "UPDATE users SET state = 'deactivated' WHERE id = ?", ann.id);
  expect((await block(ann, ben)).status, "an account that is gone").toBe(403);
  await world.drain();
  expect(await countsOf(ben)).toMatchObject({ followers: 1 });
});

test("a block whose every message was lost ends the follow with the sweep", async () => {
  const { world, ann, ben } = await friends();
  await blocks(ann, ben);
  world.queue.loseAll();
  expect(await standing(ben, ann), "nothing has been heard").toMatchObject({ following: true });
  await world.settle({ rounds: 2 });
  expect(await standing(ben, ann)).toMatchObject({ following: false, blocked_by: true });
  expect(await countsOf(ann)).toEqual({ followers: 0, following: 0 });
  expect(await outboxRows(world)).toEqual([]);
});

test("a follow that was let be before a block and commits behind its event is no follow", async () => {
  const { world, ann, ben } = await friends();
  await ben.unfollows(ann);
  await blocks(ann, ben);
  await world.drain();
  // What the request had read in Ann's shard, before she blocked him: that she never had.
  const ctx = createContext(world.isolate.runtime, { requestId: "test", waitUntil: () => undefined });
  const [eventId, endEventId] = [ctx.ids.next(logicalShardOfId(ben.id)), ctx.ids.next(logicalShardOfId(ben.id))];
  const late = {
    followerId: padId(ben.id),
    followeeId: padId(ann.id),
    eventId,
    endEventId,
    state: 1,
    seenBlock: 0,
  } as const;
  expect(await writeFollow(ctx, late, null)).toMatchObject({ state: 0, blockIsNewer: true, changed: null });
  expect(await standing(ben, ann)).toMatchObject({ following: false });
  expect(await countsOf(ben)).toMatchObject({ following: 0 });
});

test("where the two shards disagree about a block a follow is put off with a 503, not let through", async () => {
  const { world, ann, ben } = await friends();
  await ben.unfollows(ann);
  await blocks(ann, ben);
  await world.drain();
  await rowsAt(world, ann.id, "DELETE FROM blocks WHERE blocker_id = ?", padId(ann.id));
  expect((await follow(ben, ann)).status).toBe(503);
  expect(await countsOf(ben)).toMatchObject({ following: 0 });
});

test("the blocked come in pages, newest account first; a token of another list is a 400", async () => {
  const world = await newWorld();
  const ann = await world.register("ann");
  const blocked: string[] = [];
  for (let index = 0; index < 5; index += 1) {
    const nuisance = await world.register("nuisance");
    await blocks(ann, nuisance);
    blocked.unshift(nuisance.id);
  }
  const path = `/2/users/${ann.id}/blocking`;
  const first = await ann.asks<UserPage>(`${path}?max_results=2`);
  const token = first.meta.next_token ?? "";
  const second = await ann.asks<UserPage>(`${path}?max_results=2&pagination_token=${token}`);
  const third = await ann.asks<UserPage>(`${path}?max_results=2&pagination_token=${second.meta.next_token}`);
  const pages = [first, second, third].flatMap((page) => (page.data ?? []).map((user) => user.id));
  expect(pages).toEqual(blocked.toSorted((a, b) => (BigInt(a) < BigInt(b) ? 1 : -1)));
  expect(third.meta.next_token).toBeUndefined();
  expect((await ann.fetch(`/2/users/${ann.id}/muting?pagination_token=${token}`)).status).toBe(400);
  const other = await world.register("other");
  expect((await other.fetch(`/2/users/${other.id}/blocking?pagination_token=${token}`)).status).toBe(400);
  expect(await other.asks(`/2/users/${other.id}/blocking`)).toEqual({ meta: { result_count: 0 } });
});

/** Numbers in [0, 1) that take every order in turn. */
function sawtooth(): () => number {
  let at = 0;
  return () => (at = (at + 0.37) % 1);
}
