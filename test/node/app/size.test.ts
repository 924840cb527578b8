import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { beforeAll, expect, test } from "vitest";
import { ROOT } from "../../../scripts/lib.ts";
import { useStage } from "./support/stage.ts";

const stage = useStage();

/** JavaScript before an interactive home, gzipped. */
const BYTES_MAX = 60 * 1024;
const ASSETS = join(ROOT, "dist/assets");
const SCRIPTS = /<script\b[^>]*\bsrc="([^"]+)"|<link\b[^>]*\brel="modulepreload"[^>]*\bhref="([^"]+)"/g;
const STATIC_IMPORTS = /\b(?:from|import)\s*"(\.{1,2}\/[^"]+\.js)"/g;

/** Paths of index.html's scripts and of all that they import before they run, as the build left them. */
function scriptsOfHome(): string[] {
  const page = readFileSync(join(ASSETS, "index.html"), "utf8");
  const found = [...page.matchAll(SCRIPTS)].map((match) => match[1] ?? match[2] ?? "");
  for (const path of found) {
    const text = readFileSync(join(ASSETS, path), "utf8");
    for (const [, imported = ""] of text.matchAll(STATIC_IMPORTS)) {
      const { pathname } = new URL(imported, `http://page${path}`);
      if (!found.includes(pathname)) found.push(pathname);
    }
  }
  return found;
}

const gzipped = (path: string): number => gzipSync(readFileSync(join(ASSETS, path))).length;
const total = (paths: readonly string[]): number => paths.reduce((sum, path) => sum + gzipped(path), 0);

let home: string[];

beforeAll(() => {
  home = scriptsOfHome();
});

test("what index.html brings before home works is at most 60 KB of JavaScript, gzipped", () => {
  expect(home.length).toBeGreaterThan(1);
  expect(home.filter((path) => !existsSync(join(ASSETS, path)))).toEqual([]);
  console.log(`JavaScript before an interactive home: ${total(home)} bytes gzipped, in ${home.length} files`);
  expect(total(home)).toBeLessThanOrEqual(BYTES_MAX);
});

test("a browser that shows home has asked for no other script, and for no other host at all", async () => {
  const { alice } = await stage().people("alice");
  await stage().post(alice, "Something to see");
  const visit = await stage().open({ as: alice });
  visit.watch.addresses.length = 0;
  const scripts = async () => {
    const paths = visit.watch.addresses.map((address) => new URL(address).pathname);
    return [...new Set(paths)].filter((path) => path.endsWith(".js"));
  };
  await visit.page.reload();
  await visit.cardOf("Something to see").waitFor();
  await visit.button("Like", visit.cardOf("Something to see")).click();
  await expect
    .poll(async () => await visit.button("Like", visit.cards().first()).getAttribute("aria-pressed"))
    .toBe("true");
  expect((await scripts()).toSorted()).toEqual(home.toSorted());
  const hosts = new Set(visit.watch.addresses.map((address) => new URL(address).host));
  expect([...hosts]).toEqual([new URL(stage().url).host]);
});

test("the policy of every page lets nothing in but the server's own files, and has no exception", async () => {
  for (const path of ["/", "/home", "/login", "/settings", "/nobody_at_all", "/nobody_at_all/status/1", "/docs"]) {
    const answer = await fetch(`${stage().url}${path}`);
    const policy = answer.headers.get("content-security-policy") ?? "";
    expect(policy, path).toContain("default-src 'none'");
    expect(policy, path).toMatch(/script-src 'self'(;|$)/);
    expect(policy, path).toMatch(/style-src 'self'(;|$)/);
    expect(policy, path).toMatch(/connect-src 'self'(;|$)/);
    expect(policy, path).not.toMatch(/unsafe|\*|https?:|blob:|nonce/);
    expect(answer.headers.get("x-content-type-options"), path).toBe("nosniff");
  }
});

test("a script that gets into the page all the same does not run, and is reported", async () => {
  const visit = await stage().open();
  visit.watch.expect(/Content Security Policy|policy breached|violates the following|requires 'TrustedScript'/);
  const breach = visit.page.waitForEvent("console", (message) =>
    message.text().startsWith("policy breached: script-src"),
  );
  await visit.page.evaluate(`{
    const script = document.createElement("script");
    try { script.text = "window.ran = 1"; document.body.append(script); } catch {}
    const image = document.createElement("img");
    image.setAttribute("src", "x:");
    try { image.setAttribute("onerror", "window.ran = 1"); } catch {}
    document.body.append(image);
    const link = document.createElement("link");
    Object.assign(link, { rel: "modulepreload", href: "data:text/javascript,window.ran=1" });
    document.head.append(link);
  }`);
  await breach;
  expect(await visit.page.evaluate("window.ran ?? null")).toBe(null);
});
