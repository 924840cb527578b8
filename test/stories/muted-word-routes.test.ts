import { expect, test } from "vitest";
import { muteWord, mutesWord, unmutesWord } from "../support/graph.ts";
import { outboxRows } from "../support/planting.ts";
import { newWorld, type Person, type World } from "../support/world.ts";

interface Words {
  readonly data?: readonly { readonly word: string; readonly expires_at?: string }[];
  readonly meta: { readonly result_count: number };
}
const words = (person: Person) => person.asks<Words>(`/2/users/${person.id}/muted_words`);
const inSeconds = (world: World, seconds: number) => new Date(world.now() + seconds * 1000).toISOString();

test("a muted word hides tweets that have it from home at once, in any case and by itself, and lets them back", async () => {
  const world = await newWorld();
  const [ann, ben] = await world.registerAll("ann", "ben");
  await ann.follows(ben);
  const plain = await ben.posts("concatenate");
  const spoiler = await ben.posts("The CAT did it!");
  await world.drain();
  expect(await ann.wholeHome()).toEqual([spoiler.id, plain.id]);
  expect(await (await muteWord(ann, " Cat ")).json()).toEqual({ data: { word: "cat" } });
  expect(await ann.wholeHome()).toEqual([plain.id]);
  await world.drain();
  expect(await ann.wholeHome()).toEqual([plain.id]);
  expect((await ann.tweetsOf(ben)).ids, "on his own page it shows").toEqual([spoiler.id, plain.id]);
  await unmutesWord(ann, "CAT");
  expect(await ann.wholeHome()).toEqual([spoiler.id, plain.id]);
  await world.drain();
  expect(await ann.wholeHome()).toEqual([spoiler.id, plain.id]);
  expect(await outboxRows(world)).toEqual([]);
});

const AWKWARD = [
  "c++",
  "a/b",
  "100%",
  "%2f",
  "#tag",
  "two words",
  'say "hi"',
  "back\\slash",
  "it's",
  "$.path",
  "[0]",
  "ναι",
  "🐦‍⬛",
  "a.b",
  "__proto__",
  "null",
  "?",
];

test("whatever a word is made of, it is listed as it was given, in order, and can be unmuted by it", async () => {
  const world = await newWorld();
  const ann = await world.register("ann");
  expect(await words(ann)).toEqual({ meta: { result_count: 0 } });
  for (const word of AWKWARD) await mutesWord(ann, word);
  await world.drain();
  const listed = await words(ann);
  expect(listed.meta.result_count).toBe(AWKWARD.length);
  expect(listed.data?.map((one) => one.word).toSorted()).toEqual([...AWKWARD].toSorted());
  for (const word of AWKWARD) await unmutesWord(ann, word);
  await world.drain();
  expect(await words(ann)).toEqual({ meta: { result_count: 0 } });
});

test("a word with an end counts until then; muting it again replaces the end", async () => {
  const world = await newWorld();
  const ann = await world.register("ann");
  const soon = inSeconds(world, 100);
  expect(await (await muteWord(ann, "soon", soon)).json()).toEqual({ data: { word: "soon", expires_at: soon } });
  await mutesWord(ann, "later", inSeconds(world, 100));
  await mutesWord(ann, "later", inSeconds(world, 1000));
  await mutesWord(ann, "never", inSeconds(world, 100));
  await mutesWord(ann, "never");
  world.advance(200);
  expect((await words(ann)).data?.map((one) => one.word)).toEqual(["later", "never"]);
  expect((await words(ann)).data?.[1]).toEqual({ word: "never" });
  world.advance(1000);
  expect((await words(ann)).data).toEqual([{ word: "never" }]);
  await world.drain();
});

test("two hundred words may be muted, one more is refused; what ends or is unmuted makes room, and a repeat needs none", async () => {
  const world = await newWorld();
  const ann = await world.register("ann");
  await mutesWord(ann, "brief", inSeconds(world, 60));
  for (let index = 1; index < 200; index += 1) await mutesWord(ann, `word ${index}`);
  const refused = await muteWord(ann, "one more");
  expect(refused.status).toBe(403);
  expect(await refused.json()).toMatchObject({ detail: expect.stringContaining("200") });
  expect((await muteWord(ann, "WORD 7")).status).toBe(200);
  world.advance(61);
  expect((await muteWord(ann, "one more")).status).toBe(200);
  expect((await muteWord(ann, "two more")).status).toBe(403);
  await unmutesWord(ann, "word 7");
  expect((await muteWord(ann, "two more")).status).toBe(200);
  expect((await words(ann)).meta.result_count).toBe(200);
  await world.drain();
});

test("two hundred of the longest words still travel: every message fits the queue", async () => {
  const world = await newWorld();
  const ann = await world.register("ann");
  const longest = (index: number) => `${index}`.padStart(3, "0") + "🦆".repeat(97);
  for (let index = 0; index < 200; index += 1) await mutesWord(ann, longest(index), inSeconds(world, 3600));
  expect(world.queue.messages).toHaveLength(200);
  await world.drain();
  expect(await outboxRows(world)).toEqual([]);
});

test("muting twice alike is muting once, and unmuting what is not muted changes nothing: no event, no row", async () => {
  const world = await newWorld();
  const ann = await world.register("ann");
  await mutesWord(ann, "spoiler");
  await world.drain();
  world.meter.reset();
  await mutesWord(ann, "Spoiler");
  await unmutesWord(ann, "other");
  expect(world.queue.messages).toEqual([]);
  expect(world.meter.d1.rowsWritten).toBe(0);
});

test("an Idempotency-Key gives the first answer again", async () => {
  const world = await newWorld();
  const ann = await world.register("ann");
  const send = (word: string) =>
    ann.fetch(`/2/users/${ann.id}/muted_words`, { json: { word }, idempotencyKey: "once" });
  expect(await (await send("Goal")).json()).toEqual({ data: { word: "goal" } });
  await unmutesWord(ann, "goal");
  expect(await (await send("Goal")).json()).toEqual({ data: { word: "goal" } });
  expect(await words(ann)).toEqual({ meta: { result_count: 0 } });
  expect((await send("other")).status, "the key came with another request").toBe(422);
  await world.drain();
});

test("what is no word is refused with a reason, and muted words are nobody else's business", async () => {
  const world = await newWorld();
  const [ann, ben] = await world.registerAll("ann", "ben");
  const path = `/2/users/${ann.id}/muted_words`;
  for (const word of ["", "   ", "x".repeat(101), "\ud800", "a\u0000b", "two\nlines", 7, null, ["x"]]) {
    expect((await ann.fetch(path, { json: { word } })).status, JSON.stringify(word)).toBe(400);
  }
  expect((await ann.fetch(path, { json: { word: "x", expires_at: "2001-01-01T00:00:00Z" } })).status).toBe(422);
  expect((await ann.fetch(path, { json: {} })).status).toBe(400);
  expect(await words(ann)).toEqual({ meta: { result_count: 0 } });
  await mutesWord(ann, "secret");
  expect((await ben.fetch(path)).status).toBe(403);
  expect((await ben.fetch(path, { json: { word: "x" } })).status).toBe(403);
  expect((await ben.fetch(`${path}/secret`, { method: "DELETE" })).status).toBe(403);
  expect((await world.isolate.fetch(path)).status).toBe(401);
  expect((await words(ann)).data).toEqual([{ word: "secret" }]);
});
