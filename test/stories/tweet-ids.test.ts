import { describe, expect, test } from "vitest";
import { logicalShardOfUsername } from "../../workers/lib/shards.ts";
import { createMinter, timeOfId } from "../../workers/lib/snowflake.ts";
import { newWorld, type Person, type World } from "../support/world.ts";

interface Twins {
  readonly world: World;
  readonly ann: Person;
  /** Of ann's logical shard, at the other isolate. */
  readonly bea: Person;
  /** From now on both isolates mint the very same ids. */
  meetInTime(): void;
}

async function twins(): Promise<Twins> {
  const world = await newWorld({ isolates: 2 });
  const [here, there] = world.isolates;
  if (here === undefined || there === undefined) throw new Error("two isolates were asked for");
  const ann = await world.register("ann", { isolate: here });
  const shard = logicalShardOfUsername(ann.username);
  let suffix = 0;
  const nameOf = () => `${ann.username}${suffix.toString(36)}`;
  while (logicalShardOfUsername(nameOf()) !== shard) suffix += 1;
  const bea = await world.register("bea", { username: nameOf(), isolate: there });
  const meetInTime = () => {
    const frozen = Date.now() + 1_000;
    for (const { runtime } of world.isolates)
      Object.assign(runtime, {
        ids: createMinter(
          () => frozen,
          () => 0.5,
        ),
      });
  };
  return { world, ann, bea, meetInTime };
}

describe("two isolates that mint the same id at the same moment", () => {
  test("make two tweets: the second mints again", async () => {
    const { world, ann, bea, meetInTime } = await twins();
    const reader = await world.register("reader");
    await reader.follows(ann, bea);
    await world.drain();
    await reader.home();
    meetInTime();
    const first = await ann.posts("first");
    world.meter.reset();
    const second = await bea.posts("second");
    expect(world.meter.d1.batches, "the first batch wrote nothing").toBe(2);
    expect(second.id).not.toBe(first.id);
    await world.drain();
    expect((await reader.home()).tweets.map((tweet) => tweet.text)).toEqual(["second", "first"]);
    expect((await reader.tweetsOf(ann)).ids).toEqual([first.id]);
    expect((await reader.tweetsOf(bea)).ids).toEqual([second.id]);
  });

  test("make tweets of one author's whose ids rise", async () => {
    const { world, ann, meetInTime } = await twins();
    meetInTime();
    const [, elsewhere] = world.isolates;
    if (elsewhere === undefined) throw new Error("two isolates were asked for");
    const ids = [
      (await ann.posts("said here")).id,
      (await ann.at(elsewhere).posts("said there")).id,
      (await ann.posts("said here")).id,
    ];
    expect(new Set(ids).size).toBe(3);
    expect((await ann.home()).ids).toEqual(ids.reverse());
  });

  test("tell of two follows, a post and two deletions: an event's id that is taken is minted again", async () => {
    const { world, ann, bea, meetInTime } = await twins();
    const idol = await world.register("idol");
    meetInTime();
    await ann.follows(idol);
    await bea.follows(idol);
    const tweets = [await ann.posts("ann's"), await bea.posts("bea's")] as const;
    await ann.deletes(tweets[0]);
    await bea.deletes(tweets[1]);
    await ann.unfollows(idol);
    await bea.unfollows(idol);
    const ids = world.queue.messages.map((message) => (message.body as { id: string }).id);
    expect(ids).toHaveLength(8);
    expect(new Set(ids).size).toBe(8);
    await world.drain();
    const { data } = await idol.asks<{ data: { public_metrics: object } }>(`/2/users/${idol.id}`);
    expect(data.public_metrics).toMatchObject({ followers_count: 0 });
    expect(await ann.wholeHome()).toEqual([]);
  });
});

test("an author's ids always rise, though isolates' clocks are 500 ms apart and posts come by turns", async () => {
  const world = await newWorld({ isolates: 2 });
  const [here, there] = world.isolates;
  if (here === undefined || there === undefined) throw new Error("two isolates were asked for");
  there.skew(-0.5);
  const alice = await world.register("alice");
  const ids: string[] = [];
  for (let turn = 0; turn < 12; turn += 1) {
    ids.push((await alice.at(turn % 3 === 0 ? here : there).posts(`turn ${turn}`)).id);
  }
  expect(ids.every((id, index) => index === 0 || BigInt(id) > BigInt(ids[index - 1] ?? 0))).toBe(true);
  expect((await alice.home()).ids).toEqual(ids.reverse());
  const ahead = timeOfId(ids[0] ?? "0") - world.now();
  expect(ahead, "an id is never far from its time").toBeLessThan(1_000);
});

test("a reply, a quote and a retweet come after their tweet, though made where the clock is 500 ms behind", async () => {
  const world = await newWorld({ isolates: 2 });
  const [here, there] = world.isolates;
  if (here === undefined || there === undefined) throw new Error("two isolates were asked for");
  there.skew(-0.5);
  const [alice, bob] = [await world.register("alice"), await world.register("bob")];
  const tweet = await alice.at(here).posts("ahead of its time");
  const bobThere = bob.at(there);
  const reply = await bobThere.replies(tweet);
  const other = await alice.at(here).posts("ahead again");
  const quote = await bobThere.quotes(other);
  const last = await alice.at(here).posts("and again");
  const retweet = await bobThere.retweets(last);
  expect(BigInt(reply.id)).toBeGreaterThan(BigInt(tweet.id));
  expect(BigInt(quote.id)).toBeGreaterThan(BigInt(other.id));
  expect(BigInt(retweet.id)).toBeGreaterThan(BigInt(last.id));
  expect(timeOfId(retweet.id) - world.now(), "an id is never far from its time").toBeLessThan(1_000);
});

test("posts of one author that run at once in two isolates all get ids of their own", async () => {
  const world = await newWorld({ isolates: 2 });
  const alice = await world.register("alice");
  const posted = await Promise.all(
    Array.from({ length: 10 }, (_, index) =>
      alice.at(world.isolates[index % 2] ?? world.isolate).posts(`number ${index}`),
    ),
  );
  const ids = posted.map((tweet) => tweet.id);
  expect(new Set(ids).size).toBe(10);
  const page = await alice.home();
  expect(new Set(page.ids)).toEqual(new Set(ids));
  for (const tweet of posted) expect(page.tweets.find((one) => one.id === tweet.id)?.text).toBe(tweet.text);
});
