import { viewer } from "../api/tokens.ts";
import { currentKey, stepFocus } from "../feed/active-list.ts";
import { showNew } from "../feed/live-home.ts";
import { asking, composing, helpOpen, menu } from "../state/dialogs.ts";
import { toggle } from "../state/engagements.ts";
import { go, goBack } from "../state/router.ts";
import { peekTweet, referenceOf } from "../state/tweets.ts";

interface Shortcut {
  readonly keys: string;
  readonly does: string;
}

/** What the help lists; `act` below does it. */
export const SHORTCUTS: readonly Shortcut[] = [
  { keys: "j", does: "Next tweet" },
  { keys: "k", does: "Previous tweet" },
  { keys: "Enter", does: "Open the tweet" },
  { keys: "l", does: "Like" },
  { keys: "r", does: "Reply" },
  { keys: "t", does: "Retweet" },
  { keys: "q", does: "Quote" },
  { keys: "b", does: "Bookmark" },
  { keys: "n", does: "New tweet" },
  { keys: ".", does: "Show new tweets" },
  { keys: "h", does: "Home" },
  { keys: "p", does: "Your profile" },
  { keys: "Backspace", does: "Back" },
  { keys: "?", does: "This help" },
];

/** The tweet that keys act on: of a retweet, the original. */
function currentTweet(): string | null {
  const key = currentKey();
  const held = key === null ? undefined : peekTweet(key);
  if (typeof held !== "object") return null;
  return referenceOf(held, "retweeted") ?? held.id;
}

const onTweet = (run: (id: string) => void) => () => {
  const id = currentTweet();
  if (id !== null && viewer.peek() !== null) run(id);
};

const ACTIONS: Readonly<Record<string, () => void>> = {
  j: () => stepFocus(1),
  k: () => stepFocus(-1),
  Enter: () => openCurrent(),
  l: onTweet((id) => void toggle("liked", id)),
  r: onTweet((id) => (composing.value = { replyTo: id })),
  t: onTweet((id) => void toggle("retweeted", id)),
  q: onTweet((id) => (composing.value = { quote: id })),
  b: onTweet((id) => void toggle("bookmarked", id)),
  n: () => {
    if (viewer.peek() !== null) composing.value = {};
  },
  ".": () => showNew(),
  h: () => go("/home"),
  p: () => {
    const me = viewer.peek();
    if (me !== null) go(`/${me.username}`);
  },
  Backspace: () => goBack(),
  "?": () => (helpOpen.value = true),
};

function openCurrent(): void {
  document.activeElement?.closest("[data-key]")?.querySelector<HTMLElement>("a.when, a.person-link")?.click();
}

/** Whoever types, or is in a dialog or a menu, means letters. */
function isBusy(event: KeyboardEvent): boolean {
  const target = event.target instanceof Element ? event.target : null;
  if (target?.closest("input, textarea, select, [contenteditable]") != null) return true;
  if (event.key === "Enter" && target?.closest("a, button, summary") != null) return true;
  return composing.peek() !== null || asking.peek() !== null || helpOpen.peek() || menu.peek() !== null;
}

/** Listens for the shortcuts until the page goes. */
export function listenForShortcuts(): void {
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isBusy(event)) return;
    const act = ACTIONS[event.key];
    if (act === undefined) return;
    event.preventDefault();
    act();
  });
}
