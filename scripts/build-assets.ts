/** Makes dist/assets, what the ASSETS binding serves: the app as Vite builds it from web/, and Swagger UI under docs/. */
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { build } from "vite";
import { ROOT } from "./lib.ts";

const DIST = join(ROOT, "dist");
const SWAGGER_FILES = ["swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png", "LICENSE", "NOTICE"];

/**
 * Brings dist/assets up to date and answers its path. It is made elsewhere and then taken over file by file: a server that
 * serves the folder meanwhile never finds it gone. Throws where the app does not build, and leaves the folder as it was.
 */
export async function buildAssets(): Promise<string> {
  mkdirSync(DIST, { recursive: true });
  const [fresh, target] = [mkdtempSync(join(DIST, "new-")), join(DIST, "assets")];
  try {
    await build({ configFile: join(ROOT, "web/vite.config.ts"), build: { outDir: fresh } });
    const swagger = dirname(createRequire(import.meta.url).resolve("swagger-ui-dist/package.json"));
    mkdirSync(join(fresh, "docs"), { recursive: true });
    for (const file of SWAGGER_FILES) copyFileSync(join(swagger, file), join(fresh, "docs", file));
    cpSync(fresh, target, { recursive: true });
    for (const path of readdirSync(target, { recursive: true, encoding: "utf8" })) {
      const stale = statSync(join(target, path)).isFile() && !existsSync(join(fresh, path));
      if (stale) rmSync(join(target, path));
    }
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  return target;
}

if (import.meta.main) console.log(`assets: ${await buildAssets()}`);
