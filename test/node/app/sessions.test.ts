import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { PASSWORD, useStage } from "./support/stage.ts";
import type { Visit } from "./support/visit.ts";
import { FAILED } from "./support/watch.ts";

const stage = useStage();

/** Everything that a script of the page could read. */
const ALL_IT_CAN_READ = `(async () => JSON.stringify({
  local: { ...localStorage },
  session: { ...sessionStorage },
  cookie: document.cookie,
  databases: await indexedDB.databases(),
  caches: await caches.keys(),
  history: history.state,
  name: window.name,
  document: document.documentElement.outerHTML,
}))()`;

async function fillIn(page: Page, fields: Readonly<Record<string, string>>): Promise<void> {
  for (const [label, value] of Object.entries(fields)) await page.getByLabel(label, { exact: true }).fill(value);
}

async function logOut(at: Visit): Promise<void> {
  await at.go("/settings/account");
  await at.button("Log out").click();
  await at.page.getByRole("heading", { name: "Short messages, as they happen" }).waitFor();
}

/** The access tokens that the browser was given, as they come. */
function tokensGiven(page: Page): { readonly access: string[]; readonly bodies: string[] } {
  const given = { access: [] as string[], bodies: [] as string[] };
  page.on("response", (response) => {
    if (!new URL(response.url()).pathname.startsWith("/2/auth/")) return;
    void response.text().then((text) => {
      given.bodies.push(text);
      const { data } = JSON.parse(text) as { data?: { access_token?: string } };
      if (data?.access_token !== undefined) given.access.push(data.access_token);
    });
  });
  return given;
}

describe("somebody new", () => {
  test("signs up, is still signed in after a reload, logs out, and logs in again", async () => {
    const at = await stage().open();
    const username = stage().newUsername("newcomer");
    await at.page.locator(".welcome").getByRole("link", { name: "Sign up" }).click();
    await fillIn(at.page, { Name: "Ann New", Username: username, Password: PASSWORD });
    await at.button("Sign up", at.page.getByRole("form")).click();
    await at.page.getByText("Nothing here yet").waitFor();
    expect(new URL(at.page.url()).pathname).toBe("/home");
    await at.page.getByRole("link", { name: `@${username}` }).waitFor();

    await at.page.reload();
    await at.page.getByText("Nothing here yet").waitFor();

    await logOut(at);
    expect(await at.context.cookies()).toEqual([]);
    await at.page.reload();
    await at.page.locator(".welcome").waitFor();
    await at.signIn(username, PASSWORD);
    await at.page.getByText("Ann New").waitFor();
  });

  test("hears why a name cannot be had, and keeps what was typed", async () => {
    const { taken } = await stage().people("taken");
    const at = await stage().open({ at: "/signup" });
    at.watch.expect(FAILED.status(409, "/2/auth/register"));
    await fillIn(at.page, { Name: "Second", Username: taken.username, Password: PASSWORD });
    await at.button("Sign up", at.page.getByRole("form")).click();
    await at.page.getByRole("alert").waitFor();
    expect(await at.page.getByRole("alert").innerText()).toMatch(/taken/i);
    expect(await at.page.getByLabel("Username").inputValue()).toBe(taken.username);
    expect(await at.page.getByLabel("Name", { exact: true }).inputValue()).toBe("Second");
  });
});

describe("somebody with an account", () => {
  test("hears that the password is wrong, and keeps the name typed", async () => {
    const { alice } = await stage().people("alice");
    const at = await stage().open({ at: "/login" });
    at.watch.expect(FAILED.status(401, "/2/auth/login"));
    await fillIn(at.page, { Username: alice.username, Password: "not her password" });
    await at.button("Log in", at.page.getByRole("form")).click();
    await at.page.getByRole("alert").waitFor();
    expect(await at.page.getByRole("alert").innerText()).toMatch(/password/i);
    expect(await at.page.getByLabel("Username").inputValue()).toBe(alice.username);
    // And the second try works from there.
    await at.page.getByLabel("Password").fill(PASSWORD);
    await at.page.keyboard.press("Enter");
    await at.page.waitForURL("**/home");
  });

  test("has no token where a script, an address or a log could hold it", async () => {
    const { alice } = await stage().people("alice");
    const at = await stage().openBlank();
    const given = tokensGiven(at.page);
    await at.signIn(alice.username, PASSWORD);
    await at.post("Something said");
    const socket = () => at.watch.addresses.find((address) => address.startsWith("ws"));
    await expect.poll(socket).toBe(`${stage().url.replace("http", "ws")}/2/users/${alice.id}/live`);
    await at.page.reload();
    await at.cardOf("Something said").waitFor();
    await expect.poll(() => given.access.length).toBe(2);

    const cookies = await at.context.cookies();
    expect(cookies).toMatchObject([{ name: "refresh_token", httpOnly: true, sameSite: "Strict" }]);
    const secrets = [...given.access, ...cookies.map(({ value }) => value)];
    expect(secrets.every((secret) => secret.length > 20)).toBe(true);
    const readable = (await at.page.evaluate(ALL_IT_CAN_READ)) as string;
    expect(JSON.parse(readable)).toMatchObject({ cookie: "", databases: [], caches: [] });
    for (const place of [readable, ...at.watch.addresses]) {
      for (const secret of secrets) expect(place).not.toContain(secret);
      expect(place).not.toMatch(/refresh_token|access_token|eyJ/);
    }
    for (const body of given.bodies) expect(body).not.toContain("refresh_token");
  });

  test("in two tabs that start at once is signed in in both; logging out in one signs the other out", async () => {
    const { alice } = await stage().people("alice");
    const at = await stage().open({ as: alice });
    const other = await at.context.newPage();
    await Promise.all([at.page.reload(), other.goto("/home")]);
    for (const page of [at.page, other]) await page.getByText("Nothing here yet").waitFor();
    await logOut(at);
    await other.locator(".welcome").waitFor();
  });

  test("who is sent to log in comes to where they were going, and nowhere else", async () => {
    const { alice } = await stage().people("alice");
    const at = await stage().open({ at: "/i/bookmarks" });
    await at.page.waitForURL("**/login?next=%2Fi%2Fbookmarks");
    await fillIn(at.page, { Username: alice.username, Password: PASSWORD });
    await at.page.keyboard.press("Enter");
    await at.page.getByRole("heading", { name: "Bookmarks" }).waitFor();
    await logOut(at);

    await at.goto("/login?next=//elsewhere.example/");
    await fillIn(at.page, { Username: alice.username, Password: PASSWORD });
    await at.page.keyboard.press("Enter");
    await at.page.waitForURL(`${stage().url}/home`);
  });

  test("whose session ended elsewhere is signed out, and told nothing that is not theirs any more", async () => {
    const { alice } = await stage().people("alice");
    const at = await stage().open({ as: alice });
    await at.post("Before the end");
    await stage().api.call("/2/users/me", { method: "DELETE", token: alice.token, json: { password: PASSWORD } });
    at.watch.expect(FAILED.status(401), /WebSocket/);
    await at.page.reload();
    await at.page.locator(".welcome").waitFor();
    expect(await at.cards().count()).toBe(0);
    expect(await at.page.evaluate("localStorage.getItem('dunlin.viewer')")).toBe(null);
  });
});

describe("without a network", () => {
  test("the page shows what there is and says so; it comes back by itself, with what came meanwhile", async () => {
    const { alice, bob } = await stage().people("alice", "bob");
    await stage().api.follow(bob, alice.id);
    await stage().post(alice, "From before");
    await stage().drained();
    const at = await stage().open({ as: bob });
    await at.cardOf("From before").waitFor();
    at.watch.expect(FAILED.offline, /WebSocket/);

    await at.context.setOffline(true);
    await at.page.getByText("You are offline. This is what was loaded before.").waitFor();
    await at.cardOf("From before").waitFor();
    await stage().post(alice, "While bob was away");
    await stage().drained();

    await at.context.setOffline(false);
    await at.page.getByText("You are offline").waitFor({ state: "detached" });
    await at.pill().waitFor();
    expect(await at.pill().innerText()).toBe("1 new tweet");
    await at.pill().click();
    await at.cardOf("While bob was away").waitFor();
  });

  test("what was read before can be come back to; a page that did not load loads when the network is back", async () => {
    const { alice, bob } = await stage().people("alice", "bob");
    await stage().api.follow(bob, alice.id);
    await stage().post(alice, "Read before");
    await stage().drained();
    const at = await stage().open({ as: bob });
    await at.cardOf("Read before").locator("a.when").click();
    await at.page.locator("article.focused").waitFor();
    at.watch.expect(FAILED.offline, /WebSocket/, /dynamically imported module/);

    await at.context.setOffline(true);
    await at.page.goBack();
    await at.cardOf("Read before").waitFor();
    await at.go("/i/bookmarks");
    await at.button("Try again").click();
    await at.toast("You seem to be offline").waitFor();
    await at.context.setOffline(false);
    await at.page.getByText("Nothing kept yet").waitFor();
  });
});
