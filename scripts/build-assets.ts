/** Makes dist/assets, what the ASSETS binding serves: web/public, and the files of Swagger UI under docs/. */
import { cpSync, copyFileSync, mkdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");
const SWAGGER_FILES = ["swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png", "LICENSE", "NOTICE"];

/** Makes dist/assets afresh and answers its path. */
export function buildAssets(): string {
  const target = join(root, "dist/assets");
  rmSync(target, { recursive: true, force: true });
  mkdirSync(join(target, "docs"), { recursive: true });
  cpSync(join(root, "web/public"), target, { recursive: true });
  const swagger = dirname(createRequire(import.meta.url).resolve("swagger-ui-dist/package.json"));
  for (const file of SWAGGER_FILES) copyFileSync(join(swagger, file), join(target, "docs", file));
  return target;
}

if (import.meta.main) console.log(`assets: ${buildAssets()}`);
