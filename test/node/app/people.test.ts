/** People: their pages, how they stand to one another, their lists, and what they set. */
import { describe, expect, test } from "vitest";
import { held } from "./support/held.ts";
import { PASSWORD, useStage, type Person } from "./support/stage.ts";
import type { Visit } from "./support/visit.ts";
import { FAILED } from "./support/watch.ts";

const stage = useStage();

const textsOf = (at: Visit) => at.cards().locator("p.text").allInnerTexts();
/** The page about somebody shows their name in its heading. */
const isAbout = (at: Visit, { name }: Person) => at.page.locator("#page h1", { hasText: name }).waitFor();
const personIn = (at: Visit, { username }: Person) =>
  at.page.locator(".person", { has: at.page.getByText(`@${username}`, { exact: true }) });

describe("a profile", () => {
  test("has tweets, replies, likes and lists, each under its own address", async () => {
    const { alice, bob } = await stage().people("alice", "bob");
    const own = await stage().post(alice, "A tweet of hers");
    const other = await stage().post(bob, "A tweet of his");
    await stage().post(alice, "An answer of hers", { reply: { in_reply_to_tweet_id: other } });
    await stage().api.like(alice, other);
    await stage().api.list(alice, "Birds", [bob], "birds");
    await stage().drained();
    const at = await stage().open({ as: bob, at: `/${alice.username}` });
    await at.cardOf("A tweet of hers").waitFor();
    expect(await textsOf(at)).toEqual(["A tweet of hers"]);
    expect(await at.page.locator(".page-title p").innerText()).toBe("2 tweets");
    const tabs = at.page.locator(".tabs");
    for (const [tab, address, texts] of [
      ["Replies", "with_replies", ["An answer of hers", "A tweet of hers"]],
      ["Likes", "likes", ["A tweet of his"]],
    ] as const) {
      await tabs.getByRole("link", { name: tab }).click();
      await at.page.waitForURL(`**/${alice.username}/${address}`);
      await expect.poll(() => textsOf(at)).toEqual(texts);
    }
    await tabs.getByRole("link", { name: "Lists" }).click();
    await at.page.locator(".list-row", { hasText: "Birds" }).waitFor();
    await tabs.getByRole("link", { name: "Tweets" }).click();
    await at.cardOf("A tweet of hers").click();
    await at.page.waitForURL(`**/status/${own}`);
  });

  test("is edited: name, bio, place and link change for everybody, what is wrong is said", async () => {
    const { alice, bob } = await stage().people("alice", "bob");
    const at = await stage().open({ as: alice, at: `/${alice.username}` });
    await at.page.getByRole("link", { name: "Edit profile" }).click();
    await at.page.getByLabel("Name").fill("Alice B. 🐦");
    await at.page.getByLabel("Bio").fill("Waders and #dunlin, with @" + bob.username);
    await at.page.getByLabel("Location").fill("The shore");
    await at.page.getByLabel("Link").fill("example.org/alice");
    await at.button("Save").click();
    await at.toast("Your profile is saved.").waitFor();
    const other = await stage().open({ at: `/${alice.username}` });
    for (const visit of [at, other]) {
      const about = visit.page.locator(".profile");
      await about.getByText("Alice B. 🐦").waitFor();
      await about.getByText("The shore").waitFor();
      await about.locator(".bio a", { hasText: `@${bob.username}` }).waitFor();
      expect(await about.getByRole("link", { name: "example.org/alice" }).getAttribute("href")).toBe(
        "https://example.org/alice",
      );
    }
    await at.go("/settings/profile");
    await at.page.getByLabel("Bio").fill("x".repeat(161));
    await at.page.getByText("161 of 160").waitFor();
    await at.button("Save").click();
    expect(new URL(at.page.url()).pathname).toBe("/settings/profile");
  });

  test("is followed and left, at once, with the count; followers and following list who", async () => {
    const { alice, bob } = await stage().people("alice", "bob");
    const at = await stage().open({ as: bob, at: `/${alice.username}` });
    const answer = await held(at.page, "**/2/users/*/following");
    const follow = at.page.locator(".profile-acts .button");
    await follow.click();
    await expect.poll(() => follow.innerText()).toContain("Following");
    await at.page.getByRole("link", { name: "1 Follower" }).waitFor();
    expect(answer.waiting()).toBe(1);
    await answer.letGo();
    await stage().drained();
    await at.page.getByRole("link", { name: "1 Follower" }).click();
    await personIn(at, bob).waitFor();
    await at.go(`/${bob.username}/following`);
    await personIn(at, alice).waitFor();
    await personIn(at, alice).getByRole("button").click();
    await expect.poll(() => personIn(at, alice).getByRole("button").innerText()).toMatch(/^Follow\b(?!ing)/);
  });

  test("a follow that is refused is undone, with a message", async () => {
    const { alice, bob } = await stage().people("alice", "bob");
    const at = await stage().open({ as: bob, at: `/${alice.username}` });
    at.watch.expect(FAILED.status(503));
    await at.page.route("**/2/users/*/following", (route) =>
      route.fulfill({ status: 503, json: { detail: "Not now." } }),
    );
    await at.page.locator(".profile-acts .button").click();
    await at.toast("Not now.").waitFor();
    expect(await at.page.locator(".profile-acts .button").innerText()).toMatch(/^Follow\b(?!ing)/);
  });
});

test("a protected account is asked, approves on its own page, and then shows its tweets", async () => {
  const { alice, bob } = await stage().people("alice", "bob");
  await stage().post(alice, "Behind the hedge");
  const hers = await stage().open({ as: alice, at: "/settings/privacy" });
  await hers.page.getByLabel("Protect my tweets").check();
  await hers.toast("Only your followers see your tweets.").waitFor();

  const his = await stage().open({ as: bob });
  his.watch.expect(FAILED.status(404));
  await his.goto(`/${alice.username}`);
  await his.page.getByText("These tweets are protected").waitFor();
  const follow = his.page.locator(".profile-acts .button");
  await follow.click();
  await expect.poll(() => follow.innerText()).toContain("Requested");
  expect(await his.page.getByText("Behind the hedge").count()).toBe(0);

  await hers.page.getByRole("link", { name: "Follow requests" }).click();
  await hers.button(`Approve @${bob.username}`).click();
  await hers.page.getByText("Follows you now").waitFor();
  await stage().drained();
  await his.page.reload();
  await his.cardOf("Behind the hedge").waitFor();
  await his.goto("/home");
  await his.cardOf("Behind the hedge").waitFor();
});

describe("who is not to be seen", () => {
  test.each(["Block", "Mute"] as const)("%s: their tweets leave home at once and stay away", async (what) => {
    const { alice, bob, carol, dan } = await stage().people("alice", "bob", "carol", "dan");
    const retweet = (by: Person, tweetId: string) =>
      stage().api.call(`/2/users/${by.id}/retweets`, { token: by.token, json: { tweet_id: tweetId } });
    for (const author of [alice, carol]) {
      await stage().api.follow(bob, author.id);
      await stage().post(author, `Written by ${author.name}`);
    }
    // By her of somebody else, and by somebody else of hers.
    await retweet(alice, await stage().post(dan, "Written by Dan"));
    await retweet(carol, await stage().post(alice, "Retweeted by Carol"));
    await stage().drained();
    const at = await stage().open({ as: bob });
    expect(await textsOf(at)).toHaveLength(4);
    await at.choose(at.cardOf("Written by Alice"), "More", `${what} @${alice.username}`);
    if (what === "Block") await at.button("Block", at.dialog()).click();
    await at.toast(`You ${what.toLowerCase()} @${alice.username}`).waitFor();
    expect(await textsOf(at)).toEqual(["Written by Carol"]);
    await stage().drained();
    await at.page.reload();
    await at.cardOf("Written by Carol").waitFor();
    expect(await textsOf(at)).toEqual(["Written by Carol"]);

    await at.go(what === "Block" ? "/settings/blocked" : "/settings/muted");
    await personIn(at, alice).getByRole("button").click();
    await expect.poll(() => personIn(at, alice).getByRole("button").innerText()).toMatch(new RegExp(`^${what}\\b`));
    await at.go(`/${alice.username}`);
    await at.cardOf("Written by Alice").waitFor();
  });

  test("who is blocked sees that, and nothing else", async () => {
    const { alice, bob } = await stage().people("alice", "bob");
    await stage().post(alice, "Not for bob");
    await stage().api.call(`/2/users/${alice.id}/blocking`, { token: alice.token, json: { target_user_id: bob.id } });
    const at = await stage().open({ as: bob, at: `/${alice.username}` });
    await at.page.getByText("blocks you").waitFor();
    expect(await at.page.getByText("Not for bob").count()).toBe(0);
    expect(await at.page.getByRole("button", { name: /Follow/ }).count()).toBe(0);
  });

  test("muted words take tweets out of home, until they are unmuted", async () => {
    const { alice, bob } = await stage().people("alice", "bob");
    await stage().api.follow(bob, alice.id);
    await stage().post(alice, "All about football");
    await stage().post(alice, "All about birds");
    await stage().drained();
    const at = await stage().open({ as: bob, at: "/settings/words" });
    await at.page.getByText("You mute no words.").waitFor();
    await at.page.getByLabel("Word or phrase").fill("Football");
    await at.button("Mute").click();
    await at.page.getByRole("list", { name: "Muted words" }).getByText("football").waitFor();
    await stage().drained();
    await at.goto("/home");
    await at.cardOf("All about birds").waitFor();
    expect(await textsOf(at)).toEqual(["All about birds"]);
    await at.go("/settings/words");
    await at.button("Unmute football").click();
    await at.page.getByText("You mute no words.").waitFor();
    await stage().drained();
    await at.goto("/home");
    await at.cardOf("All about football").waitFor();
  });
});

describe("a list", () => {
  test("is made, filled, read, changed and deleted", async () => {
    const { alice, bob } = await stage().people("alice", "bob");
    await stage().post(alice, "From a member");
    const at = await stage().open({ as: bob, at: "/lists" });
    await at.button("New list").click();
    await at.page.getByLabel("Name").fill("Waders");
    await at.page.getByLabel("Private").check();
    await at.button("Create", at.dialog()).click();
    await at.dialog().waitFor({ state: "detached" });
    await at.page.locator(".list-row", { hasText: "Waders" }).getByRole("link").click();
    await at.page.getByText("Nothing here yet").waitFor();
    const address = new URL(at.page.url()).pathname;
    await at.page.getByRole("link", { name: "Add people" }).click();
    await at.page.getByLabel("Username").fill(`@${alice.username}`);
    await at.button("Add", at.page.getByRole("form", { name: "Add somebody" })).click();
    await personIn(at, alice).waitFor();
    await stage().drained();
    // To a navigation, which carries no token, a private list does not exist.
    at.watch.expect(FAILED.status(404, address));
    await at.goto(address);
    await at.cardOf("From a member").waitFor();
    await at.page.getByRole("link", { name: "1 Member" }).waitFor();

    const stranger = await stage().openBlank();
    stranger.watch.expect(FAILED.status(404));
    await stranger.goto(address);
    await stranger.page.getByText("This list is not available").waitFor();

    await at.button("Edit").click();
    await at.dialog().getByLabel("Name").fill("Waders and more");
    await at.button("Save", at.dialog()).click();
    await at.page.locator("#page h1", { hasText: "Waders and more" }).waitFor();
    await at.button("Delete").click();
    await at.button("Delete", at.dialog()).click();
    await at.page.getByText("You have made no lists yet.").waitFor();
    expect(new URL(at.page.url()).pathname).toBe("/lists");
  });

  test("takes somebody in from their page", async () => {
    const { alice, bob } = await stage().people("alice", "bob");
    await stage().api.list(bob, "Friends", [], "friends");
    const at = await stage().open({ as: bob, at: `/${alice.username}` });
    await at.button(`More about @${alice.username}`).click();
    await at.page.getByRole("menuitem", { name: /to a list/ }).click();
    await at.page.locator("label", { hasText: "Friends" }).click();
    await expect.poll(() => at.page.getByLabel("Friends").isChecked()).toBe(true);
    await at.page.getByText("1 member").waitFor();
    await at.button("Back").click();
    await isAbout(at, alice);
  });
});

describe("settings", () => {
  test("the chosen colours stay over a reload, from the first paint on", async () => {
    const { alice } = await stage().people("alice");
    const at = await stage().open({ as: alice, at: "/settings/appearance", colorScheme: "light" });
    const background = () => at.page.evaluate("getComputedStyle(document.body).backgroundColor");
    const light = await background();
    await at.page.getByLabel("Dark").check();
    const dark = await background();
    expect(dark).not.toBe(light);
    await at.page.reload({ waitUntil: "commit" });
    await at.page.locator("body").waitFor({ state: "attached" });
    expect(await at.page.evaluate("document.documentElement.dataset.theme")).toBe("dark");
    await at.heading().waitFor();
    expect(await background()).toBe(dark);
    expect(await at.page.getByLabel("Dark").isChecked()).toBe(true);
    await at.page.getByLabel("As the system has it").check();
    expect(await background()).toBe(light);
  });

  test("deleting the account needs the password, ends the session, and the page is gone", async () => {
    const { alice } = await stage().people("alice");
    await stage().post(alice, "Last words");
    const at = await stage().open({ as: alice, at: "/settings/account" });
    at.watch.expect(FAILED.status(401), FAILED.status(403), FAILED.status(404), /WebSocket/);
    await at.page.getByLabel("Password").fill("a wrong one");
    await at.button("Delete my account").click();
    await at.page.getByRole("alert").waitFor();
    expect(await at.page.getByRole("alert").innerText()).toMatch(/password/i);
    await at.page.getByLabel("Password").fill(PASSWORD);
    await at.button("Delete my account").click();
    await at.page.locator(".welcome").waitFor();
    expect(await at.context.cookies()).toEqual([]);
    await at.goto(`/${alice.username}`);
    await at.page.getByText("This account does not exist").waitFor();
    await at.goto("/login");
    await at.page.getByLabel("Username").fill(alice.username);
    await at.page.getByLabel("Password").fill(PASSWORD);
    await at.page.keyboard.press("Enter");
    await at.page.getByRole("alert").waitFor();
  });
});
