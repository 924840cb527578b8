import { ask } from "../api/client.ts";
import { COUNTS } from "../api/asking.ts";
import { viewer } from "../api/tokens.ts";
import type { Tweet, TweetsAnswer } from "../api/types.ts";
import { online } from "../state/network.ts";
import { isSettling } from "../state/settling.ts";
import { noteMissing, noteTweet, peekTweet } from "../state/tweets.ts";

const FIRST_MS = 8000;
const DELAY_MAX_MS = 256_000;
const LOOKUP_MAX = 40;

let delay = FIRST_MS;
let timer: ReturnType<typeof setTimeout> | undefined;

/**
 * Keeps the counts of the tweets on screen fresh: often while they move or the reader does something, ever more rarely while
 * neither happens, and not at all where nobody looks.
 */
export function startRefreshing(): void {
  const soon = () => {
    if (delay === FIRST_MS) return;
    delay = FIRST_MS;
    plan();
  };
  for (const event of ["pointerdown", "keydown", "scroll"]) addEventListener(event, soon, { passive: true });
  document.addEventListener("visibilitychange", soon);
  plan();
}

function plan(): void {
  clearTimeout(timer);
  timer = setTimeout(() => {
    void refreshShown()
      .catch(() => false)
      .then((moved) => {
        delay = moved ? FIRST_MS : Math.min(delay * 2, DELAY_MAX_MS);
        plan();
      });
  }, delay);
}

/** @returns true where something changed. */
async function refreshShown(): Promise<boolean> {
  if (document.visibilityState !== "visible" || !online.peek() || viewer.peek() === null) return false;
  const ids = [...document.querySelectorAll<HTMLElement>("[data-tweet]")]
    .filter((card) => {
      const { top, bottom } = card.getBoundingClientRect();
      return bottom > 0 && top < innerHeight;
    })
    .flatMap((card) => card.dataset["tweet"] ?? [])
    .slice(0, LOOKUP_MAX);
  if (ids.length === 0) return false;
  const answer = await ask<TweetsAnswer>("/tweets", { query: { ids: ids.join(","), ...COUNTS } });
  noteMissing(answer);
  return (answer.data ?? [])
    .filter((tweet) => !isSettling(tweet.id))
    .map(noteIfMoved)
    .includes(true);
}

function noteIfMoved({ id, public_metrics, viewer }: Tweet): boolean {
  const held = peekTweet(id);
  if (typeof held !== "object") return false;
  const same = JSON.stringify([held.public_metrics, held.viewer]) === JSON.stringify([public_metrics, viewer]);
  if (!same) noteTweet({ ...held, public_metrics, viewer });
  return !same;
}
