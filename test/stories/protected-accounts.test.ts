import { expect, test } from "vitest";
import { answers, idsOf, protects, type UserPage } from "../support/graph.ts";
import { outboxRows, rowsAt } from "../support/planting.ts";
import { newWorld, type Person, type World } from "../support/world.ts";

const NOT_YOURS = {
  meta: { result_count: 0 },
  errors: [expect.objectContaining({ type: "about:blank#not-authorized-for-resource", resource_type: "user" })],
};

/** Paula is protected; Fan follows her with her leave, Sam does not. Her tweet is from before. */
async function guarded(
  isolates = 1,
): Promise<{ world: World; paula: Person; fan: Person; sam: Person; tweet: string }> {
  const world = await newWorld({ isolates });
  const [paula, fan, sam] = await world.registerAll("paula", "fan", "sam");
  const tweet = await paula.posts("from before");
  await world.drain();
  await protects(paula);
  await fan.follows(paula);
  await world.drain();
  await answers(paula, fan, "approve");
  await world.drain();
  return { world, paula, fan, sam, tweet: tweet.id };
}

const protectionEvents = (world: World) =>
  world.queue.messages.flatMap(({ body }) => {
    const { kind, payload } = body as { kind: string; payload: unknown };
    return kind === "protection-changed" ? [payload] : [];
  });

test("protection is told of when it changes and only then, with a version that rises each time", async () => {
  const world = await newWorld();
  const paula = await world.register("paula");
  const edit = (json: object) => paula.asks("/2/users/me", { method: "PATCH", json });
  await edit({ protected: false, name: "Paula" });
  await edit({ location: "here" });
  expect(world.queue.messages).toEqual([]);
  expect(await edit({ protected: true, name: "Paula P." })).toMatchObject({
    data: { protected: true, name: "Paula P." },
  });
  await edit({ protected: true });
  await edit({ protected: false, description: "open" });
  const userId = paula.id;
  expect(protectionEvents(world)).toEqual([
    { userId, protected: true, version: 1 },
    { userId, protected: false, version: 2 },
  ]);
  await world.drain();
  expect(await outboxRows(world)).toEqual([]);
});

test("saying what is so already writes nothing, and an account that is gone cannot be protected", async () => {
  const world = await newWorld();
  const paula = await world.register("paula");
  await protects(paula);
  world.meter.reset();
  await protects(paula);
  expect(world.meter.d1.rowsWritten).toBe(0);
  await rowsAt(world, paula.id, "UPDATE users SET state = 'deactivated' WHERE id = ?", paula.id);
  world.queue.loseAll();
  const refused = await paula.fetch("/2/users/me", { method: "PATCH", body: '{"protected":false}', headers: json });
  expect(refused.status).toBe(403);
  expect(world.queue.messages).toEqual([]);
  expect(await outboxRows(world), "the one from before").toHaveLength(1);
  await world.settle({ rounds: 1 });
  expect(await outboxRows(world), "which the sweep sends again").toEqual([]);
});
const json = { "content-type": "application/json" };

test("what a protected account wrote, before and since, is for itself and those it let follow", async () => {
  const { world, paula, fan, sam, tweet } = await guarded();
  const since = (await paula.posts("since")).id;
  await world.drain();
  for (const person of [paula, fan]) {
    expect((await person.tweetsOf(paula)).ids).toEqual([since, tweet]);
    expect(await person.wholeHome()).toEqual([since, tweet]);
    expect((await person.fetch(`/2/tweets/${tweet}`)).status).toBe(200);
  }
  expect(await sam.asks(`/2/users/${paula.id}/tweets`)).toEqual(NOT_YOURS);
  for (const id of [tweet, since]) {
    expect((await sam.fetch(`/2/tweets/${id}`)).status).toBe(404);
    expect((await world.isolate.fetch(`/2/tweets/${id}`)).status, "nobody signed in").toBe(404);
  }
  expect(await sam.asks(`/2/tweets?ids=${tweet},${since}`)).toMatchObject({ errors: [{}, {}] });
});

test("its profile is everybody's; whom it follows and who follows it are not", async () => {
  const { world, paula, fan, sam } = await guarded();
  await paula.follows(sam);
  await world.drain();
  for (const person of [sam, fan]) {
    expect(await person.asks(`/2/users/${paula.id}`)).toMatchObject({ data: { id: paula.id, protected: true } });
  }
  for (const list of ["followers", "following"]) {
    expect(await sam.asks<UserPage>(`/2/users/${paula.id}/${list}`), "though she follows him").toEqual(NOT_YOURS);
  }
  expect(await idsOf(fan, `/2/users/${paula.id}/followers`)).toEqual([fan.id]);
  expect(await idsOf(fan, `/2/users/${paula.id}/following`)).toEqual([sam.id]);
  expect(await idsOf(paula, `/2/users/${paula.id}/followers`)).toEqual([fan.id]);
});

test("who stops following stops seeing at once; who is let in sees what was written meanwhile", async () => {
  const { world, paula, fan, sam, tweet } = await guarded();
  await fan.wholeHome();
  await fan.unfollows(paula);
  expect((await fan.fetch(`/2/tweets/${tweet}`)).status).toBe(404);
  expect(await fan.asks(`/2/users/${paula.id}/tweets`)).toEqual(NOT_YOURS);
  await world.drain();
  expect(await fan.wholeHome()).toEqual([]);
  const meanwhile = (await paula.posts("meanwhile")).id;
  await sam.wholeHome();
  await sam.follows(paula);
  await world.drain();
  expect(await sam.wholeHome(), "to ask is not to follow").toEqual([]);
  expect((await sam.fetch(`/2/tweets/${meanwhile}`)).status).toBe(404);
  await answers(paula, sam, "approve");
  await world.drain();
  expect(await sam.wholeHome()).toEqual([meanwhile, tweet]);
});

test("turning protection on hides the past from warm caches: at once where it is turned on, elsewhere within the bound", async () => {
  const world = await newWorld({ isolates: 2 });
  const [here, there] = world.isolates;
  if (here === undefined || there === undefined) throw new Error("two isolates were asked for");
  const [paula, sam] = await world.registerAll("paula", "sam");
  const { id } = await paula.posts("in the open");
  await world.drain();
  const path = `/2/tweets/${id}`;
  for (const at of world.isolates) expect((await sam.at(at).fetch(path)).status).toBe(200);
  await protects(paula);
  expect((await sam.at(here).fetch(path)).status).toBe(404);
  world.advance(6);
  expect((await sam.at(there).fetch(path)).status).toBe(404);
  await protects(paula, false);
  world.advance(6);
  for (const at of world.isolates) expect((await sam.at(at).fetch(path)).status).toBe(200);
});
