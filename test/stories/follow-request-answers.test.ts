import { expect, test } from "vitest";
import { answer, answers, blocks, countsOf, follow, idsOf, protects, standing, unblocks } from "../support/graph.ts";
import { outboxRows, rowsAt } from "../support/planting.ts";
import { newWorld, type Person, type World } from "../support/world.ts";

const followers = (person: Person) => idsOf(person, `/2/users/${person.id}/followers`);
const requests = (person: Person) => idsOf(person, `/2/users/${person.id}/follow_requests`);

/** Paula is protected, and Rob has asked to follow her. */
async function asked(vars?: Record<string, string>): Promise<{ world: World; paula: Person; rob: Person }> {
  const world = await newWorld(vars === undefined ? {} : { vars });
  const paula = await world.register("paula", { shard: 0 });
  const rob = await world.register("rob", { shard: 1 });
  await protects(paula);
  expect(await (await follow(rob, paula)).json()).toEqual({ data: { following: false, pending_follow: true } });
  await world.drain();
  return { world, paula, rob };
}

test("to follow a protected account is to ask: nobody is followed, nothing is counted, and the request waits for an answer", async () => {
  const { paula, rob } = await asked();
  expect(await requests(paula)).toEqual([rob.id]);
  expect(await followers(paula)).toEqual([]);
  expect(await countsOf(paula)).toMatchObject({ followers: 0 });
  expect(await countsOf(rob)).toMatchObject({ following: 0 });
  expect(await idsOf(rob, `/2/users/${rob.id}/following`)).toEqual([]);
  expect(await standing(rob, paula)).toMatchObject({ following: false, requested: true });
  expect(await standing(paula, rob)).toMatchObject({ followed_by: false });
});

test("asking twice is asking once: no event, no row", async () => {
  const { world, paula, rob } = await asked();
  world.meter.reset();
  expect(await (await follow(rob, paula)).json()).toEqual({ data: { following: false, pending_follow: true } });
  expect(world.queue.messages).toEqual([]);
  expect(world.meter.d1.rowsWritten).toBe(0);
});

test("an approved request is a follow: listed, counted once, and the request is gone", async () => {
  const { world, paula, rob } = await asked();
  const tweet = await paula.posts("for friends");
  await world.drain();
  await rob.home();
  expect(await (await answer(paula, rob, "approve")).json()).toEqual({ data: { approved: true } });
  expect(await requests(paula), "the answer is known at once to who gave it").toEqual([]);
  await world.drain();
  expect(await followers(paula)).toEqual([rob.id]);
  expect(await countsOf(paula)).toMatchObject({ followers: 1 });
  expect(await countsOf(rob)).toMatchObject({ following: 1 });
  expect(await standing(rob, paula)).toMatchObject({ following: true, requested: false });
  expect(await rob.wholeHome(), "what she wrote before merges in").toEqual([tweet.id]);
  expect(await (await follow(rob, paula)).json(), "following her again changes nothing").toEqual({
    data: { following: true, pending_follow: false },
  });
  expect(await outboxRows(world)).toEqual([]);
});

test("a refused request ends without a trace for the one who asked, who may ask again", async () => {
  const { world, paula, rob } = await asked();
  expect(await (await answer(paula, rob, "refuse")).json()).toEqual({ data: { approved: false } });
  await world.drain();
  expect(await requests(paula)).toEqual([]);
  expect(await followers(paula)).toEqual([]);
  expect(await countsOf(rob)).toEqual({ followers: 0, following: 0 });
  expect(await standing(rob, paula)).toMatchObject({ following: false, requested: false });
  await rob.follows(paula);
  await world.drain();
  expect(await requests(paula)).toEqual([rob.id]);
});

test("a request may be withdrawn, and an answer to what was withdrawn changes nothing", async () => {
  const { world, paula, rob } = await asked();
  await rob.unfollows(paula);
  expect(await standing(rob, paula)).toMatchObject({ requested: false });
  expect((await answer(paula, rob, "approve")).status, "she has not heard of it yet").toBe(200);
  await world.drain();
  expect(await standing(rob, paula)).toMatchObject({ following: false, requested: false });
  expect(await requests(paula)).toEqual([]);
  expect(await countsOf(paula)).toMatchObject({ followers: 0 });
});

test("an answer is to one request only: who withdraws and asks again waits again", async () => {
  const { world, paula, rob } = await asked();
  await rob.unfollows(paula);
  await rob.follows(paula);
  await answers(paula, rob, "approve"); // what she sees is the first request
  await world.drain();
  expect(await standing(rob, paula)).toMatchObject({ following: false, requested: true });
  expect(await requests(paula)).toEqual([rob.id]);
  await answers(paula, rob, "approve");
  await world.drain();
  expect(await standing(rob, paula)).toMatchObject({ following: true, requested: false });
});

test("to answer twice in the same way is to answer once, before and after the requester's shard has heard; what nobody asked cannot be granted", async () => {
  const { world, paula, rob } = await asked();
  const sue = await world.register("sue");
  await sue.follows(paula);
  await world.drain();
  await answers(paula, rob, "approve");
  await answers(paula, sue, "refuse");
  for (const heard of [false, true]) {
    if (heard) await world.drain();
    world.meter.reset();
    expect(await (await answer(paula, rob, "approve")).json()).toEqual({ data: { approved: true } });
    expect(await (await answer(paula, sue, "refuse")).json()).toEqual({ data: { approved: false } });
    expect((await answer(paula, rob, "refuse")).status, "he has leave").toBe(404);
    expect((await answer(paula, sue, "approve")).status, "she has none").toBe(404);
    expect(world.meter.d1.rowsWritten).toBe(0);
  }
  expect((await answer(paula, { id: "12345" }, "approve")).status).toBe(404);
  expect(await countsOf(paula)).toMatchObject({ followers: 1 });
  const rows = await rowsAt(world, paula.id, "SELECT * FROM follow_requests WHERE user_id = ?", paula.id);
  expect(rows, "a list of requests is read past none that are over").toEqual([]);
});

test("an Idempotency-Key gives the first answer again: a request stays a request, and an approval is one", async () => {
  const { world, paula, rob } = await asked();
  const approve = () =>
    paula.fetch(`/2/users/${paula.id}/follow_requests/${rob.id}/approve`, { method: "POST", idempotencyKey: "one" });
  const sue = await world.register("sue");
  const ask = () =>
    sue.fetch(`/2/users/${sue.id}/following`, { json: { target_user_id: paula.id }, idempotencyKey: "ask" });
  const first = await (await ask()).json();
  expect(first).toEqual({ data: { following: false, pending_follow: true } });
  expect(await (await approve()).json()).toEqual({ data: { approved: true } });
  await world.drain();
  await answers(paula, sue, "approve");
  await world.drain();
  expect(await (await approve()).json()).toEqual({ data: { approved: true } });
  expect(await (await ask()).json(), "the first answer, though she follows by now").toEqual(first);
  expect(await countsOf(paula)).toMatchObject({ followers: 2 });
  const other = await paula.fetch(`/2/users/${paula.id}/follow_requests/${sue.id}/approve`, {
    method: "POST",
    idempotencyKey: "one",
  });
  expect(other.status, "the key came with another request").toBe(422);
});

test("who follows already is told so under a key too, when the account has become protected since", async () => {
  const world = await newWorld();
  const [paula, rob] = await world.registerAll("paula", "rob");
  await rob.follows(paula);
  await protects(paula);
  const again = () =>
    rob.fetch(`/2/users/${rob.id}/following`, { json: { target_user_id: paula.id }, idempotencyKey: "again" });
  for (const _ of [1, 2]) {
    expect(await (await again()).json()).toEqual({ data: { following: true, pending_follow: false } });
  }
});

test("a refusal is told as one though the requester's unfollow of before has not been heard of yet", async () => {
  const world = await newWorld();
  const paula = await world.register("paula", { shard: 0 });
  const rob = await world.register("rob", { shard: 1 });
  await rob.follows(paula);
  await world.drain();
  await rob.unfollows(paula);
  world.queue.loseAll();
  await protects(paula);
  expect(await (await follow(rob, paula)).json()).toEqual({ data: { following: false, pending_follow: true } });
  // The newer event is delivered, the older one waits for the sweep.
  await world.drain();
  const refusal = await answer(paula, rob, "refuse");
  expect(refusal.status).toBe(200);
  expect(await refusal.json()).toEqual({ data: { approved: false } });
  world.advance(120);
  await world.sweep();
  await world.drain();
  expect(await requests(paula)).toEqual([]);
  expect(await followers(paula)).toEqual([]);
  expect(await standing(rob, paula)).toMatchObject({ following: false, requested: false });
});

test("requests that wait stay when protection ends; who asks anew follows at once, and waits no more", async () => {
  const { world, paula, rob } = await asked();
  const sue = await world.register("sue");
  await sue.follows(paula);
  await world.drain();
  await protects(paula, false);
  await world.drain();
  expect((await requests(paula)).toSorted()).toEqual([rob.id, sue.id].toSorted());
  expect(await (await follow(rob, paula)).json()).toEqual({ data: { following: true, pending_follow: false } });
  await world.drain();
  expect(await requests(paula)).toEqual([sue.id]);
  expect(await countsOf(paula)).toMatchObject({ followers: 1 });
  await answers(paula, sue, "approve");
  await world.drain();
  expect(await countsOf(paula)).toMatchObject({ followers: 2 });
  expect(await countsOf(sue)).toMatchObject({ following: 1 });
});

test("followers of the time before stay when an account becomes protected, and only new ones ask", async () => {
  const world = await newWorld();
  const [paula, fan, late] = await world.registerAll("paula", "fan", "late");
  await fan.follows(paula);
  await world.drain();
  await protects(paula);
  await late.follows(paula);
  await world.drain();
  expect(await followers(paula)).toEqual([fan.id]);
  expect(await requests(paula)).toEqual([late.id]);
});

test("a block ends the request of the blocked: it is not listed, cannot be approved, and does not come back with an unblock", async () => {
  const { world, paula, rob } = await asked();
  await blocks(paula, rob);
  expect(await requests(paula), "at once").toEqual([]);
  expect((await answer(paula, rob, "approve")).status).toBe(404);
  await world.drain();
  expect((await answer(paula, rob, "approve")).status).toBe(404);
  expect(await standing(rob, paula)).toMatchObject({ requested: false, blocked_by: true });
  await unblocks(paula, rob);
  await world.drain();
  expect(await requests(paula)).toEqual([]);
  expect(await standing(rob, paula)).toMatchObject({ requested: false, blocked_by: false });
});

test("an approval that a block overtakes makes no follower, in whatever order the two arrive", async () => {
  for (const order of [0, 1]) {
    const { world, paula, rob } = await asked();
    await answers(paula, rob, "approve");
    await blocks(paula, rob);
    const [approval, blocked] = world.queue.messages;
    if (approval === undefined || blocked === undefined) throw new Error("two events wait");
    world.queue.messages = order === 0 ? [approval] : [blocked];
    await world.drain();
    world.queue.messages = order === 0 ? [blocked] : [approval];
    await world.drain();
    expect(await standing(rob, paula)).toMatchObject({ following: false, requested: false });
    expect(await countsOf(paula)).toMatchObject({ followers: 0 });
    expect(await countsOf(rob)).toMatchObject({ following: 0 });
  }
});

test("an approval does not carry anybody over the limit of follows", async () => {
  const { world, paula, rob } = await asked({ FOLLOWING_MAX: "1" });
  const other = await world.register("other");
  await rob.follows(other);
  await answers(paula, rob, "approve");
  await world.drain();
  expect(await countsOf(rob)).toMatchObject({ following: 1 });
  expect(await standing(rob, paula)).toMatchObject({ following: false, requested: false });
  expect(await countsOf(paula)).toMatchObject({ followers: 0 });
});

test("a request whose every message was lost arrives with the sweep, and so does its answer", async () => {
  const world = await newWorld();
  const [paula, rob] = await world.registerAll("paula", "rob");
  await protects(paula);
  await rob.follows(paula);
  world.queue.loseAll();
  await world.settle({ rounds: 1 });
  expect(await requests(paula)).toEqual([rob.id]);
  await answers(paula, rob, "approve");
  world.queue.loseAll();
  await world.settle({ rounds: 2 });
  expect(await countsOf(paula)).toMatchObject({ followers: 1 });
  expect(await outboxRows(world)).toEqual([]);
});

test("requests come in pages, newest account first, and are nobody else's business", async () => {
  const world = await newWorld();
  const paula = await world.register("paula");
  await protects(paula);
  const crowd: Person[] = [];
  for (let index = 0; index < 5; index += 1) crowd.push(await world.register("asks"));
  for (const person of crowd) await person.follows(paula);
  await world.drain();
  const path = `/2/users/${paula.id}/follow_requests`;
  const first = await paula.asks<{ data: { id: string }[]; meta: { next_token: string } }>(`${path}?max_results=3`);
  const token = `pagination_token=${first.meta.next_token}`;
  const rest = await idsOf(paula, `${path}?max_results=3&${token}`);
  const newest = crowd.map((person) => person.id).toSorted((a, b) => (BigInt(a) < BigInt(b) ? 1 : -1));
  expect([...first.data.map((user) => user.id), ...rest]).toEqual(newest);
  const [rob] = crowd;
  if (rob === undefined) throw new Error("nobody asked");
  expect((await rob.fetch(path)).status, "another's list").toBe(403);
  expect((await rob.fetch(`/2/users/${paula.id}/follow_requests/${rob.id}/approve`, { method: "POST" })).status).toBe(
    403,
  );
  expect((await rob.fetch(`/2/users/${paula.id}/follow_requests/${rob.id}/refuse`, { method: "POST" })).status).toBe(
    403,
  );
  expect((await world.isolate.fetch(path)).status, "without a token").toBe(401);
  expect((await rob.fetch(`/2/users/${rob.id}/follow_requests?${token}`)).status, "another's token").toBe(400);
  expect((await paula.fetch(`/2/users/${paula.id}/blocking?${token}`)).status, "of another list").toBe(400);
  expect(await requests(paula)).toHaveLength(5);
});

test("an account that is gone neither asks nor answers", async () => {
  const { world, paula, rob } = await asked();
  const deactivate = (person: Person) =>
    rowsAt(world, person.id, "UPDATE users SET state = 'deactivated' WHERE id = ?", person.id);
  await deactivate(paula);
  expect((await answer(paula, rob, "approve")).status).toBe(403);
  const sue = await world.register("sue");
  expect((await follow(sue, paula)).status, "nobody there").toBe(404);
});
