import { setNewest } from "./set-newest.ts";

/** Counts elsewhere follow what the reader does this much later at most, as a rule: until then ours stand. */
const SETTLE_MS = 5000;
const KEPT_MAX = 50;

/** When the reader did something to a tweet, by its id. */
const last = new Map<string, number>();

/** Notes that the reader does something to a tweet now that moves a count of it. */
export function settle(id: string): void {
  setNewest(last, id, Date.now(), KEPT_MAX);
}

/** True where the reader did something to the tweet a moment ago: what an answer tells of it may be older than that. */
export function isSettling(id: string): boolean {
  return Date.now() - (last.get(id) ?? 0) < SETTLE_MS;
}
