import { isReservedName } from "../lib/reserved-names.ts";
import { parseId } from "../lib/snowflake.ts";

/** The app's pages by address. Pages of somebody's or something's say in their head what they show; the others do not. */
export type Page =
  | { readonly kind: "app"; readonly title: string }
  | { readonly kind: "profile"; readonly username: string; readonly tab: ProfileTab }
  | { readonly kind: "tweet"; readonly username: string; readonly id: string }
  | { readonly kind: "list"; readonly id: string; readonly tab: ListTab }
  /** An address of the kind that nothing can have. */
  | { readonly kind: "nothing" };

const PROFILE_TABS = ["", "with_replies", "likes", "following", "followers", "lists"] as const;
export type ProfileTab = (typeof PROFILE_TABS)[number];
const LIST_TABS = ["", "members", "followers"] as const;
export type ListTab = (typeof LIST_TABS)[number];

/** Pages that are the same for everybody until the app has asked. Each first part is a reserved name. */
export const APP_PAGES: ReadonlyMap<string, string> = new Map([
  ["/home", "Home"],
  ["/login", "Log in"],
  ["/signup", "Sign up"],
  ["/compose", "New tweet"],
  ["/i/bookmarks", "Bookmarks"],
  ["/lists", "Lists"],
  ["/follow_requests", "Follow requests"],
  ["/shortcuts", "Keyboard shortcuts"],
  ["/settings", "Settings"],
  ["/settings/profile", "Profile settings"],
  ["/settings/account", "Account settings"],
  ["/settings/privacy", "Privacy settings"],
  ["/settings/blocked", "Blocked accounts"],
  ["/settings/muted", "Muted accounts"],
  ["/settings/words", "Muted words"],
  ["/settings/appearance", "Appearance"],
]);

/** The page at `path` (decoded, without a query); null where the app has none. */
export function pageAt(path: string): Page | null {
  const title = APP_PAGES.get(path);
  if (title !== undefined) return { kind: "app", title };
  const [start, first = "", ...rest] = path.split("/");
  if (start !== "") return null;
  if (first === "i") return rest[0] === "lists" ? listPage(rest.slice(1)) : null;
  // What could be nobody's name is not looked up, nor is a file that is not there.
  return /^\w{1,15}$/.test(first) && !isReservedName(first) ? profilePage(first, rest) : null;
}

function listPage([raw = "", ...rest]: readonly string[]): Page | null {
  const tab = tabOf(LIST_TABS, rest);
  if (raw === "" || tab === undefined) return null;
  const id = parseId(raw);
  return id === null ? { kind: "nothing" } : { kind: "list", id, tab };
}

function profilePage(username: string, rest: readonly string[]): Page | null {
  const [section, raw = "", ...more] = rest;
  if (section === "status" && raw !== "" && more.length === 0) {
    const id = parseId(raw);
    return id === null ? { kind: "nothing" } : { kind: "tweet", username, id };
  }
  const tab = tabOf(PROFILE_TABS, rest);
  return tab === undefined ? null : { kind: "profile", username, tab };
}

/** "" for no part, the tab for one that is known, else undefined. */
function tabOf<const T extends string>(tabs: readonly T[], parts: readonly string[]): T | undefined {
  const [part = ""] = parts;
  if (parts.length > 1 || (parts.length === 1 && part === "")) return undefined;
  return tabs.find((tab) => tab === part);
}
