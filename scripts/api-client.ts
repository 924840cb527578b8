/** What scripts need of the API, over HTTP as any client: with patience for an overloaded server. */
import { sleep } from "./lib.ts";

export interface Account {
  readonly id: string;
  readonly username: string;
  readonly token: string;
}

export interface Tweet {
  readonly id: string;
  readonly text: string;
}

/** An answer that is not a success. */
export class Refused extends Error {
  readonly status: number;
  constructor(call: string, status: number, body: string) {
    super(`${call} answered ${status}: ${body.slice(0, 500)}`);
    this.name = "Refused";
    this.status = status;
  }
}

interface Call {
  readonly method?: string;
  readonly token?: string;
  readonly json?: unknown;
  readonly idempotencyKey?: string;
}

interface SessionJson {
  readonly data: { readonly user: { readonly id: string; readonly username: string }; readonly access_token: string };
}

const TRIES = 8;
const PAGE = 100;
const PAGES_MAX = 1_000;

export class ApiClient {
  readonly url: string;
  /** Requests that had to be made again. */
  retries = 0;

  constructor(url: string) {
    this.url = url.replace(/\/$/, "");
  }

  /** The JSON of a successful answer; 429, 5xx and lost connections are tried again. Throws Refused. */
  async call<T>(path: string, call: Call = {}): Promise<T> {
    const method = call.method ?? (call.json === undefined ? "GET" : "POST");
    const headers = new Headers();
    if (call.token !== undefined) headers.set("authorization", `Bearer ${call.token}`);
    if (call.json !== undefined) headers.set("content-type", "application/json");
    if (call.idempotencyKey !== undefined) headers.set("idempotency-key", call.idempotencyKey);
    const body = call.json === undefined ? {} : { body: JSON.stringify(call.json) };
    for (let tries = 1; ; tries += 1) {
      let waitSeconds = Math.min(0.1 * 2 ** tries, 5);
      try {
        const response = await fetch(`${this.url}${path}`, { method, headers, ...body });
        const text = await response.text();
        if (response.ok) return JSON.parse(text) as T;
        const again = response.status === 429 || response.status >= 500;
        if (!again || tries === TRIES) throw new Refused(`${method} ${path}`, response.status, text);
        waitSeconds = Math.max(waitSeconds, Number(response.headers.get("retry-after") ?? 0));
      } catch (error) {
        if (error instanceof Refused || tries === TRIES) throw error;
      }
      this.retries += 1;
      await sleep(waitSeconds * 1000);
    }
  }

  /** A new account, or the same name's old one where the password fits. */
  async registerOrLogIn(username: string, password: string, name: string): Promise<Account> {
    const sent = { json: { username, password, name } };
    const { data } = await this.call<SessionJson>("/2/auth/register", sent).catch(async (error: unknown) => {
      if (!(error instanceof Refused) || error.status !== 409) throw error;
      return await this.call<SessionJson>("/2/auth/login", { json: { username, password } });
    });
    return { id: data.user.id, username: data.user.username, token: data.access_token };
  }

  /** True where the username has an account. */
  async hasAccount(username: string): Promise<boolean> {
    const found = await this.call<object>(`/2/users/by/username/${username}`).catch((error: unknown) => {
      if (error instanceof Refused && error.status === 404) return null;
      throw error;
    });
    return found !== null && "data" in found;
  }

  async describe(account: Account, profile: Readonly<Record<string, string>>): Promise<void> {
    await this.call("/2/users/me", { method: "PATCH", token: account.token, json: profile });
  }

  async follow(account: Account, targetId: string): Promise<void> {
    await this.call(`/2/users/${account.id}/following`, { token: account.token, json: { target_user_id: targetId } });
  }

  /** @param more joins the body: what the tweet answers or quotes. */
  async post(
    account: Account,
    text: string,
    idempotencyKey: string,
    more: Readonly<Record<string, unknown>> = {},
  ): Promise<Tweet> {
    const sent = { token: account.token, json: { text, ...more }, idempotencyKey };
    return (await this.call<{ data: Tweet }>("/2/tweets", sent)).data;
  }

  async like(account: Account, tweetId: string): Promise<void> {
    await this.call(`/2/users/${account.id}/likes`, { token: account.token, json: { tweet_id: tweetId } });
  }

  async retweet(account: Account, tweetId: string): Promise<void> {
    await this.call(`/2/users/${account.id}/retweets`, { token: account.token, json: { tweet_id: tweetId } });
  }

  /** A list of the account's own with `members` in it. */
  async list(account: Account, name: string, members: readonly Account[], idempotencyKey: string): Promise<void> {
    const { token } = account;
    const { data } = await this.call<{ data: { id: string } }>("/2/lists", { token, json: { name }, idempotencyKey });
    for (const { id } of members) await this.call(`/2/lists/${data.id}/members`, { token, json: { user_id: id } });
  }

  /** A page of the account's home timeline. */
  async home(account: Account, query: Readonly<Record<string, string>>): Promise<HomePage> {
    const path = `/2/users/${account.id}/timelines/reverse_chronological?${new URLSearchParams(query)}`;
    return await this.call<HomePage>(path, { token: account.token });
  }

  /** The ids of the whole home timeline, by paging to its end. Throws where a page is degraded. */
  async wholeHome(account: Account): Promise<string[]> {
    const ids: string[] = [];
    let next: Record<string, string> = {};
    for (let pages = 0; pages < PAGES_MAX; pages += 1) {
      const { data = [], meta } = await this.home(account, { max_results: String(PAGE), ...next });
      if (meta.degraded !== undefined) throw new Error(`${account.username}: a degraded page`);
      ids.push(...data.map((tweet) => tweet.id));
      if (meta.next_token === undefined) return ids;
      next = { pagination_token: meta.next_token };
    }
    throw new Error(`${account.username}: no end after ${PAGES_MAX} pages`);
  }
}

export interface HomePage {
  readonly data?: readonly (Tweet & { readonly author_id?: string })[];
  readonly includes?: { readonly users?: readonly { readonly id: string; readonly username: string }[] };
  readonly meta: { readonly result_count: number; readonly next_token?: string; readonly degraded?: unknown };
}
