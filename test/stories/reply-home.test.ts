import { beforeEach, describe, expect, test, vi } from "vitest";
import { databaseOf, plantTweets } from "../support/planting.ts";
import { becomePullAuthor, heldBy, SMALL_TIERS } from "../support/timelines.ts";
import { newWorld, type Person, type World } from "../support/world.ts";

vi.setConfig({ testTimeout: 120_000 });

const FEED_SECONDS = 30;

let world: World;
/** Follows alice; not bob, unless a story says so. */
let reader: Person;
let alice: Person;
let bob: Person;

async function begin(vars: Readonly<Record<string, string>> = {}): Promise<void> {
  world = await newWorld({ vars: { ACCESS_TOKEN_SECONDS: "100000000", ...vars } });
  reader = await world.register("reader", { shard: 0 });
  alice = await world.register("alice", { shard: 1 });
  bob = await world.register("bob", { shard: 0 });
  await reader.follows(alice);
  await world.drain();
}

/** The same whichever way it is served: as pushed, in pages of any size, rebuilt, and without the timeline object. */
async function homeIs(wanted: readonly string[], person = reader): Promise<void> {
  for (const size of [1, 2, 100]) expect(await person.wholeHome(size), `pages of ${size}`).toEqual(wanted);
  world.faults.timelineObject("error");
  const page = await person.home({ max_results: 100 });
  world.faults.timelineObject(null);
  // The breaker must not stay open for what comes next.
  world.advance(10);
  expect(page.ids, "from the store alone").toEqual(wanted);
  expect(page.meta.degraded).toEqual(["timeline"]);
}

describe("a reply comes home to a follower", () => {
  beforeEach(() => begin());

  test("only if they follow the one replied to as well: from when they do until they do not", async () => {
    await reader.home();
    const bobs = await bob.posts("said by bob");
    const plain = await alice.posts("to everybody");
    const reply = await alice.replies(bobs);
    await world.drain();
    await homeIs([plain.id]);
    await reader.follows(bob);
    await world.drain();
    await homeIs([reply.id, plain.id, bobs.id]);
    await reader.unfollows(bob);
    await world.drain();
    await homeIs([plain.id]);
  });

  test("where it answers oneself, the reader, or is the reader's own to anybody", async () => {
    await reader.home();
    const first = await alice.posts("a thread begins");
    const on = await alice.replies(first, "and goes on");
    const mine = await reader.posts("said by the reader");
    const toMe = await alice.replies(mine);
    const bobs = await bob.posts("said by bob");
    const toBob = await reader.replies(bobs);
    const byBob = await bob.replies(first, "by somebody not followed");
    await world.drain();
    const own = await alice.replies(byBob, "to somebody not followed, within one's own thread");
    await world.drain();
    await homeIs([toBob.id, toMe.id, mine.id, on.id, first.id]);
    expect((await alice.home()).ids, "the author's own home").toContain(own.id);
  });

  test("in a timeline that is rebuilt, and in one that takes a follow's past in", async () => {
    const bobs = await bob.posts("said by bob");
    const reply = await alice.replies(bobs);
    const plain = await alice.posts("to everybody");
    await world.drain();
    await homeIs([plain.id]);
    const late = await world.register("late");
    await late.follows(bob);
    await world.drain();
    expect(await late.wholeHome(1)).toEqual([bobs.id]);
    await late.follows(alice);
    await world.drain();
    expect(await late.wholeHome(1)).toEqual([plain.id, reply.id, bobs.id]);
  });

  test("whatever else there is: pages are full though most of it does not show", async () => {
    await reader.home();
    const bobs = await bob.posts("said by bob");
    const shown: string[] = [];
    for (let index = 0; index < 60; index += 1) {
      if (index % 10 === 0) shown.unshift((await alice.posts(`to everybody ${index}`)).id);
      else await alice.replies(bobs, `to bob ${index}`);
    }
    await world.drain();
    const page = await reader.home({ max_results: 4 });
    expect(page.ids).toEqual(shown.slice(0, 4));
    await homeIs(shown);
  });

  test("and is gone for good with the author's unfollow, whomever it answers", async () => {
    await reader.follows(bob);
    await world.drain();
    await reader.home();
    const bobs = await bob.posts("said by bob");
    const reply = await alice.replies(bobs);
    await world.drain();
    await homeIs([reply.id, bobs.id]);
    await reader.unfollows(alice);
    await world.drain();
    await homeIs([bobs.id]);
  });
});

test("a pull author's replies come by the same rule, as soon as the feed shows them", async () => {
  await begin(SMALL_TIERS);
  await reader.home();
  const up = await becomePullAuthor(world, alice);
  const bobs = await bob.posts("said by bob");
  const [plain, reply] = [await alice.posts("to everybody"), await alice.replies(bobs)];
  const toMe = await alice.replies(await reader.posts("mine"));
  const own = await alice.replies(plain, "and on");
  await world.drain();
  world.advance(FEED_SECONDS);
  expect(await heldBy(reader), "nothing but what came before was pushed").not.toContain(plain.id);
  const mine = (await reader.tweetsOf(reader)).ids[0] ?? "";
  for (const size of [1, 2, 100]) expect(await reader.wholeHome(size)).toEqual([own.id, toMe.id, mine, plain.id, up]);
  await reader.follows(bob);
  await world.drain();
  const all = [own.id, toMe.id, mine, reply.id, plain.id, bobs.id, up];
  for (const size of [1, 2, 100]) expect(await reader.wholeHome(size)).toEqual(all);
  await reader.unfollows(bob);
  await world.drain();
  for (const size of [1, 2, 100]) expect(await reader.wholeHome(size)).toEqual([own.id, toMe.id, mine, plain.id, up]);
});

test("a pull author's replies come from the store where the timeline cannot say who is followed", async () => {
  await begin(SMALL_TIERS);
  await reader.home();
  const up = await becomePullAuthor(world, alice);
  const bobs = await bob.posts("said by bob");
  const [plain] = [await alice.posts("to everybody"), await alice.replies(bobs)];
  await world.drain();
  world.advance(FEED_SECONDS);
  world.faults.timelineObject("error", { only: /check/ });
  const page = await reader.home();
  expect(page.ids).toEqual([plain.id, up]);
  expect(page.meta.degraded).toEqual(["timeline"]);
});

describe("exclude", () => {
  /** What alice did, oldest first; the reader follows bob as well. */
  async function story() {
    await begin();
    await reader.follows(bob);
    await world.drain();
    await reader.home();
    const bobs = await bob.posts("said by bob");
    const plain = await alice.posts("plain");
    const reply = await alice.replies(bobs);
    const carol = await world.register("carol");
    const carols = await carol.posts("said by carol");
    const retweet = await alice.retweets(carols);
    const own = await alice.replies(plain, "to oneself");
    const quote = await alice.quotes(carols);
    await world.drain();
    return { bobs, plain, reply, retweet, own, quote };
  }

  test("leaves replies, retweets or both out of home and of a user's tweets, in full pages", async () => {
    const { bobs, plain, reply, retweet, own, quote } = await story();
    const alices = [quote, own, retweet, reply, plain];
    const of = (...left: readonly { id: string }[]) => left.map(({ id }) => id);
    const home = `/2/users/${reader.id}/timelines/reverse_chronological`;
    const profile = `/2/users/${alice.id}/tweets`;
    for (const [exclude, left] of [
      ["", alices],
      ["replies", [quote, retweet, plain]],
      ["retweets", [quote, own, reply, plain]],
      ["replies,retweets", [quote, plain]],
    ] as const) {
      for (const size of [1, 2, 100]) {
        const query = exclude === "" ? {} : { exclude };
        expect(await reader.wholeList(home, size, query), `home without ${exclude}`).toEqual(of(...left, bobs));
        expect(await reader.wholeList(profile, size, query), `profile without ${exclude}`).toEqual(of(...left));
      }
    }
    world.faults.timelineObject("error");
    const page = await reader.home({ exclude: "replies,retweets" });
    expect(page.ids, "from the store alone").toEqual(of(quote, plain, bobs));
  });

  test("leaves replies out of mentions", async () => {
    await begin();
    const plain = await alice.posts(`Hello @${bob.username}`);
    const reply = await alice.replies(plain, `and again, @${bob.username}`);
    await world.drain();
    const path = `/2/users/${bob.id}/mentions`;
    for (const size of [1, 100]) {
      expect(await reader.wholeList(path, size)).toEqual([reply.id, plain.id]);
      expect(await reader.wholeList(path, size, { exclude: "replies" })).toEqual([plain.id]);
      expect(await reader.wholeList(path, size, { exclude: "retweets" })).toEqual([reply.id, plain.id]);
    }
  });

  test("of anything else is a 400", async () => {
    await begin();
    const home = `/2/users/${reader.id}/timelines/reverse_chronological`;
    for (const path of [home, `/2/users/${alice.id}/tweets`]) {
      expect((await reader.fetch(`${path}?exclude=likes`)).status).toBe(400);
    }
  });

  test("leaves them out of a pull author's part as well", async () => {
    await begin(SMALL_TIERS);
    await reader.home();
    const up = await becomePullAuthor(world, alice);
    const [plain, other] = [await alice.posts("plain"), await bob.posts("said by bob")];
    const [own, retweet] = [await alice.replies(plain), await alice.retweets(other)];
    await world.drain();
    world.advance(FEED_SECONDS);
    const home = `/2/users/${reader.id}/timelines/reverse_chronological`;
    for (const size of [1, 2, 100]) {
      expect(await reader.wholeList(home, size)).toEqual([retweet.id, own.id, plain.id, up]);
      expect(await reader.wholeList(home, size, { exclude: "replies" })).toEqual([retweet.id, plain.id, up]);
      expect(await reader.wholeList(home, size, { exclude: "retweets" })).toEqual([own.id, plain.id, up]);
    }
  });
});

describe("scrolling past what a timeline keeps", () => {
  const EACH = 900;

  test("keeps the rule on both sides of the seam, and follows change both", async () => {
    await begin();
    const planted = await plantTweets(world, alice, { count: EACH, from: world.now() - EACH * 1000, every: 1000 });
    const bobs = await plantTweets(world, bob, { count: 1, from: world.now() - (EACH + 1) * 1000, every: 1000 });
    // Every third is an answer to bob, every fifth to herself.
    const toBob = planted.filter((_id, index) => index % 3 === 0);
    const toSelf = planted.filter((_id, index) => index % 3 !== 0 && index % 5 === 0);
    const answer = databaseOf(world, alice.id).prepare(
      `UPDATE tweets SET reply_to_id = ?2, reply_to_user_id = ?3, conversation_id = ?2, ancestors = json_array(?2)
      WHERE id IN (SELECT value FROM json_each(?1))`,
    );
    const oldest = planted.at(-1) ?? "";
    await answer.bind(JSON.stringify(toBob), bobs[0] ?? "", bob.id.padStart(19, "0")).run();
    await answer.bind(JSON.stringify(toSelf), oldest, alice.id.padStart(19, "0")).run();
    const without = planted.filter((id) => !toBob.includes(id));
    const same = (found: readonly string[], wanted: readonly string[]) => {
      const at = wanted.findIndex((id, index) => found[index] !== id);
      expect({ length: found.length, differsAt: at }).toEqual({ length: wanted.length, differsAt: -1 });
    };
    for (const size of [100, 37]) same(await reader.wholeHome(size), without);
    const home = `/2/users/${reader.id}/timelines/reverse_chronological`;
    same(
      await reader.wholeList(home, 100, { exclude: "replies" }),
      without.filter((id) => !toSelf.includes(id)),
    );
    await reader.follows(bob);
    await world.drain();
    same(await reader.wholeHome(100), [...planted, ...bobs]);
    await reader.unfollows(bob);
    await world.drain();
    for (const size of [100, 37]) same(await reader.wholeHome(size), without);
  });
});
