/** A real server, a real browser, and people: what every story of the web app is told with. */
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Browser, BrowserContextOptions } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { ApiClient, type Account } from "../../../../scripts/api-client.ts";
import { buildAssets } from "../../../../scripts/build-assets.ts";
import { ROOT } from "../../../../scripts/lib.ts";
import { startLocalRuntime, type LocalRuntime, type LocalRuntimeOptions } from "../../../../scripts/local-runtime.ts";
import { launchBrowser } from "./browser.ts";
import { Cable } from "./cable.ts";
import { Visit } from "./visit.ts";
import { Watch } from "./watch.ts";

/** Everybody's. */
export const PASSWORD = "correct horse battery";

/** Somebody with an account; `token` is a session of the test's own, beside the browser's. */
export interface Person extends Account {
  readonly name: string;
}

export interface OpenOptions extends BrowserContextOptions {
  /** Who signs in, through the real form; nobody unless given. */
  readonly as?: Person;
  /** The address to be at then; home unless given. */
  readonly at?: string;
  /** The server's address, where the way to it is another than everybody's. */
  readonly through?: string;
}

/** For whoever looks; none unless the variable names a folder. */
const SCREENSHOTS = process.env["SCREENSHOTS"];
const WIDTH = 1280;
const HEIGHT = 900;

const VARS = { PASSWORD_SCRYPT_N: "16", RATE_LIMIT_SCALE: "0", FEED_WRITE_INTERVAL_MS: "20", LOG_LEVEL: "error" };

export class Stage {
  readonly runtime: LocalRuntime;
  readonly browser: Browser;
  /** Straight to the Worker. */
  readonly api: ApiClient;
  /** Where pages are, without a slash at the end. */
  readonly url: string;
  /** Every watch of this test, that of closed pages too. */
  readonly watches: Watch[] = [];
  readonly #visits: Visit[] = [];
  readonly #cables: Cable[] = [];
  #last = 0;

  constructor(runtime: LocalRuntime, browser: Browser) {
    this.runtime = runtime;
    this.browser = browser;
    this.api = new ApiClient(runtime.url);
    this.url = runtime.entryUrl;
  }

  /** New accounts, told apart from those of other tests by a number: `alice` may be @alice_12, named Alice. */
  async people<const Name extends string>(...names: readonly Name[]): Promise<Record<Name, Person>> {
    const people = names.map(async (short) => {
      const name = `${short.charAt(0).toUpperCase()}${short.slice(1)}`;
      const account = await this.api.registerOrLogIn(this.newUsername(short), PASSWORD, name);
      return [short, { ...account, name }] as const;
    });
    return Object.fromEntries(await Promise.all(people)) as Record<Name, Person>;
  }

  /** A username that nobody has. */
  newUsername(short: string): string {
    this.#last += 1;
    return `${short.slice(0, 10)}_${this.#last}`.padEnd(4, "0");
  }

  /** Posts by the API. @param more joins the body: what it answers or quotes. @returns the tweet's id. */
  async post(author: Account, text: string, more: Readonly<Record<string, unknown>> = {}): Promise<string> {
    return (await this.api.post(author, text, crypto.randomUUID(), more)).id;
  }

  /** Settles when every effect of every write is done. */
  async drained(): Promise<void> {
    await this.runtime.outboxEmpty(60);
  }

  /** A browser of its own, with its own cookies and storage, in front of a page. Closed after the test. */
  async open({ as, at, ...options }: OpenOptions = {}): Promise<Visit> {
    const visit = await this.openBlank(options);
    if (as === undefined) await visit.goto(at ?? "/");
    else await visit.signIn(as.username, PASSWORD, at);
    return visit;
  }

  /** A way to the server that can be cut, for `through`. Closed after the test. */
  async cable(): Promise<Cable> {
    const cable = await Cable.to(this.url);
    this.#cables.push(cable);
    return cable;
  }

  /** The same before it was anywhere. */
  async openBlank({ through = this.url, ...options }: Omit<OpenOptions, "as" | "at"> = {}): Promise<Visit> {
    const viewport = { width: WIDTH, height: HEIGHT };
    const context = await this.browser.newContext({ baseURL: through, locale: "en-GB", viewport, ...options });
    const watch = new Watch(new URL(through).host);
    this.watches.push(watch);
    await watch.listenTo(context);
    const visit = new Visit(await context.newPage(), context, watch);
    this.#visits.push(visit);
    return visit;
  }

  /** After a test: closes what it opened. @returns what any page of it complained about. */
  async clear(name: string): Promise<string[]> {
    for (const [index, visit] of this.#visits.entries()) {
      if (SCREENSHOTS !== undefined) {
        mkdirSync(SCREENSHOTS, { recursive: true });
        const path = join(SCREENSHOTS, `${name.replaceAll(/\W+/g, "-").slice(0, 80)}-${index}.png`);
        await visit.page.screenshot({ path }).catch(() => undefined);
      }
      await visit.close();
    }
    this.#visits.length = 0;
    for (const cable of this.#cables.splice(0)) cable.close();
    return this.watches.splice(0).flatMap(({ complaints }) => complaints);
  }
}

/**
 * One server and one browser for a test file. After each test its pages are closed, and it fails where one of them
 * complained of anything that the test did not name (`visit.watch.expect`).
 * @returns the stage, once the tests run.
 */
export function useStage(options: LocalRuntimeOptions = {}): () => Stage {
  let stage: Stage | undefined;
  beforeAll(async () => {
    if (!existsSync(join(ROOT, "dist/assets/index.html"))) await buildAssets();
    const [runtime, browser] = await Promise.all([
      startLocalRuntime({ inMemory: true, ...options, vars: { ...VARS, ...options.vars } }),
      launchBrowser(),
    ]);
    stage = new Stage(runtime, browser);
  });
  afterEach(async ({ task }) => {
    expect((await stage?.clear(task.name)) ?? [], "what the pages complained about").toEqual([]);
  });
  afterAll(async () => {
    await stage?.browser.close();
    await stage?.runtime.stop();
  });
  return () => {
    if (stage === undefined) throw new Error("the stage stands only while tests run");
    return stage;
  };
}
