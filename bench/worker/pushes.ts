/** Entries that timelines were pushed, repeats among them. Objects and Worker share one isolate here, so a module's variable is enough. */
export const pushed = { entries: 0, lastAt: 0 };

const LAGS_MAX = 400_000;
/** When each entry reached a follower (Unix milliseconds), and how long after its tweet was given its id. */
let lags: [at: number, ms: number][] = [];

export function noteLag(at: number, ms: number): void {
  if (lags.length < LAGS_MAX) lags.push([at, ms]);
}

export function takeLags(): readonly [at: number, ms: number][] {
  const taken = lags;
  lags = [];
  return taken;
}
