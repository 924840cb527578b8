import { execFileSync, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, symlinkSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { ROOT, sleep } from "../../../scripts/lib.ts";

/** What a clone of the working tree would have, with the dependencies of this one: no .dev.vars, no dist/, no .wrangler/. */
export function freshClone(folder: string): string {
  const files = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "-z"], { cwd: ROOT, encoding: "utf8" });
  for (const file of files.split("\0").filter((name) => name !== "" && existsSync(join(ROOT, name)))) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    copyFileSync(join(ROOT, file), join(folder, file));
  }
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"), "dir");
  return folder;
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const address = server.address();
  await new Promise((closed) => server.close(closed));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

export interface Started {
  readonly url: string;
  /** Everything it has written so far. */
  output(): string;
  /** In the environment of every process it started, whoever started that. */
  readonly mark: string;
  /** Settles when `text` was written. Throws, with all that was, after `ms` or when it has ended. */
  writes(text: string, ms: number): Promise<void>;
  /** Ctrl-C: SIGINT to npm and its children, as a terminal sends it. Settles when npm has ended; throws after `ms`. */
  interrupt(ms: number): Promise<void>;
  /** For the end of a test that failed. */
  kill(): void;
}

/** `npm start -- …` in `clone`, as somebody at a terminal. */
export function npmStart(clone: string, port: number, options: readonly string[]): Started {
  const mark = `DUNLIN_TEST_MARK=${randomUUID()}`;
  const [name = "", value] = mark.split("=");
  const child = spawn("npm", ["start", "--", "--port", String(port), ...options], {
    cwd: clone,
    env: { ...process.env, [name]: value, NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true, // a process group of its own, as a terminal gives it
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (output += text));
  let ended = false;
  child.once("close", () => (ended = true));
  const signal = (which: NodeJS.Signals) => {
    if (child.pid !== undefined && !ended) process.kill(-child.pid, which);
  };
  const until = async (what: string, ms: number, reached: () => boolean) => {
    const deadline = performance.now() + ms;
    while (!reached()) {
      if (performance.now() > deadline) throw new Error(`npm start: no ${what} within ${ms} ms:\n${output}`);
      await sleep(50);
    }
  };
  return {
    url: `http://127.0.0.1:${port}`,
    output: () => output,
    mark,
    writes: async (text, ms) => {
      await until(`"${text}"`, ms, () => ended || output.includes(text));
      if (!output.includes(text)) throw new Error(`npm start ended before it wrote "${text}":\n${output}`);
    },
    interrupt: async (ms) => {
      signal("SIGINT");
      await until("end", ms, () => ended);
    },
    kill: () => signal("SIGTERM"),
  };
}
