/** `npm run check`: everything that can be said about the code without running it. All steps run; one that fails fails all. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { buildAssets } from "./build-assets.ts";
import { importErrors, sourceFiles } from "./check-imports.ts";
import { ROOT, run } from "./lib.ts";

/** A step answers what is wrong; "" is fine. */
type Step = () => Promise<string>;

const tool =
  (command: string, ...args: string[]): Step =>
  async () => {
    const { code, output } = await run(command, args);
    return code === 0 ? "" : output || `${command} ended with ${code}`;
  };

/** Private key material, by shape. */
const SECRET_SHAPES: readonly (readonly [string, RegExp])[] = [
  ["a private JWK", /["']?\bd["']?\s*:\s*["'][\w-]{42,}["']/],
  ["an AWS key", /\b(AKIA|ASIA)[0-9A-Z]{16}\b/],
  ["a PEM private key", /-----BEGIN [A-Z ]*PRIVATE KEY-----/],
  ["a Cloudflare token", /\bCLOUDFLARE_API_TOKEN\s*[=:]\s*["']?[\w-]{30,}/],
];

/** Looks through every file that is, or would be, committed. */
async function findSecrets(): Promise<string> {
  const { code, output } = await run("git", ["ls-files", "-co", "--exclude-standard", "-z"]);
  if (code !== 0) return output;
  const found: string[] = [];
  for (const path of output.split("\0").filter((name) => name !== "")) {
    const text = readIfThere(path);
    for (const [what, shape] of SECRET_SHAPES) if (shape.test(text)) found.push(`${path} holds ${what}`);
  }
  return found.join("\n");
}

function readIfThere(path: string): string {
  try {
    return readFileSync(join(ROOT, path), "utf8");
  } catch {
    return ""; // deleted and not yet committed
  }
}

/** In a folder of its own, gone afterwards. */
async function inTemporary(work: (folder: string) => Promise<string>): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "dunlin-check-"));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The types name the secrets as well, which wrangler takes from an env file: one that every clone can have. */
const bindingTypes: Step = () =>
  inTemporary(async (folder) => {
    const envFile = join(folder, "secrets.env");
    writeFileSync(envFile, "SIGNING_KEYS=[]\n");
    return await tool("wrangler", "types", "--check", "--env-file", envFile)();
  });

const dryRun: Step = () =>
  inTemporary(async (folder) => {
    await buildAssets();
    return await tool("wrangler", "deploy", "--dry-run", "--outdir", folder)();
  });

const STEPS: readonly (readonly [string, Step])[] = [
  ["types of the Worker", tool("tsc", "-p", "tsconfig.json")],
  ["types of the tests", tool("tsc", "-p", "test/tsconfig.json")],
  ["types of the scripts", tool("tsc", "-p", "scripts/tsconfig.json")],
  ["types of the app", tool("tsc", "-p", "web/tsconfig.json")],
  ["types of the benchmark's Worker", tool("tsc", "-p", "bench/worker/tsconfig.json")],
  ["binding types are up to date", bindingTypes],
  ["lint", tool("oxlint", "--deny-warnings")],
  ["format", tool("oxfmt", "--check")],
  ["import rules", async () => importErrors(sourceFiles(ROOT)).join("\n")],
  ["no secrets", findSecrets],
  ["the Worker builds", dryRun],
];

let failures = 0;
for (const [name, step] of STEPS) {
  const began = performance.now();
  const wrong = await step().catch((error: unknown) => String(error));
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.log(`${wrong === "" ? "ok    " : "FAILED"} ${name} (${seconds} s)`);
  if (wrong === "") continue;
  failures += 1;
  console.log(stripVTControlCharacters(wrong).trimEnd().replace(/^/gm, "       "));
}
console.log(failures === 0 ? "all checks passed" : `${failures} of ${STEPS.length} checks failed`);
process.exitCode = failures === 0 ? 0 : 1;
