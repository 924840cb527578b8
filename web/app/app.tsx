import { signal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { OfflineError } from "./api/send.ts";
import { viewer } from "./api/tokens.ts";
import { keepsPlace } from "./feed/active-list.ts";
import { composing } from "./state/dialogs.ts";
import { go, place, type Place } from "./state/router.ts";
import { say } from "./state/toasts.ts";
import { findRoute, type Page, type Route } from "./routes.ts";
import { Avatar } from "./ui/avatar.tsx";
import { Icon, type IconName } from "./ui/icon.tsx";
import { OpenMenu, Overlays } from "./ui/overlays.tsx";
import { PageHead } from "./ui/page-head.tsx";
import { Waiting } from "./ui/waiting.tsx";

/** The whole app: navigation, the page of this place, and what lies over it. */
export function App() {
  return (
    <>
      <a class="skip" href="#page" onClick={skipToPage}>
        Skip to the page
      </a>
      <div class="layout">
        <Navigation />
        <main id="page" tabIndex={-1}>
          <CurrentPage />
          <OpenMenu />
        </main>
      </div>
      <Overlays />
    </>
  );
}

function skipToPage(event: MouseEvent): void {
  event.preventDefault();
  document.getElementById("page")?.focus();
}

interface Tab {
  readonly href: string;
  readonly label: string;
  readonly icon: IconName;
  /** Left out where there is little room. */
  readonly wide?: boolean;
}

function Navigation() {
  const me = viewer.value;
  const { path } = place.value;
  if (me === null) return <SignedOutNavigation />;
  const tabs: readonly Tab[] = [
    { href: "/home", label: "Home", icon: "home" },
    { href: "/i/bookmarks", label: "Bookmarks", icon: "bookmark" },
    { href: "/lists", label: "Lists", icon: "list" },
    { href: `/${me.username}`, label: "Profile", icon: "person" },
    { href: "/settings", label: "Settings", icon: "settings" },
  ];
  return (
    <nav class="navigation" aria-label="Main">
      <a class="brand" href="/home" aria-label="Dunlin, home">
        <img src="/favicon.svg" alt="" width="36" height="36" />
      </a>
      {tabs.map(({ href, label, icon }) => (
        <a key={href} href={href} class="nav-item" aria-current={isWithin(path, href) ? "page" : undefined}>
          <Icon name={icon} />
          <span>{label}</span>
        </a>
      ))}
      <button type="button" class="button primary compose" onClick={() => (composing.value = {})}>
        <Icon name="compose" />
        <span>New tweet</span>
      </button>
      <a class="me" href={`/${me.username}`}>
        <Avatar user={me} />
        <span class="me-names">
          <b>
            <bdi>{me.name}</bdi>
          </b>
          <span class="handle" dir="ltr">
            @{me.username}
          </span>
        </span>
      </a>
    </nav>
  );
}

/** True on a tab's own page and on the pages below it; a tweet of one's own is no part of the profile. */
const isWithin = (path: string, href: string): boolean =>
  path === href || (path.startsWith(`${href}/`) && !path.startsWith(`${href}/status/`));

function SignedOutNavigation() {
  return (
    <nav class="navigation signed-out" aria-label="Main">
      <a class="brand" href="/" aria-label="Dunlin, home">
        <img src="/favicon.svg" alt="" width="36" height="36" />
      </a>
      <a class="button" href="/login">
        Log in
      </a>
      <a class="button primary" href="/signup">
        Sign up
      </a>
    </nav>
  );
}

/** Pages whose file is here, by route. */
const loaded = signal<ReadonlyMap<Route, Page | "failed">>(new Map());

function CurrentPage() {
  const { path, key } = place.value;
  const found = findRoute(path);
  const refused = found?.route.signedIn === true && viewer.value === null;
  const page = found === null ? null : pageOf(found.route);
  const shown = useRef("");
  useEffect(() => {
    if (refused) go(`/login?next=${encodeURIComponent(path)}`, { replace: true });
  }, [refused, path]);
  useLayoutEffect(() => {
    // A page whose file is still on its way begins when it is there.
    if (shown.current === key || (found !== null && page === null)) return;
    const isFirst = shown.current === "";
    shown.current = key;
    if (!isFirst) beginPage(place.peek());
  }, [key, page]);
  if (found === null) return <NotFound />;
  if (refused || page === null) return <Waiting />;
  if (page === "failed") return <Failed />;
  const Shown = page;
  // One instance an address: another person's page begins afresh.
  return <Shown key={`${found.route.path} ${path} ${viewer.value?.id ?? ""}`} params={found.params} />;
}

/** A new page begins at its heading, for whoever hears it; one that the reader comes back to, where they left it. */
function beginPage({ returned, scrolled }: Place): void {
  if (!returned || !keepsPlace()) scrollTo({ top: scrolled, behavior: "instant" });
  if (!returned) document.querySelector<HTMLElement>("#page h1")?.focus({ preventScroll: true });
}

function pageOf(route: Route): Page | "failed" | null {
  if (!route.lazy) return route.page as Page;
  const page = loaded.value.get(route);
  if (page === undefined) void load(route);
  return page ?? null;
}

async function load(route: Route): Promise<void> {
  const page = await (route.page as () => Promise<Page>)().catch(() => "failed" as const);
  loaded.value = new Map(loaded.peek()).set(route, page);
}

/** A page's file did not come: no network, or a newer version was deployed meanwhile. A browser never asks twice for it. */
function Failed() {
  useEffect(() => {
    addEventListener("online", loadAnew);
    return () => removeEventListener("online", loadAnew);
  }, []);
  return (
    <>
      <PageHead title="This page did not load" />
      <div class="foot">
        <p>The connection may be down.</p>
        <button type="button" class="button" onClick={loadAnew}>
          Try again
        </button>
      </div>
    </>
  );
}

/** Loads the whole app again where that can work: a reload without a network would lose what is there. */
function loadAnew(): void {
  fetch("/favicon.svg", { method: "HEAD", cache: "no-store" }).then(
    () => location.reload(),
    () => say(new OfflineError().message, true),
  );
}

function NotFound() {
  return (
    <>
      <PageHead title="Nothing here" back />
      <div class="empty">
        <p>There is no such page, or you may not see it.</p>
      </div>
    </>
  );
}
