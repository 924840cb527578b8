import type { ComponentType } from "preact";
import { HomePage } from "./pages/home.tsx";

/** What a path's `:names` stand for. */
export type Params = Readonly<Record<string, string>>;
export interface PageProps {
  readonly params: Params;
}

export type Page = ComponentType<PageProps>;

export interface Route {
  /** `:username` and `:id` are checked by form; no other path is the route's. */
  readonly path: string;
  /** In a file of its own unless it is the first that people see. */
  readonly page: Page | (() => Promise<Page>);
  readonly lazy: boolean;
  /** For those who are signed in alone; others are sent to log in. */
  readonly signedIn: boolean;
}

const page = (path: string, load: () => Promise<Page>, signedIn = false): Route => ({
  path,
  page: load,
  lazy: true,
  signedIn,
});

const session = () => import("./pages/session.tsx");
const profile = () => import("./pages/profile.tsx");
const lists = () => import("./pages/lists.tsx");
const settings = () => import("./pages/settings.tsx");

/** Every page of the app, the first that fits. */
export const ROUTES: readonly Route[] = [
  { path: "/", page: HomePage, lazy: false, signedIn: false },
  { path: "/home", page: HomePage, lazy: false, signedIn: false },
  page("/login", async () => (await session()).LogInPage),
  page("/signup", async () => (await session()).SignUpPage),
  page("/compose", async () => (await import("./pages/compose.tsx")).ComposePage, true),
  page("/shortcuts", async () => (await import("./pages/shortcuts.tsx")).ShortcutsPage),
  page("/lists", async () => (await lists()).ListsPage, true),
  page("/i/lists/:id", async () => (await lists()).ListPage),
  page("/i/lists/:id/members", async () => (await lists()).ListMembersPage, true),
  page("/i/lists/:id/followers", async () => (await lists()).ListFollowersPage, true),
  page("/i/bookmarks", async () => (await import("./pages/bookmarks.tsx")).BookmarksPage, true),
  page("/follow_requests", async () => (await settings()).RequestsPage, true),
  page("/settings", async () => (await settings()).SettingsPage, true),
  page("/settings/:part", async () => (await settings()).SettingsPage, true),
  page("/:username/status/:id", async () => (await import("./pages/conversation.tsx")).ConversationPage),
  page("/:username", async () => (await profile()).ProfilePage),
  page("/:username/:tab", async () => (await profile()).ProfilePage),
];

const FORMS: Readonly<Record<string, RegExp>> = {
  username: /^\w{1,15}$/,
  id: /^\d{1,19}$/,
  tab: /^(with_replies|likes|following|followers|lists)$/,
  part: /^(profile|account|privacy|blocked|muted|words|appearance)$/,
};

/** The route of `path` and what its names stand for; null where the app has no such page. */
export function findRoute(path: string): { readonly route: Route; readonly params: Params } | null {
  const parts = path.split("/").filter((part) => part !== "");
  for (const route of ROUTES) {
    const params = paramsOf(
      route.path.split("/").filter((part) => part !== ""),
      parts,
    );
    if (params !== null) return { route, params };
  }
  return null;
}

function paramsOf(pattern: readonly string[], parts: readonly string[]): Params | null {
  if (pattern.length !== parts.length) return null;
  const params: Record<string, string> = {};
  for (const [index, wanted] of pattern.entries()) {
    const given = parts[index] ?? "";
    if (!wanted.startsWith(":")) {
      if (wanted !== given) return null;
    } else if (FORMS[wanted.slice(1)]?.test(given) === true) params[wanted.slice(1)] = given;
    else return null;
  }
  return params;
}
