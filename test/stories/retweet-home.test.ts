import { beforeEach, describe, expect, test, vi } from "vitest";
import type { ShownEntry } from "../../durable-objects/timeline-entry.ts";
import { heldBy, timelineOf } from "../support/timelines.ts";
import { newWorld, type Person, type TweetJson, type World } from "../support/world.ts";

vi.setConfig({ testTimeout: 120_000 });

interface Has {
  readonly id: string;
}

let world: World;
/** Follows ann, ben and cat; the author only where a story says so. */
let reader: Person;
let author: Person;
let ann: Person;
let ben: Person;
let cat: Person;

beforeEach(async () => {
  world = await newWorld({ vars: { ACCESS_TOKEN_SECONDS: "100000000" } });
  reader = await world.register("reader", { shard: 0 });
  author = await world.register("author", { shard: 1 });
  ann = await world.register("ann", { shard: 0 });
  ben = await world.register("ben", { shard: 1 });
  cat = await world.register("cat", { shard: 0 });
  await reader.follows(ann, ben, cat);
  await world.drain();
  await reader.home();
});

/** What a line of home is: the tweet's own id, or that of the retweet that brings it, with those who retweeted it. */
const line = (tweet: Has, ...retweeters: readonly Has[]) => ({ id: tweet.id, by: retweeters.map(({ id }) => id) });

const lineOf = (tweet: TweetJson) => ({ id: tweet.id, by: (tweet["retweeted_by"] as string[] | undefined) ?? [] });

/** The retweets that somebody's timeline object knows of the tweet on top, newest first. */
async function heldRetweets(person: Person): Promise<string[]> {
  const top = { before: "9".repeat(19), since: "0".repeat(19), count: 1 };
  const home = (await timelineOf(person).read(top)) as { entries?: ShownEntry[] };
  return (home.entries?.[0]?.retweets ?? []).map(({ id }) => id);
}

/** The same in pages of any size, and without the timeline object. */
async function homeIs(...wanted: readonly ReturnType<typeof line>[]): Promise<void> {
  expect((await reader.home({ max_results: 100 })).tweets.map(lineOf)).toEqual(wanted);
  for (const size of [1, 2])
    expect(await reader.wholeHome(size), `pages of ${size}`).toEqual(wanted.map(({ id }) => id));
  world.faults.timelineObject("error");
  const page = await reader.home({ max_results: 100 });
  world.faults.timelineObject(null);
  // The breaker must not stay open for what comes next.
  world.advance(10);
  expect(page.tweets.map(lineOf), "from the store alone").toEqual(wanted);
}

describe("a retweet reaches the retweeter's followers", () => {
  test("who do not follow its author, and says who retweeted it and what it says", async () => {
    const tweet = await author.posts("from afar");
    await world.drain();
    await homeIs();
    const retweet = await ann.retweets(tweet);
    await world.drain();
    expect(await heldBy(reader)).toEqual([retweet.id.padStart(19, "0")]);
    await homeIs(line(retweet, ann));
    expect((await reader.home()).tweets).toMatchObject([
      {
        id: retweet.id,
        author_id: ann.id,
        text: `RT @${author.username}: from afar`,
        referenced_tweets: [{ type: "retweeted", id: tweet.id }],
        retweeted_by: [ann.id],
      },
    ]);
  });

  test("also where it is the reader's own tweet, and where it is the retweeter's own", async () => {
    const [mine, anns] = [await reader.posts("by the reader"), await ann.posts("by ann")];
    const [first, second] = [await ann.retweets(mine), await ann.retweets(anns)];
    await world.drain();
    await homeIs(line(second, ann), line(first, ann));
  });

  test("and shows in one's own home at once, where one may have retweeted what nobody followed wrote", async () => {
    const tweet = await author.posts("from afar");
    const retweet = await reader.retweets(tweet);
    await homeIs(line(retweet, reader));
    await reader.undoesRetweet(tweet);
    await homeIs();
    const again = await reader.retweets(tweet);
    await world.drain();
    await homeIs(line(again, reader));
  });

  test("where it retweets a reply to somebody not followed, for it is no reply", async () => {
    const reply = await author.replies(await world.register("else").then((somebody) => somebody.posts("hm")));
    const retweet = await ann.retweets(reply);
    await world.drain();
    await homeIs(line(retweet, ann));
  });
});

describe("a tweet that three people followed retweet", () => {
  test("shows once, at the newest retweet, with all who retweeted it, newest first", async () => {
    const tweet = await author.posts("from afar");
    await ann.retweets(tweet);
    const between = await ann.posts("said between");
    await ben.retweets(tweet);
    const newest = await cat.retweets(tweet);
    const above = await ben.posts("said above");
    await world.drain();
    await homeIs(line(above), line(newest, cat, ben, ann), line(between));
  });

  test("stays while any of them still does, at the newest that is left; the last one takes it out", async () => {
    const tweet = await author.posts("from afar");
    const byAnn = await ann.retweets(tweet);
    const between = await ben.posts("said between");
    const byBen = await ben.retweets(tweet);
    const byCat = await cat.retweets(tweet);
    await world.drain();
    await homeIs(line(byCat, cat, ben, ann), line(between));
    await cat.undoesRetweet(tweet);
    await world.drain();
    world.advance(6);
    await homeIs(line(byBen, ben, ann), line(between));
    await ben.undoesRetweet(tweet);
    await world.drain();
    world.advance(6);
    await homeIs(line(between), line(byAnn, ann));
    await ann.undoesRetweet(tweet);
    await world.drain();
    world.advance(6);
    await homeIs(line(between));
  });

  test("names nobody whose retweet was undone before a follow and is pushed after it", async () => {
    const tweet = await author.posts("from afar");
    const [undone, stands] = [await ann.retweets(tweet), await ben.retweets(tweet)];
    await ann.undoesRetweet(tweet);
    await world.drain();
    const late = await world.register("late", { shard: 1 });
    await late.home();
    await late.follows(ann, ben);
    await world.drain();
    const entry = { tweetId: tweet.id, authorId: author.id, actorId: ann.id };
    await timelineOf(late).push({ entries: [{ id: undone.id.padStart(19, "0"), ...entry }] });
    expect(await heldRetweets(late), "it was never told of the undoing").toEqual([stands.id, undone.id]);
    for (let visit = 0; visit < 2; visit += 1) {
      expect((await late.home()).tweets.map(lineOf)).toEqual([line(stands, ben)]);
      expect(await heldRetweets(late), "and does not keep it").toEqual([stands.id]);
    }
  });

  test("stays with its author, whom one follows, when all retweets are undone, where it was posted", async () => {
    await reader.follows(author);
    await world.drain();
    const tweet = await author.posts("from a friend");
    const between = await ben.posts("said between");
    const byAnn = await ann.retweets(tweet);
    await world.drain();
    await homeIs(line(byAnn, ann), line(between));
    await ann.undoesRetweet(tweet);
    await world.drain();
    world.advance(6);
    await homeIs(line(between), line(tweet));
  });

  test("stays with those still followed when others are unfollowed, its author among them, and comes back by a follow", async () => {
    await reader.follows(author);
    await world.drain();
    const tweet = await author.posts("from a friend");
    const byAnn = await ann.retweets(tweet);
    const byBen = await ben.retweets(tweet);
    await world.drain();
    await homeIs(line(byBen, ben, ann));
    await reader.unfollows(ben, author);
    await world.drain();
    await homeIs(line(byAnn, ann));
    await reader.unfollows(ann);
    await world.drain();
    await homeIs();
    await reader.follows(author);
    await world.drain();
    await homeIs(line(tweet));
    await reader.follows(ben);
    await world.drain();
    await homeIs(line(byBen, ben));
  });

  test("is gone from all of them when it is deleted, told or not, and from a timeline that is rebuilt", async () => {
    const tweet = await author.posts("soon gone");
    for (const person of [ann, ben, cat]) await person.retweets(tweet);
    const kept = await ann.posts("kept");
    await world.drain();
    await author.deletes(tweet);
    world.advance(6);
    await homeIs(line(kept));
    await world.drain();
    await homeIs(line(kept));
    const late = await world.register("late");
    await late.follows(ann, ben);
    await world.drain();
    expect(await late.wholeHome(1)).toEqual([kept.id]);
  });

  test("hides with its author's protection from all but that author's followers, and comes back when it ends", async () => {
    const tweet = await author.posts("open for now");
    const byAnn = await ann.retweets(tweet);
    const friend = await world.register("friend");
    await friend.follows(author, ann);
    await world.drain();
    const protect = async (on: boolean) => {
      await author.asks("/2/users/me", { method: "PATCH", json: { protected: on } });
      await world.drain();
      world.advance(6);
    };
    await protect(true);
    await homeIs();
    expect(await friend.wholeHome(1)).toEqual([byAnn.id]);
    await protect(false);
    await homeIs(line(byAnn, ann));
  });

  test("is gone with the retweeters' other tweets where one is muted, and comes back with them", async () => {
    const tweet = await author.posts("from afar");
    const byAnn = await ann.retweets(tweet);
    const byBen = await ben.retweets(tweet);
    await world.drain();
    await homeIs(line(byBen, ben, ann));
    await reader.asks(`/2/users/${reader.id}/muting`, { json: { target_user_id: ben.id } });
    await homeIs(line(byAnn, ann));
    await reader.asks(`/2/users/${reader.id}/muting`, { json: { target_user_id: author.id } });
    await homeIs();
    await reader.asks(`/2/users/${reader.id}/muting/${author.id}`, { method: "DELETE" });
    await reader.asks(`/2/users/${reader.id}/muting/${ben.id}`, { method: "DELETE" });
    await homeIs(line(byBen, ben, ann));
  });

  test("is built the same from the store as it was pushed", async () => {
    await reader.follows(author);
    await world.drain();
    const [tweet, other] = [await author.posts("one"), await author.posts("two")];
    for (const person of [ann, ben, cat]) await person.retweets(tweet);
    await ben.retweets(other);
    await ann.undoesRetweet(tweet);
    await world.drain();
    world.advance(6);
    const pushed = await reader.home();
    const late = await world.register("late");
    await late.follows(ann, ben, cat, author);
    await world.drain();
    expect((await late.home()).tweets.map(lineOf)).toEqual(pushed.tweets.map(lineOf));
    expect(pushed.tweets).toHaveLength(2);
  });
});

describe("pages of home", () => {
  test("hold a tweet once over a whole scroll, whoever retweets it again meanwhile", async () => {
    await reader.follows(author);
    await world.drain();
    const tweets: TweetJson[] = [];
    for (let index = 0; index < 12; index += 1) tweets.push(await author.posts(`tweet ${index}`));
    for (const [index, tweet] of tweets.entries()) if (index % 2 === 0) await ann.retweets(tweet);
    for (const [index, tweet] of tweets.entries()) if (index % 3 === 0) await ben.retweets(tweet);
    await world.drain();
    const originalOf = (tweet: TweetJson): string =>
      (tweet["referenced_tweets"] as { id: string }[] | undefined)?.[0]?.id ?? tweet.id;
    for (const size of [1, 3, 5, 100]) {
      const seen: string[] = [];
      let token: string | undefined;
      do {
        const page = await reader.home({ max_results: size, pagination_token: token });
        if (page.meta.next_token !== undefined) expect(page.tweets).toHaveLength(size);
        seen.push(...page.tweets.map(originalOf));
        token = page.meta.next_token;
      } while (token !== undefined);
      expect(seen.toSorted(), `pages of ${size}`).toEqual(tweets.map(({ id }) => id).toSorted());
    }
  });

  test("name ten retweeters at most, and bring them along where authors are asked for", async () => {
    const tweet = await author.posts("beloved");
    const fans: Person[] = [];
    for (let index = 0; index < 12; index += 1) fans.unshift(await world.register("fan"));
    await reader.follows(...fans);
    await world.drain();
    for (const fan of fans.toReversed()) await fan.retweets(tweet);
    await world.drain();
    const answer = await reader.asks<{ data: TweetJson[]; includes: { users: Has[] } }>(
      `/2/users/${reader.id}/timelines/reverse_chronological?expansions=author_id`,
    );
    const ten = fans.slice(0, 10).map(({ id }) => id);
    expect(answer.data.map(lineOf)).toMatchObject([{ by: ten }]);
    expect(answer.includes.users.map(({ id }) => id).toSorted()).toEqual(ten.toSorted());
  });
});
