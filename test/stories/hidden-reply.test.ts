import { beforeEach, describe, expect, test } from "vitest";
import { deactivate } from "../accounts/send.ts";
import { wholeConversation } from "../tweets/conversation-model.ts";
import { rowsAt } from "../support/planting.ts";
import { newWorld, type Person, type TweetJson, type World } from "../support/world.ts";

interface Has {
  readonly id: string;
}

let world: World;
let author: Person;
let talker: Person;
let other: Person;
let first: TweetJson;
let rude: TweetJson;
let below: TweetJson;
let kind: TweetJson;

beforeEach(async () => {
  world = await newWorld({ isolates: 2, vars: { CONTENT_CACHE_SECONDS: "0" } });
  author = await world.register("author", { shard: 0 });
  talker = await world.register("talker", { shard: 1 });
  other = await world.register("other", { shard: 0 });
  first = await author.posts("first");
  rude = await talker.replies(first, "rude");
  below = await other.replies(rude, "below the rude one");
  kind = await other.replies(first, "kind");
});

const hiding = (person: Person, tweet: Has, hidden: unknown = true) =>
  person.fetch(`/2/tweets/${tweet.id}/hidden`, { method: "PUT", json: { hidden } });

async function hides(person: Person, tweet: Has, hidden = true): Promise<void> {
  const answer = await hiding(person, tweet, hidden);
  expect([answer.status, await answer.json()]).toEqual([200, { data: { hidden } }]);
}

const conversationOf = (person: Person, anonymous = false) => wholeConversation(person, first, 2, { anonymous });
const idsOf = (...tweets: readonly Has[]) => tweets.map(({ id }) => id);

describe("a reply that the conversation's author hides", () => {
  test("leaves the conversation at once, but for that author and its own; what answers it stays", async () => {
    await world.drain();
    await hides(author, rude);
    const all = idsOf(first, rude, below, kind);
    const rest = idsOf(first, below, kind);
    for (const isolate of world.isolates) {
      expect(await conversationOf(other.at(isolate))).toEqual(rest);
      expect(await conversationOf(other.at(isolate), true)).toEqual(rest);
      expect(await conversationOf(talker.at(isolate))).toEqual(all);
      expect(await conversationOf(author.at(isolate))).toEqual(all);
    }
    await hides(author, rude, false);
    expect(await conversationOf(other)).toEqual(all);
  });

  test("stays readable by itself, with its own answers, and keeps being counted", async () => {
    await world.drain();
    await hides(author, rude);
    expect(await other.sees(rude)).toMatchObject({ text: "rude", public_metrics: { reply_count: 1 } });
    expect(await wholeConversation(other, rude, 1)).toEqual(idsOf(first, rude, below));
    expect((await other.tweetsOf(talker)).ids).toEqual([rude.id]);
    expect(await other.sees(first)).toMatchObject({ public_metrics: { reply_count: 2 } });
  });

  test("is hidden from its first delivery on where that comes late, however often, and counted then", async () => {
    await hides(author, rude);
    await hides(author, rude);
    expect(await other.sees(first)).toMatchObject({ public_metrics: { reply_count: 0 } });
    await world.drain({ random: Math.random, repeat: 0.5 });
    expect(await conversationOf(other)).toEqual(idsOf(first, below, kind));
    expect(await other.sees(first)).toMatchObject({ public_metrics: { reply_count: 2 } });
    await hides(author, rude, false);
    await world.drain();
    expect(await conversationOf(other)).toEqual(idsOf(first, rude, below, kind));
  });

  test("can be deep down, and is deleted as any other", async () => {
    const deep = await talker.replies(below, "ruder still");
    await hides(author, deep);
    await world.drain();
    expect(await conversationOf(other)).toEqual(idsOf(first, rude, below, kind));
    expect(await conversationOf(author)).toEqual(idsOf(first, rude, below, deep, kind));
    await talker.deletes(deep);
    await world.drain();
    world.advance(6);
    expect(await conversationOf(author)).toEqual(idsOf(first, rude, below, kind));
    expect(await other.sees(below)).toMatchObject({ public_metrics: { reply_count: 0 } });
    expect((await hiding(author, deep)).status).toBe(404);
  });
});

describe("hiding is refused", () => {
  test("with 403 to anybody but the author of the whole conversation, and of what is no reply, or one's own", async () => {
    const own = await author.replies(first);
    const elsewhere = await author.replies(await talker.posts("another conversation"));
    await world.drain();
    world.meter.reset();
    const refused = [
      await hiding(talker, kind),
      await hiding(talker, rude),
      await hiding(talker, below),
      await hiding(author, first),
      await hiding(author, own),
      await hiding(author, elsewhere),
      await hiding(other, elsewhere, false),
    ];
    expect(refused.map(({ status }) => status)).toEqual([403, 403, 403, 403, 403, 403, 403]);
    expect(world.meter.d1.rowsWritten).toBe(0);
    expect(await conversationOf(other)).toEqual(idsOf(first, own, rude, below, kind));
  });

  test("with 403 to an account that is not active any more, 503 where the store does not answer; it stays shown", async () => {
    await world.drain();
    world.faults.shard(0, "error");
    expect((await hiding(author, rude)).status).toBe(503);
    world.faults.none();
    world.advance(10);
    await deactivate(world.isolate, author.id);
    expect((await hiding(author, rude)).status).toBe(403);
    const rows = await rowsAt(world, first.id, "SELECT hidden FROM tweet_references WHERE tweet_id = ?", rude.id);
    expect(rows).toEqual([{ hidden: 0 }]);
  });

  test("with 404 for what is not there or not to be seen, 400 for what is malformed, 401 without a token", async () => {
    await talker.asks(`/2/users/${talker.id}/blocking`, { json: { target_user_id: author.id } });
    await other.deletes(kind);
    await world.drain();
    const statuses = [rude, kind, { id: "1" }, author].map(async (tweet) => (await hiding(author, tweet)).status);
    expect(await Promise.all(statuses)).toEqual([404, 404, 404, 404]);
    for (const hidden of ["true", 1, null]) expect((await hiding(author, below, hidden)).status).toBe(400);
    expect((await author.fetch(`/2/tweets/${below.id}/hidden`, { method: "PUT", json: {} })).status).toBe(400);
    expect((await hiding(author, { id: "x" })).status).toBe(400);
    const body = JSON.stringify({ hidden: true });
    const headers = { "content-type": "application/json" };
    const anonymous = await world.isolate.fetch(`/2/tweets/${below.id}/hidden`, { method: "PUT", headers, body });
    expect(anonymous.status).toBe(401);
  });
});
