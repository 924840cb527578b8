import { signal } from "@preact/signals";
import { setNewest } from "./set-newest.ts";

export interface Place {
  readonly path: string;
  readonly search: string;
  /** Names the entry of the browser's history: going back gives the same key, and so the same scroll. */
  readonly key: string;
  /** True where the browser went back or forward to here. */
  readonly returned: boolean;
  /** Pixels that the window was scrolled by when the reader left this entry of the history; 0 where they never did. */
  readonly scrolled: number;
}

const SCROLLS_MAX = 50;
const scrolls = new Map<string, number>();

/** Notes how far the page is scrolled that is about to be left. */
function leave(): void {
  setNewest(scrolls, place.peek().key, scrollY, SCROLLS_MAX);
}

const readKey = (): string => {
  const key: unknown = Reflect.get(Object(history.state), "key");
  return typeof key === "string" ? key : "start";
};

const here = (returned: boolean): Place => ({
  path: location.pathname,
  search: location.search,
  key: readKey(),
  returned,
  scrolled: returned ? (scrolls.get(readKey()) ?? 0) : 0,
});

/** Where the app is. */
export const place = signal<Place>(here(false));

history.scrollRestoration = "manual";

/** Goes to one of the app's own addresses. */
export function go(to: string, { replace = false } = {}): void {
  leave();
  const state = { key: crypto.randomUUID() };
  if (replace) history.replaceState(state, "", to);
  else history.pushState(state, "", to);
  place.value = here(false);
}

/** Back to where the reader came from; to `otherwise` where this page was the first. */
export function goBack(otherwise = "/home"): void {
  if (place.peek().key === "start") go(otherwise, { replace: true });
  else history.back();
}

addEventListener("popstate", () => {
  leave();
  place.value = here(true);
});

/** Pages of the Worker's that are no pages of the app. */
const ELSEWHERE = /^\/(2|api|v1|docs|openapi\.json|healthz|media|assets|\.well-known)(\/|$)/;

addEventListener("click", (event) => {
  if (event.defaultPrevented || event.button !== 0) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  if (link === null || link.target !== "" || link.hasAttribute("download") || link.origin !== location.origin) return;
  if (ELSEWHERE.test(link.pathname)) return;
  event.preventDefault();
  if (link.href !== location.href) go(link.pathname + link.search);
  else scrollTo({ top: 0 });
});
