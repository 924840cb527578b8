import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildAssets } from "../../scripts/build-assets.ts";
import { ROOT } from "../../scripts/lib.ts";
import { startLocalRuntime, type LocalRuntime } from "../../scripts/local-runtime.ts";
import { launchBrowser } from "./app/support/browser.ts";

/** A folder for screenshots, for whoever wants to look. */
const SCREENSHOTS = process.env["SCREENSHOTS"];

let runtime: LocalRuntime;
let browser: Browser;

beforeAll(async () => {
  if (!existsSync(join(ROOT, "dist/assets/docs.html"))) await buildAssets();
  runtime = await startLocalRuntime({ vars: { PASSWORD_SCRYPT_N: "16", RATE_LIMIT_SCALE: "0" } });
  browser = await launchBrowser();
});

afterAll(async () => {
  await browser?.close();
  await runtime?.stop();
});

/** A page that keeps what it complains about and whom it asks. */
async function openDocs(width: number): Promise<{ page: Page; complaints: string[]; hosts: Set<string> }> {
  const page = await browser.newPage();
  const complaints: string[] = [];
  const hosts = new Set<string>();
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => {
    const { protocol, host } = new URL(request.url());
    if (protocol.startsWith("http")) hosts.add(host);
  });
  await page.setViewportSize({ width, height: 900 });
  await page.goto(`${runtime.entryUrl}/docs`);
  await page.getByText("/users/by/username/{username}").first().waitFor();
  return { page, complaints, hosts };
}

async function call(path: string, json: object, token?: string): Promise<{ data: Record<string, string> }> {
  const answer = await fetch(`${runtime.entryUrl}${path}`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(json),
  });
  expect(answer.status, path).toBe(201);
  return (await answer.json()) as { data: Record<string, string> };
}

test("the page comes with a policy that lets no script in but its own", async () => {
  const answer = await fetch(`${runtime.entryUrl}/docs`);
  expect(answer.status).toBe(200);
  const policy = answer.headers.get("content-security-policy") ?? "";
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("script-src 'self';");
  expect(policy).not.toContain("unsafe");
});

test.each([390, 1280])("at %i px it lists every operation, fits the screen, and asks nobody else", async (width) => {
  const { page, complaints, hosts } = await openDocs(width);
  const document = (await (await fetch(`${runtime.entryUrl}/openapi.json`)).json()) as {
    paths: Record<string, object>;
  };
  const operations = Object.values(document.paths).flatMap((methods) => Object.keys(methods));
  expect(await page.locator(".opblock").count()).toBe(operations.length);
  await page.locator("#operations-Tweets-getTweets .opblock-summary").click();
  await page.locator("#operations-Tweets-getTweets").getByText("comma-separated").first().waitFor();
  const overflow = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
  expect(overflow).toBeLessThanOrEqual(0);
  if (SCREENSHOTS !== undefined)
    await page.screenshot({ path: join(SCREENSHOTS, `docs-${width}.png`), fullPage: true });
  expect(complaints).toEqual([]);
  expect([...hosts]).toEqual([new URL(runtime.entryUrl).host]);
  await page.close();
});

test("a developer opens an operation, tries it out, signs in and sees the answers of this very server", async () => {
  const text = "Tried out from the page";
  const username = `docs_${Date.now() % 1_000_000}`;
  const { data: session } = await call("/2/auth/register", { username, password: "correct horse" });
  const token = session["access_token"] ?? "";
  const { data: tweet } = await call("/2/tweets", { text }, token);
  const { page, complaints, hosts } = await openDocs(1280);

  const lookup = page.locator("#operations-Tweets-getTweets");
  await lookup.locator(".opblock-summary").click();
  await lookup.getByRole("button", { name: "Try it out" }).click();
  await lookup.locator('tr[data-param-name="ids"] input').fill(tweet["id"] ?? "");
  await lookup.getByRole("button", { name: "Execute" }).click();
  const live = lookup.locator(".live-responses-table");
  await live.getByText(text).first().waitFor();
  expect(await live.locator(".response-col_status").last().innerText()).toMatch(/^200/);
  if (SCREENSHOTS !== undefined) await lookup.screenshot({ path: join(SCREENSHOTS, "docs-try.png") });

  await page.getByRole("button", { name: "Authorize" }).first().click();
  await page.locator(".auth-container input").fill(token);
  await page.locator(".auth-btn-wrapper").getByRole("button", { name: "Apply credentials" }).click();
  await page.locator(".auth-btn-wrapper").getByRole("button", { name: "Close" }).click();
  const me = page.locator("#operations-Users-findMyUser");
  await me.locator(".opblock-summary").click();
  await me.getByRole("button", { name: "Try it out" }).click();
  await me.getByRole("button", { name: "Execute" }).click();
  await me.locator(".live-responses-table").getByText(username).first().waitFor();

  expect(complaints).toEqual([]);
  expect([...hosts]).toEqual([new URL(runtime.entryUrl).host]);
  await page.close();
});
