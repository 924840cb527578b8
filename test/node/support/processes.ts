import { existsSync, readdirSync, readFileSync } from "node:fs";
import { sleep } from "../../../scripts/lib.ts";

const POLL_MS = 50;

/** False where there is no /proc: then no process is ever found. */
export const canSeeProcesses = existsSync("/proc/self/environ");

/**
 * The living processes that were started with `mark` somewhere in their environment, which children inherit whatever group
 * or parent they end up with. Needs /proc: elsewhere none is ever found.
 */
function processesMarked(mark: string): string[] {
  if (!canSeeProcesses) return [];
  const ids = readdirSync("/proc").filter((name) => /^\d+$/.test(name) && name !== String(process.pid));
  return ids.filter((id) => read(`/proc/${id}/environ`).includes(mark)).map((id) => `${id} ${commandOf(id)}`);
}

/** A process that has ended meanwhile, or whose parent has not noticed yet, has nothing to read. */
function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

const commandOf = (id: string): string => read(`/proc/${id}/cmdline`).replaceAll("\0", " ").slice(0, 200);

/** Those of the marked processes that are still there after `ms`, as words for an error message; [] as soon as none is left. */
export async function leftBehind(mark: string, ms: number): Promise<string[]> {
  const until = performance.now() + ms;
  for (;;) {
    const left = processesMarked(mark);
    if (left.length === 0 || performance.now() > until) return left;
    await sleep(POLL_MS);
  }
}
