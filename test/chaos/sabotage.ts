/**
 * Builds that break a promise, as a test of the campaign: text of the built Worker is replaced. A text that is not found
 * exactly once is an error, so that a build never passes for broken when it is whole.
 */
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface Sabotage {
  readonly name: string;
  readonly replace: string;
  readonly by: string;
}

export const SABOTAGES = [
  {
    name: "a fan-out that skips one follower in a thousand",
    replace: "if (entries.length > 0) await timeline.push({ entries });",
    by: `globalThis.chaosPushes = (globalThis.chaosPushes ?? 0) + 1;
        if (entries.length > 0 && globalThis.chaosPushes % 1000 !== 0) await timeline.push({ entries });`,
  },
  {
    name: "a counter that adds twice on a repeat",
    replace:
      "SELECT ${followeeId}, ${state} WHERE ${known} < ${version} AND coalesce((SELECT state ${edge}), 0) <> ${state}",
    by: "SELECT ${followeeId}, ${state} WHERE true",
  },
  {
    name: "an outbox sweep turned off",
    replace: "const jobs = [sweepOutbox(ctx), pruneFoundations(ctx)];",
    by: "const jobs = [pruneFoundations(ctx)];",
  },
] as const satisfies readonly Sabotage[];

/** Copies the built Worker of `bundle` into `folder` and breaks it there. Throws where the text is not there once. */
export function breakBundle(bundle: string, folder: string, { name, replace, by }: Sabotage): void {
  cpSync(bundle, folder, { recursive: true });
  const file = join(folder, "index.js");
  const parts = readFileSync(file, "utf8").split(replace);
  if (parts.length !== 2) throw new Error(`${name}: "${replace}" stands ${parts.length - 1} times in the built Worker`);
  writeFileSync(file, parts.join(by));
}
