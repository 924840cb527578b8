import type { SessionData } from "../../workers/accounts/session-answer.ts";
import type { Isolate } from "../support/world.ts";

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly data: SessionData & { readonly revoked?: boolean };
  /** The whole `set-cookie` lines. */
  readonly cookies: string[];
}

/** The page in a browser: it asks for cookies, and keeps what it is given as the browser would, with its path. */
export class Browser {
  readonly #isolate: Isolate;
  readonly #scheme: "https" | "http";
  /** By name: the value and the path below which it is sent. */
  jar = new Map<string, { value: string; path: string }>();

  constructor(isolate: Isolate, scheme: "https" | "http" = "https") {
    this.#isolate = isolate;
    this.#scheme = scheme;
  }

  get refreshToken(): string | undefined {
    return this.jar.get("refresh_token")?.value;
  }

  /** Puts a refresh token into the jar, as if it had been given there. */
  hold(value: string): void {
    this.jar.set("refresh_token", { value, path: "/2/auth" });
  }

  /** `POST` of `json` to `path` (`/2/auth/login`), with `x-session: cookie` unless other headers are given. */
  async posts(path: string, json: object = {}, headers: Record<string, string> = {}): Promise<Answered> {
    const sent = new Headers({ "content-type": "application/json", "x-session": "cookie", ...headers });
    const held = [...this.jar].filter(([, cookie]) => path.startsWith(`${cookie.path}/`));
    if (held.length > 0) sent.set("cookie", held.map(([name, { value }]) => `${name}=${value}`).join("; "));
    const url = `${this.#scheme}://dunlin.test${path}`;
    const answer = await this.#isolate.fetch(url, { method: "POST", headers: sent, body: JSON.stringify(json) });
    const cookies = answer.headers.getSetCookie();
    for (const cookie of cookies) this.#keep(cookie);
    const { data } = (await answer.json()) as { data: Answered["data"] };
    return { status: answer.status, headers: answer.headers, data, cookies };
  }

  #keep(cookie: string): void {
    const [pair = "", ...attributes] = cookie.split("; ");
    const [name = "", value = ""] = pair.split("=");
    const path = attributes.find((one) => one.startsWith("Path="))?.slice("Path=".length) ?? "/";
    if (attributes.includes("Max-Age=0")) this.jar.delete(name);
    else this.jar.set(name, { value, path });
  }
}
