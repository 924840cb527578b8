/** What comes by itself: two browsers side by side. */
import { describe, expect, test } from "vitest";
import { PASSWORD, useStage, type OpenOptions, type Person } from "./support/stage.ts";
import type { Visit } from "./support/visit.ts";
import { FAILED } from "./support/watch.ts";

const FOLLOWERS_OF_A_STAR = 5;

const stage = useStage({
  vars: {
    // A star's tweets are pulled, not pushed; nothing that is remembered of them is remembered for long.
    FANOUT_PULL_MIN: String(FOLLOWERS_OF_A_STAR),
    PULL_OVERLAP_SECONDS: "0",
    PULL_LIST_CACHE_SECONDS: "0",
    FEED_CACHE_SECONDS: "0",
    LIVE_PULL_POLL_SECONDS: "1",
  },
});

const textsOf = (at: Visit) => at.cards().locator("p.text").allInnerTexts();

const socketsOf = (at: Visit) => at.watch.addresses.filter((address) => address.endsWith("/live")).length;

/** The page listens: whenever its socket stands it reads what is new. */
async function listens(at: Visit): Promise<void> {
  await expect.poll(() => at.watch.addresses.some((address) => address.includes("since_id="))).toBe(true);
  expect(socketsOf(at)).toBe(1);
}

/** Reader's home with tweets of everybody they follow, and the page listening. */
async function readsHome(reader: Person, authors: readonly Person[], options: OpenOptions = {}): Promise<Visit> {
  for (const author of authors) await stage().api.follow(reader, author.id);
  for (let count = 1; count <= 8; count += 1) await stage().post(authors[0] ?? reader, `Old ${count}`);
  await stage().drained();
  const at = await stage().open({ ...options, as: reader });
  await at.cardOf("Old 8").waitFor();
  await listens(at);
  return at;
}

const says = (at: Visit, words: string) =>
  expect.poll(() => at.pill().allInnerTexts(), { timeout: 15_000 }).toEqual([words]);

describe("two browsers side by side", () => {
  test("alice posts, bob's pill counts and nothing jumps; he sees them and likes, alice's count moves; she deletes", async () => {
    const { alice, bob } = await stage().people("alice", "bob");
    const his = await readsHome(bob, [alice]);
    const hers = await stage().openBlank();
    await hers.page.clock.install();
    await hers.signIn(alice.username, PASSWORD);

    await his.page.evaluate("scrollTo(0, 150)");
    const seen = his.cardOf("Old 6");
    const top = await his.topOf(seen);
    await hers.post("News");
    await says(his, "1 new tweet");
    await expect.poll(() => his.page.title()).toMatch(/^\(1\) Home/);
    await hers.post("More news");
    await says(his, "2 new tweets");
    expect(await his.topOf(seen)).toBeCloseTo(top, 0);
    expect(await his.page.getByText("News").count()).toBe(0);

    await his.pill().click();
    await his.cardOf("More news").waitFor();
    expect((await textsOf(his)).slice(0, 3)).toEqual(["More news", "News", "Old 8"]);
    expect(await his.pill().count()).toBe(0);

    const card = hers.cardOf("More news");
    await his.button("Like", his.cardOf("More news")).click();
    await stage().drained();
    // A few seconds on, as her browser has it.
    await hers.page.clock.fastForward(20_000);
    await expect.poll(() => hers.countOn(card, "Like")).toBe("1");

    await hers.choose(card, "More", "Delete");
    await hers.button("Delete", hers.dialog()).click();
    await his.cardOf("More news").waitFor({ state: "detached" });
    expect((await textsOf(his)).slice(0, 2)).toEqual(["News", "Old 8"]);
  });

  test("at the very top nothing moves either, and one's own tweets from elsewhere need no pill", async () => {
    const { alice, bob } = await stage().people("alice", "bob");
    const his = await readsHome(bob, [alice]);
    const top = await his.topOf(his.cardOf("Old 8"));
    await stage().post(alice, "News");
    await says(his, "1 new tweet");
    expect(await his.topOf(his.cardOf("Old 8"))).toBe(top);
    await stage().post(bob, "Written on the phone");
    await his.cardOf("Written on the phone").waitFor();
    await says(his, "1 new tweet");
    await his.page.keyboard.press(".");
    await his.cardOf("News").waitFor();
    expect((await textsOf(his)).slice(0, 3)).toEqual(["News", "Written on the phone", "Old 8"]);
  });

  test("a tweet that is deleted before bob looks is not counted any more", async () => {
    const { alice, bob } = await stage().people("alice", "bob");
    const his = await readsHome(bob, [alice]);
    const slip = await stage().post(alice, "A slip");
    await stage().post(alice, "No slip");
    await says(his, "2 new tweets");
    await stage().api.call(`/2/tweets/${slip}`, { method: "DELETE", token: alice.token });
    await says(his, "1 new tweet");
    await his.pill().click();
    await his.cardOf("No slip").waitFor();
    expect((await textsOf(his)).slice(0, 2)).toEqual(["No slip", "Old 8"]);
  });
});

describe("what bob may not or will not see", () => {
  const change = (path: string, actor: Person, json: object, method = "POST") =>
    stage().api.call(path, { method, token: actor.token, json });

  test("never makes the pill count: of who is blocked, muted, left, or protected and has not approved him", async () => {
    const { zoe, blocked, muted, left, hidden, bob } = await stage().people(
      ...(["zoe", "blocked", "muted", "left", "hidden", "bob"] as const),
    );
    const his = await readsHome(bob, [zoe, blocked, muted, left, hidden]);
    await change(`/2/users/${bob.id}/blocking`, bob, { target_user_id: blocked.id });
    await change(`/2/users/${bob.id}/muting`, bob, { target_user_id: muted.id });
    await change(`/2/users/${bob.id}/following/${left.id}`, bob, {}, "DELETE");
    await change("/2/users/me", hidden, { protected: true }, "PATCH");
    await change(`/2/users/${hidden.id}/blocking`, hidden, { target_user_id: bob.id });
    await change(`/2/users/${hidden.id}/blocking/${bob.id}`, hidden, {}, "DELETE");
    await stage().drained();
    for (const author of [blocked, muted, left, hidden]) {
      const id = await stage().post(author, `From ${author.name}`);
      // Neither does it by somebody else's hand.
      if (author !== hidden && author !== left) await stage().api.retweet(zoe, id);
    }
    await stage().drained();
    await stage().post(zoe, "From zoe herself");
    await says(his, "1 new tweet");
    await his.pill().click();
    await his.cardOf("From zoe herself").waitFor();
    expect((await textsOf(his)).slice(0, 2)).toEqual(["From zoe herself", "Old 8"]);
  });

  test("leaves the pill again, where it was counted before he blocked the author on his phone", async () => {
    const { alice, carol, bob } = await stage().people("alice", "carol", "bob");
    const his = await readsHome(bob, [alice, carol]);
    await stage().post(alice, "Stays");
    await stage().post(carol, "Goes");
    await says(his, "2 new tweets");
    await change(`/2/users/${bob.id}/blocking`, bob, { target_user_id: carol.id });
    await says(his, "1 new tweet");
    await his.pill().click();
    await his.cardOf("Stays").waitFor();
    expect((await textsOf(his)).slice(0, 2)).toEqual(["Stays", "Old 8"]);
  });
});

describe("a connection that breaks", () => {
  test("and is back a moment later tells of what came meanwhile and of what comes then", async () => {
    const { alice, bob } = await stage().people("alice", "bob");
    const cable = await stage().cable();
    const his = await readsHome(bob, [alice], { through: cable.url });
    his.watch.expect(FAILED.offline, /WebSocket/);
    cable.cut();
    await stage().post(alice, "Nobody listened");
    await stage().drained();
    cable.mend();
    await says(his, "1 new tweet");
    await expect.poll(() => socketsOf(his)).toBeGreaterThanOrEqual(2);
    await stage().post(alice, "Somebody listens");
    await says(his, "2 new tweets");
  });

  test("and stays so for a while: nothing is missed, not what came meanwhile, nor what comes after", async () => {
    const { alice, bob } = await stage().people("alice", "bob");
    const cable = await stage().cable();
    const his = await readsHome(bob, [alice], { through: cable.url });
    his.watch.expect(FAILED.offline, /WebSocket/);
    // The browser's word that it is offline leaves open sockets open.
    await his.context.setOffline(true);
    cable.cut();
    await stage().post(alice, "Missed 1");
    await stage().post(alice, "Missed 2");
    await stage().drained();
    expect(await his.pill().count()).toBe(0);
    cable.mend();
    await his.context.setOffline(false);
    await says(his, "2 new tweets");
    await stage().post(alice, "Heard");
    await says(his, "3 new tweets");
    await his.pill().click();
    await his.cardOf("Heard").waitFor();
    expect((await textsOf(his)).slice(0, 4)).toEqual(["Heard", "Missed 2", "Missed 1", "Old 8"]);
  });

  test("or a read that fails after a hint: it is read again a little later", async () => {
    const { alice, bob } = await stage().people("alice", "bob");
    const his = await readsHome(bob, [alice]);
    his.watch.expect(FAILED.status(503));
    let refused = 0;
    await his.page.route("**/timelines/reverse_chronological**", (route) => {
      refused += 1;
      return refused === 1 ? route.fulfill({ status: 503, json: { detail: "Too much." } }) : route.continue();
    });
    await his.page.clock.install();
    await stage().post(alice, "Read at the second try");
    await expect.poll(() => refused).toBe(1);
    await expect
      .poll(async () => {
        await his.page.clock.fastForward(6000);
        return his.pill().allInnerTexts();
      })
      .toEqual(["1 new tweet"]);
    expect(refused).toBe(2);
  });

  test("or a hint while older tweets are on their way: it is not lost", async () => {
    const { alice, bob } = await stage().people("alice", "bob");
    for (let count = 1; count <= 80; count += 1) await stage().post(alice, `Older ${count}`);
    const his = await readsHome(bob, [alice]);
    let letGo: (() => void) | undefined;
    const older = new Promise<void>((resolve) => (letGo = resolve));
    const asked = his.page.waitForRequest(/pagination_token/);
    await his.page.route(/pagination_token/, async (route) => {
      await older;
      await route.continue();
    });
    await his.scrollToEnd();
    await asked;
    const { frames } = his.watch;
    await stage().post(alice, "Meanwhile");
    await expect.poll(() => his.watch.frames).toBeGreaterThan(frames);
    letGo?.();
    await says(his, "1 new tweet");
  });
});

test("a star's tweets, which are pushed to nobody, reach the pill by themselves", async () => {
  const { star, bob, ...others } = await stage().people("star", "bob", "fan1", "fan2", "fan3", "fan4");
  for (const fan of Object.values(others)) await stage().api.follow(fan, star.id);
  const his = await readsHome(bob, [star]);
  await stage().drained();
  await stage().post(star, "Becomes a star");
  await stage().drained();
  await stage().runtime.cron();
  await stage().post(star, "To all of you");
  await stage().drained();
  await expect.poll(async () => tierOf(star), { timeout: 15_000 }).toBe("pull");
  await says(his, "2 new tweets");
  await his.pill().click();
  await his.cardOf("To all of you").waitFor();
});

/** How the newest tweet of somebody goes out. */
async function tierOf(author: Person): Promise<unknown> {
  const { runtime } = stage();
  const shards = Array.from({ length: runtime.shardCount }, (_, shard) =>
    runtime.sql(shard, "SELECT tier FROM tweets WHERE author_id = ? ORDER BY id DESC LIMIT 1", [author.id]),
  );
  return (await Promise.all(shards)).flat()[0]?.["tier"];
}
