import { existsSync } from "node:fs";
import { resolve } from "node:path";

/** The data folder beside the repository, which a fresh clone lacks. DUNLIN_DATA names another place. */
const FOLDER = process.env["DUNLIN_DATA"] ?? resolve(import.meta.dirname, "../../../shared/data");

/**
 * The path of `file` (`twitter-text/conformance.json.gz`), or null where it is absent; then the test that wants it must be
 * skipped: `test.skipIf(path === null)`. What is skipped is said once.
 */
export function sharedData(file: string): string | null {
  const path = resolve(FOLDER, file);
  if (existsSync(path)) return path;
  console.warn(`skipped: ${file} is not in the data folder beside the repository`);
  return null;
}
