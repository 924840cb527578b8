/** The one way to a browser: Chromium as @sparticuz/chromium packs it, without a window. */
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import chromium from "@sparticuz/chromium";
import { chromium as browsers, type Browser } from "playwright-core";

/** No sandbox inside a container, and nothing that looks for the internet. */
const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // The heap is measured, in bytes.
  "--enable-precise-memory-info",
  "--js-flags=--expose-gc",
];

/** Starts a browser; whoever did closes it. */
export async function launchBrowser(): Promise<Browser> {
  return await browsers.launch({ executablePath: await unpackedChromium(), args: FLAGS, chromiumSandbox: false });
}

/** The program, unpacked once a machine. It appears as a whole: two test files may ask for it at the same time. */
async function unpackedChromium(): Promise<string> {
  const target = join(tmpdir(), `dunlin-chromium-${packedVersion()}`);
  const program = join(target, "chromium");
  if (existsSync(program)) return program;
  const { TMPDIR } = process.env;
  const fresh = mkdtempSync(join(tmpdir(), "dunlin-chromium-"));
  try {
    process.env["TMPDIR"] = fresh;
    await chromium.executablePath();
    renameSync(fresh, target);
  } catch (error) {
    if (!existsSync(program)) throw error;
  } finally {
    if (TMPDIR === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = TMPDIR;
    rmSync(fresh, { recursive: true, force: true });
  }
  return program;
}

function packedVersion(): string {
  const main = createRequire(import.meta.url).resolve("@sparticuz/chromium");
  const { version } = JSON.parse(readFileSync(join(main, "../../package.json"), "utf8")) as { version: string };
  return version;
}
