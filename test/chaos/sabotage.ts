/**
 * Builds that break a promise, as a test of the campaign: text of the product's source is replaced in a copy of it. A text
 * that does not stand there exactly once is an error, so that a whole build never passes for a broken one.
 */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "../../scripts/lib.ts";
import { bundleChaos } from "./stage.ts";

export interface Sabotage {
  readonly name: string;
  readonly file: string;
  readonly replace: string;
  readonly by: string;
  /** What must catch it. */
  readonly seenIn: "crowd" | "campaign";
}

export const SABOTAGES: readonly Sabotage[] = [
  {
    name: "a fan-out that skips one follower in a thousand",
    file: "workers/timelines/delivery-round.ts",
    replace: "if (entries.length > 0) await timeline.push(",
    by: `const chaos = globalThis as unknown as { pushes?: number };
        chaos.pushes = (chaos.pushes ?? 0) + 1;
        if (entries.length > 0 && chaos.pushes % 1000 !== 0) await timeline.push(`,
    seenIn: "crowd",
  },
  {
    name: "a counter that adds twice on a repeat",
    file: "workers/graph/writer.ts",
    replace:
      "WHERE coalesce((SELECT version ${edge}), 0) < ${version}\n      AND coalesce((SELECT state ${edge}), 0) <> ${state}",
    by: "WHERE true",
    seenIn: "campaign",
  },
  {
    name: "an outbox sweep turned off",
    file: "workers/cron.ts",
    replace: "const jobs = [sweepOutbox(ctx), pruneFoundations(ctx)];",
    by: "const jobs = [pruneFoundations(ctx)];",
    seenIn: "campaign",
  },
  {
    name: "a timeline that forgets that pushes rested in a memory that is lost",
    file: "durable-objects/timeline-pages.ts",
    replace: "this.#lostAbove = shelf.head.restsAbove;",
    by: "this.#lostAbove = null;",
    seenIn: "campaign",
  },
  {
    name: "a repeat that is refused for what has come between, and not given its first answer",
    file: "workers/lib/idempotency.ts",
    replace: "if (first === null) throw error;",
    by: "if (first !== undefined) throw error;",
    seenIn: "campaign",
  },
];

const SOURCES = ["workers", "durable-objects", "bench/worker", "test/chaos", "wrangler.toml", "package.json"];

/** Builds the chaos Worker over a broken product. @returns the folder with `index.js`; the caller removes it. */
export async function bundleBroken({ name, file, replace, by }: Sabotage): Promise<string> {
  const copy = mkdtempSync(join(tmpdir(), "dunlin-chaos-broken-"));
  try {
    for (const source of SOURCES) cpSync(join(ROOT, source), join(copy, source), { recursive: true });
    mkdirSync(join(copy, "dist/assets"), { recursive: true });
    symlinkSync(join(ROOT, "node_modules"), join(copy, "node_modules"));
    const parts = readFileSync(join(copy, file), "utf8").split(replace);
    if (parts.length !== 2) throw new Error(`${name}: "${replace}" stands ${parts.length - 1} times in ${file}`);
    writeFileSync(join(copy, file), parts.join(by));
    return await bundleChaos(copy);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}
