import type { Filled } from "./filled.ts";
import type { Stage } from "./stage.ts";
import type { Visit } from "./visit.ts";

interface Around {
  readonly stage: Stage;
  readonly filled: Filled;
}

/** One page in one of the ways it may look. */
export interface PageState {
  /** As the router has it. */
  readonly route: string;
  readonly name: string;
  readonly at: (filled: Filled) => string;
  /** Makes the state, once the page is there; it settles when the state shows. */
  readonly make?: (visit: Visit, around: Around) => Promise<void>;
  /** What the page's requests for data meet. */
  readonly network?: "hanging" | "failing";
  /** In a window of a phone's width. */
  readonly phone?: boolean;
}

const home = () => "/home";
const firstCard = (visit: Visit) => visit.cards().first();

async function openMenu(visit: Visit, name: "More" | "Retweet"): Promise<void> {
  await visit.button(name, firstCard(visit)).click();
  await visit.page.getByRole("menu").waitFor();
}

async function press(visit: Visit, key: string): Promise<void> {
  await firstCard(visit).focus();
  await visit.page.keyboard.press(key);
  await visit.dialog().waitFor();
}

/** Every page in every state that looks different, by who sees it. */
export const PAGES: Readonly<Record<"signedOut" | "alice" | "paula" | "newbie", readonly PageState[]>> = {
  signedOut: [
    { route: "/", name: "welcome", at: () => "/" },
    { route: "/home", name: "welcome", at: home },
    { route: "/login", name: "empty", at: () => "/login" },
    {
      route: "/login",
      name: "refused",
      at: () => "/login",
      make: async (visit) => {
        await visit.page.getByLabel("Username").fill("nobody");
        await visit.page.getByLabel("Password").fill("wrong password");
        await visit.button("Log in", visit.page.getByRole("form")).click();
        await visit.page.getByRole("alert").waitFor();
      },
    },
    { route: "/signup", name: "empty", at: () => "/signup" },
    { route: "/shortcuts", name: "", at: () => "/shortcuts" },
    { route: "/:username", name: "of somebody", at: ({ bob }) => `/${bob.username}` },
    { route: "/:username/:tab", name: "followers, to log in for", at: ({ bob }) => `/${bob.username}/followers` },
    { route: "/:username/:tab", name: "likes, to log in for", at: ({ bob }) => `/${bob.username}/likes` },
    {
      route: "/:username/status/:id",
      name: "read",
      at: ({ alice, tweetId }) => `/${alice.username}/status/${tweetId}`,
    },
    { route: "/:username", name: "protected", at: ({ paula }) => `/${paula.username}` },
    { route: "/i/lists/:id", name: "read", at: ({ listId }) => `/i/lists/${listId}` },
    { route: "none", name: "no such page", at: () => "/settings/nothing/here" },
  ],
  newbie: [
    { route: "/home", name: "empty", at: home },
    { route: "/i/bookmarks", name: "empty", at: () => "/i/bookmarks" },
    { route: "/lists", name: "empty", at: () => "/lists" },
    { route: "/lists", name: "to add somebody, empty", at: ({ bob }) => `/lists?add=${bob.username}` },
    { route: "/follow_requests", name: "empty", at: () => "/follow_requests" },
    { route: "/settings/:part", name: "blocked, empty", at: () => "/settings/blocked" },
    { route: "/settings/:part", name: "words, empty", at: () => "/settings/words" },
    { route: "/:username", name: "own, empty", at: ({ newbie }) => `/${newbie.username}` },
    { route: "/:username/:tab", name: "followers, empty", at: ({ newbie }) => `/${newbie.username}/followers` },
    { route: "/:username/:tab", name: "lists, empty", at: ({ newbie }) => `/${newbie.username}/lists` },
  ],
  paula: [
    { route: "/follow_requests", name: "two", at: () => "/follow_requests" },
    {
      route: "/follow_requests",
      name: "one refused",
      at: () => "/follow_requests",
      make: async (visit) => {
        await visit.button("Refuse @.*").first().click();
        await visit.page.getByText("Refused").waitFor();
      },
    },
    { route: "/settings", name: "with requests", at: () => "/settings" },
    { route: "/settings/:part", name: "privacy, protected", at: () => "/settings/privacy" },
    { route: "/:username", name: "own, protected", at: ({ paula }) => `/${paula.username}` },
  ],
  alice: [
    { route: "/home", name: "filled", at: home },
    { route: "/home", name: "loading", at: home, network: "hanging" },
    { route: "/home", name: "failed", at: home, network: "failing" },
    {
      route: "/home",
      name: "offline",
      at: home,
      make: async (visit) => {
        await visit.context.setOffline(true);
        await visit.page.getByText("You are offline").waitFor();
      },
    },
    {
      route: "/home",
      name: "writing too much",
      at: home,
      make: async (visit) => {
        await visit.composer().fill(`@bob #mudflats https://example.org ${"too long ".repeat(40)}`);
        await visit.page.locator(".counter.over").waitFor();
      },
    },
    {
      route: "/home",
      name: "nearly full",
      at: home,
      make: async (visit) => {
        await visit.composer().fill("x".repeat(270));
        await visit.page.locator(".counter.near").waitFor();
      },
    },
    {
      route: "/home",
      name: "a tweet that could not be posted",
      at: home,
      make: async (visit) => {
        await visit.page.route("**/2/tweets", async (route) => await route.fulfill({ status: 503, json: {} }));
        await visit.composer().fill("Kept");
        await visit.composer().press("Control+Enter");
        await visit.page.getByRole("alert").waitFor();
      },
    },
    {
      route: "/home",
      name: "new tweets",
      at: home,
      make: async (visit, { stage, filled }) => {
        await stage.post(filled.bob, `News at ${Date.now()}`);
        await visit.pill().waitFor();
      },
    },
    {
      route: "/home",
      name: "a message",
      at: home,
      make: async (visit) => {
        await visit.page.route("**/likes", async (route) => await route.fulfill({ status: 503, json: {} }));
        await visit.button("Like", firstCard(visit)).click();
        await visit.toast("did not go through").waitFor();
      },
    },
    { route: "/home", name: "a menu", at: home, make: async (visit) => await openMenu(visit, "More") },
    { route: "/home", name: "the retweet menu", at: home, make: async (visit) => await openMenu(visit, "Retweet") },
    { route: "/home", name: "the dialog to write", at: home, make: async (visit) => await press(visit, "n") },
    { route: "/home", name: "the dialog to answer", at: home, make: async (visit) => await press(visit, "r") },
    { route: "/home", name: "the dialog to quote", at: home, make: async (visit) => await press(visit, "q") },
    { route: "/home", name: "the help", at: home, make: async (visit) => await press(visit, "?") },
    { route: "/home", name: "on a phone", at: home, phone: true },
    { route: "/:username", name: "on a phone", at: ({ bob }) => `/${bob.username}`, phone: true },
    { route: "/:username/:tab", name: "on a phone", at: ({ bob }) => `/${bob.username}/followers`, phone: true },
    { route: "/home", name: "the focus on a card", at: home, make: async (visit) => await firstCard(visit).focus() },
    {
      route: "/:username",
      name: "own, and asked before deleting",
      at: ({ alice }) => `/${alice.username}`,
      make: async (visit) => {
        await visit.choose(visit.cardOf("A quote of it"), "More", "Delete");
        await visit.page.getByRole("dialog").waitFor();
      },
    },
    { route: "/compose", name: "", at: () => "/compose?text=From%20elsewhere" },
    { route: "/shortcuts", name: "", at: () => "/shortcuts" },
    { route: "/lists", name: "filled", at: () => "/lists" },
    { route: "/lists", name: "to add somebody", at: ({ bob }) => `/lists?add=${bob.username}` },
    {
      route: "/lists",
      name: "the dialog to make one",
      at: () => "/lists",
      make: async (visit) => {
        await visit.button("New list").click();
        await visit.dialog().waitFor();
      },
    },
    { route: "/i/lists/:id", name: "filled", at: ({ listId }) => `/i/lists/${listId}` },
    { route: "/i/lists/:id", name: "empty, private", at: ({ emptyListId }) => `/i/lists/${emptyListId}` },
    { route: "/i/lists/:id", name: "there is none", at: () => "/i/lists/1" },
    { route: "/i/lists/:id/members", name: "filled", at: ({ listId }) => `/i/lists/${listId}/members` },
    { route: "/i/lists/:id/members", name: "empty", at: ({ emptyListId }) => `/i/lists/${emptyListId}/members` },
    { route: "/i/lists/:id/followers", name: "filled", at: ({ listId }) => `/i/lists/${listId}/followers` },
    { route: "/i/bookmarks", name: "filled", at: () => "/i/bookmarks" },
    { route: "/i/bookmarks", name: "loading", at: () => "/i/bookmarks", network: "hanging" },
    { route: "/i/bookmarks", name: "failed", at: () => "/i/bookmarks", network: "failing" },
    { route: "/settings", name: "", at: () => "/settings" },
    { route: "/settings/:part", name: "profile", at: () => "/settings/profile" },
    { route: "/settings/:part", name: "account", at: () => "/settings/account" },
    { route: "/settings/:part", name: "privacy", at: () => "/settings/privacy" },
    { route: "/settings/:part", name: "blocked", at: () => "/settings/blocked" },
    { route: "/settings/:part", name: "muted", at: () => "/settings/muted" },
    { route: "/settings/:part", name: "words", at: () => "/settings/words" },
    { route: "/settings/:part", name: "appearance", at: () => "/settings/appearance" },
    { route: "/settings/:part", name: "words, failed", at: () => "/settings/words", network: "failing" },
    { route: "/:username/status/:id", name: "own", at: ({ alice, tweetId }) => `/${alice.username}/status/${tweetId}` },
    { route: "/:username/status/:id", name: "there is none", at: ({ bob }) => `/${bob.username}/status/1` },
    { route: "/:username", name: "of somebody", at: ({ bob }) => `/${bob.username}` },
    { route: "/:username", name: "asked to follow", at: ({ paula }) => `/${paula.username}` },
    { route: "/:username", name: "who blocks", at: ({ grudge }) => `/${grudge.username}` },
    { route: "/:username", name: "nobody", at: () => "/nobody_at_all" },
    { route: "/:username", name: "loading", at: ({ bob }) => `/${bob.username}`, network: "hanging" },
    { route: "/:username", name: "failed", at: ({ bob }) => `/${bob.username}`, network: "failing" },
    {
      route: "/:username",
      name: "its menu",
      at: ({ bob }) => `/${bob.username}`,
      make: async (visit) => {
        await visit.button("More about @.*").click();
        await visit.page.getByRole("menu").waitFor();
      },
    },
    { route: "/:username/:tab", name: "replies", at: ({ bob }) => `/${bob.username}/with_replies` },
    { route: "/:username/:tab", name: "likes", at: ({ alice }) => `/${alice.username}/likes` },
    { route: "/:username/:tab", name: "following", at: ({ bob }) => `/${bob.username}/following` },
    { route: "/:username/:tab", name: "followers", at: ({ bob }) => `/${bob.username}/followers` },
    { route: "/:username/:tab", name: "lists", at: ({ bob }) => `/${bob.username}/lists` },
  ],
};
