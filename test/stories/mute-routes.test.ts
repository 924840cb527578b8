import { expect, test } from "vitest";
import { countsOf, idsOf, mute, mutes, mutesWord, standing, unmutes, type UserPage } from "../support/graph.ts";
import { outboxRows, rowsAt } from "../support/planting.ts";
import { newWorld, type Person, type World } from "../support/world.ts";

/** Ann follows Ben, who has written something. */
async function listening(isolates = 1): Promise<{ world: World; ann: Person; ben: Person; tweet: { id: string } }> {
  const world = await newWorld({ isolates });
  const ann = await world.register("ann", { shard: 0 });
  const ben = await world.register("ben", { shard: 1 });
  await ann.follows(ben);
  const tweet = await ben.posts("hello");
  await world.drain();
  expect(await ann.wholeHome()).toEqual([tweet.id]);
  return { world, ann, ben, tweet };
}
const inSeconds = (world: World, seconds: number) => new Date(world.now() + seconds * 1000).toISOString();

test("a mute hides from home at once, in every isolate, and keeps the follow; the muted see no difference", async () => {
  const { world, ann, ben, tweet } = await listening(2);
  const answered = await mute(ann, ben);
  expect(answered.status).toBe(200);
  expect(await answered.json()).toEqual({ data: { muting: true } });
  for (const at of world.isolates) expect(await ann.at(at).wholeHome()).toEqual([]);
  await world.drain();
  expect(await ann.wholeHome()).toEqual([]);
  expect(await standing(ann, ben)).toMatchObject({ following: true, muting: true });
  expect(await standing(ben, ann)).toMatchObject({ followed_by: true, muting: false, blocked_by: false });
  expect(await countsOf(ben)).toMatchObject({ followers: 1 });
  expect((await ann.fetch(`/2/tweets/${tweet.id}`)).status, "who asks for it sees it").toBe(200);
  expect((await ann.tweetsOf(ben)).ids, "and so on his own page").toEqual([tweet.id]);
  expect(await outboxRows(world)).toEqual([]);
});

test("an unmute brings everything back, what was written meanwhile included", async () => {
  const { world, ann, ben, tweet } = await listening();
  await mutes(ann, ben);
  await world.drain();
  const meanwhile = await ben.posts("unheard");
  await world.drain();
  expect(await ann.wholeHome()).toEqual([]);
  await unmutes(ann, ben);
  expect(await ann.wholeHome()).toEqual([meanwhile.id, tweet.id]);
  await world.drain();
  expect(await ann.wholeHome()).toEqual([meanwhile.id, tweet.id]);
  expect(await standing(ann, ben)).toMatchObject({ muting: false });
});

test("a mute with an end hides until then, and ends without anybody doing anything", async () => {
  const { world, ann, ben, tweet } = await listening();
  await mutes(ann, ben, inSeconds(world, 3600));
  await world.drain();
  world.advance(3000);
  await ann.signsIn();
  expect(await ann.wholeHome()).toEqual([]);
  expect(await idsOf(ann, `/2/users/${ann.id}/muting`)).toEqual([ben.id]);
  world.advance(700);
  expect(await ann.wholeHome()).toEqual([tweet.id]);
  expect(await idsOf(ann, `/2/users/${ann.id}/muting`)).toEqual([]);
  expect(await standing(ann, ben)).toMatchObject({ muting: false });
});

test("muting again replaces the end: later, never, or sooner, whatever order the events arrive in", async () => {
  const { world, ann, ben, tweet } = await listening();
  await mutes(ann, ben, inSeconds(world, 100));
  await mutes(ann, ben);
  await mutes(ann, ben, inSeconds(world, 1000));
  world.queue.messages.reverse();
  await world.drain();
  world.advance(500);
  expect(await ann.wholeHome()).toEqual([]);
  world.advance(600);
  expect(await ann.wholeHome()).toEqual([tweet.id]);
  await mutes(ann, ben);
  await world.drain();
  world.advance(40_000_000);
  await ann.signsIn();
  expect(await idsOf(ann, `/2/users/${ann.id}/muting`)).toEqual([ben.id]);
});

test("muting twice alike is muting once, and unmuting who is not muted changes nothing: no event, no row", async () => {
  const { world, ann, ben } = await listening();
  const until = inSeconds(world, 1000);
  await mutes(ann, ben, until);
  await world.drain();
  world.meter.reset();
  await mutes(ann, ben, until);
  await unmutes(ben, ann);
  expect(world.queue.messages).toEqual([]);
  expect(world.meter.d1.rowsWritten).toBe(0);
});

test("an Idempotency-Key makes a repeated mute safe: after an unmute it answers the first answer and mutes nobody", async () => {
  const { ann, ben } = await listening();
  const send = (expires?: string) =>
    ann.fetch(`/2/users/${ann.id}/muting`, {
      json: { target_user_id: ben.id, expires_at: expires },
      idempotencyKey: "once",
    });
  expect(await (await send()).json()).toEqual({ data: { muting: true } });
  await unmutes(ann, ben);
  expect(await (await send()).json()).toEqual({ data: { muting: true } });
  expect(await standing(ann, ben)).toMatchObject({ muting: false });
  expect((await send("2100-01-01T00:00:00Z")).status, "the key came with another request").toBe(422);
});

test("oneself, nobody, and an end that is past or no time are refused with a reason, and nothing is muted", async () => {
  const { world, ann, ben } = await listening();
  expect((await mute(ann, ann)).status).toBe(422);
  expect((await mute(ann, { id: "12345" })).status).toBe(404);
  const past = await mute(ann, ben, inSeconds(world, -1));
  expect(past.status).toBe(422);
  expect(await past.json()).toMatchObject({ detail: expect.stringContaining("expires_at") });
  for (const bad of ["tomorrow", "2100-01-01", 4_102_444_800_000, "", {}]) {
    const json = { target_user_id: ben.id, expires_at: bad };
    expect((await ann.fetch(`/2/users/${ann.id}/muting`, { json })).status, JSON.stringify(bad)).toBe(400);
  }
  expect(await standing(ann, ben)).toMatchObject({ muting: false });
  await rowsAt(world, ann.id, "UPDATE users SET state = 'deactivated' WHERE id = ?", ann.id);
  expect((await mute(ann, ben)).status, "an account that is gone").toBe(403);
});

test("whom somebody mutes is nobody else's business, nor anybody else's to change", async () => {
  const { world, ann, ben } = await listening();
  await mutes(ann, ben);
  const path = `/2/users/${ann.id}/muting`;
  expect((await ben.fetch(path)).status).toBe(403);
  expect((await ben.fetch(path, { json: { target_user_id: ben.id } })).status).toBe(403);
  expect((await ben.fetch(`${path}/${ben.id}`, { method: "DELETE" })).status).toBe(403);
  expect((await world.isolate.fetch(path)).status).toBe(401);
  expect(await idsOf(ann, path)).toEqual([ben.id]);
  expect(await ben.asks(`/2/users/${ben.id}/muting`)).toEqual({ meta: { result_count: 0 } });
});

test("the muted come in pages, newest account first, without those whose mute has ended", async () => {
  const world = await newWorld();
  const ann = await world.register("ann");
  const muted: string[] = [];
  for (let index = 0; index < 5; index += 1) {
    const noisy = await world.register("noisy");
    await mutes(ann, noisy, index === 2 ? inSeconds(world, 10) : undefined);
    if (index !== 2) muted.push(noisy.id);
  }
  world.advance(20);
  const path = `/2/users/${ann.id}/muting?max_results=3`;
  const first = await ann.asks<UserPage>(path);
  expect(first.data).toHaveLength(3);
  const rest = await ann.asks<UserPage>(`${path}&pagination_token=${first.meta.next_token}`);
  expect(rest.meta.next_token).toBeUndefined();
  const ids = [...(first.data ?? []), ...(rest.data ?? [])].map((user) => user.id);
  expect(ids).toEqual(muted.toSorted((a, b) => (BigInt(a) < BigInt(b) ? 1 : -1)));
  const foreign = `/2/users/${ann.id}/following?pagination_token=${first.meta.next_token}`;
  expect((await ann.fetch(foreign)).status, "of another list").toBe(400);
});

test("a mute holds though the timeline object does not answer, and its event tells the timeline later", async () => {
  const { world, ann, ben } = await listening();
  world.faults.timelineObject("error", { only: /setStanding/ });
  expect((await mute(ann, ben)).status).toBe(200);
  world.faults.none();
  await world.drain();
  expect(await ann.wholeHome()).toEqual([]);
});

test("a timeline built after a mute hides as well, and older events that come late change nothing", async () => {
  const world = await newWorld();
  const [ann, ben, cat] = await world.registerAll("ann", "ben", "cat");
  await ann.follows(ben, cat);
  await ben.posts("from ben");
  const shown = await cat.posts("from cat");
  await cat.posts("a spoiler");
  await world.drain();
  await mutes(ann, ben);
  await unmutes(ann, ben);
  await mutes(ann, ben);
  await mutesWord(ann, "spoiler");
  const late = world.queue.messages;
  world.queue.messages = [];
  expect(await ann.wholeHome(), "her first visit").toEqual([shown.id]);
  world.queue.messages = [...late].reverse();
  await world.drain();
  expect(await ann.wholeHome()).toEqual([shown.id]);
});
