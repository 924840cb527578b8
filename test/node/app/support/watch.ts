import type { BrowserContext, Page, Request } from "playwright-core";

/** What a token looks like, ours being JWTs and `selector.secret` pairs: never in an address. */
const TOKEN_IN_ADDRESS = /eyJ[\w-]{10,}\.|[?&#](access_|refresh_)?token=|bearer/i;

/** Tells of every breach of the policy where the watch hears it; it runs in the page, before the page's own scripts. */
const REPORT_BREACHES = `addEventListener("securitypolicyviolation", (event) =>
  console.error("policy breached: " + event.effectiveDirective + " " + event.blockedURI + " " + event.sample))`;

/**
 * Listens to every page of a browser context: console errors and warnings, page errors, breaches of the policy, dialogs,
 * requests to another host, and tokens in addresses are complaints.
 */
export class Watch {
  /** What nobody expected, in order. */
  readonly complaints: string[] = [];
  /** Every address asked for, WebSockets included. */
  readonly addresses: string[] = [];
  /** Messages that came over WebSockets. */
  frames = 0;
  readonly #host: string;
  readonly #expected: RegExp[] = [];

  /** @param host the one host that may be asked, with its port. */
  constructor(host: string) {
    this.#host = host;
  }

  async listenTo(context: BrowserContext): Promise<void> {
    await context.addInitScript(REPORT_BREACHES);
    context.on("page", (page) => this.#listenToPage(page));
    context.on("request", (request) => this.#look(request.url(), request));
    context.on("weberror", (error) =>
      this.#complain(`page error: ${String(error.error())} ${error.error().stack ?? ""}`),
    );
    context.on("dialog", (dialog) => {
      this.#complain(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    context.on("console", (message) => {
      if (!["error", "warning"].includes(message.type())) return;
      this.#complain(`console: ${message.text()} (${message.location().url})`);
    });
  }

  /** Names complaints that the test means to cause. */
  expect(...patterns: readonly RegExp[]): void {
    this.#expected.push(...patterns);
  }

  #listenToPage(page: Page): void {
    page.on("websocket", (socket) => {
      this.#look(socket.url());
      socket.on("framereceived", () => {
        this.frames += 1;
      });
    });
    page.on("crash", () => this.#complain("the page crashed"));
  }

  #look(address: string, request?: Request): void {
    this.addresses.push(address);
    const { protocol, host } = new URL(address);
    if (/^(https?|wss?):$/.test(protocol) && host !== this.#host) this.#complain(`another host was asked: ${address}`);
    if (TOKEN_IN_ADDRESS.test(address)) this.#complain(`a token in an address: ${request?.method() ?? ""} ${address}`);
  }

  #complain(text: string): void {
    if (!this.#expected.some((pattern) => pattern.test(text))) this.complaints.push(text);
  }
}

/** What Chromium writes to the console for requests that failed. */
export const FAILED = {
  status: (status: number, path = "") => new RegExp(`status of ${status}.*${path}`),
  offline: /net::ERR_(INTERNET_DISCONNECTED|FAILED|CONNECTION_|NETWORK_|ABORTED|INCOMPLETE_|EMPTY_)/,
} as const;
