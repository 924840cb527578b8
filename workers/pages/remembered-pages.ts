import { BoundedMap } from "../lib/bounded-map.ts";
import { perIsolate, type Ctx } from "../lib/context.ts";
import { onVisibilityChange } from "../lib/visibility-log.ts";
import type { Described } from "./describe-page.ts";

const PAGES_REMEMBERED = 2000;

interface Remembered {
  readonly described: Described;
  /** Unix milliseconds. */
  readonly readAt: number;
}

const memoryOf = perIsolate((runtime) => {
  const memory = new BoundedMap<string, Remembered>(PAGES_REMEMBERED);
  // Whoever hides something here is not shown it by this isolate any more.
  onVisibilityChange(runtime, () => memory.clear());
  return memory;
});

/** What `read` says of a page that is shown, remembered for VISIBILITY_CACHE_SECONDS. What is not shown is asked again. */
export async function remembered(ctx: Ctx, key: string, read: () => Promise<Described>): Promise<Described> {
  const memory = memoryOf(ctx.runtime);
  const now = ctx.clock.now();
  const found = memory.get(key);
  if (found !== undefined && now - found.readAt < ctx.limits.VISIBILITY_CACHE_SECONDS * 1000) return found.described;
  const described = await read();
  if (described.kind === "shown") memory.set(key, { described, readAt: now });
  return described;
}
