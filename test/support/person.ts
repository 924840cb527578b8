import { expect } from "vitest";
import { troubleIn, type Isolate } from "./isolate.ts";
import type { World } from "./world.ts";

export interface TweetJson {
  readonly id: string;
  readonly text: string;
  readonly author_id?: string;
  readonly created_at?: string;
  readonly [field: string]: unknown;
}

export interface PageMeta {
  readonly result_count: number;
  readonly next_token?: string;
  readonly newest_id?: string;
  readonly oldest_id?: string;
  readonly degraded?: unknown;
}

export interface Page {
  readonly ids: string[];
  readonly tweets: TweetJson[];
  readonly meta: PageMeta;
}

export interface PageQuery {
  readonly max_results?: number | undefined;
  readonly pagination_token?: string | undefined;
  readonly since_id?: string | undefined;
  readonly until_id?: string | undefined;
  readonly start_time?: string | undefined;
  readonly end_time?: string | undefined;
  readonly [other: string]: string | number | undefined;
}

export interface PersonInit extends Omit<RequestInit, "body" | "headers"> {
  /** Sent as the JSON body; POST unless a method is given. */
  readonly json?: unknown;
  readonly body?: string | ArrayBuffer | Uint8Array<ArrayBuffer>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly idempotencyKey?: string;
}

export interface Session {
  readonly id: string;
  readonly username: string;
  readonly password: string;
  readonly token: string;
  readonly refreshToken: string;
  /** World time, Unix milliseconds; never, unless said. */
  readonly tokenExpiresAt?: number;
}

/** What the session routes answer. */
export interface SessionJson {
  readonly data: {
    readonly user: { readonly id: string; readonly [field: string]: unknown };
    readonly access_token: string;
    readonly refresh_token: string;
    readonly expires_in: number;
  };
}

const PAGES_MAX = 1_000;

/**
 * Somebody with an account, at one isolate. Helpers throw, with the logs, where the answer is not a success; `fetch` alone
 * gives any answer as it comes. When the world's clock has passed the access token's end, helpers log in again first.
 */
export class Person {
  readonly world: World;
  readonly isolate: Isolate;
  readonly id: string;
  readonly username: string;
  readonly password: string;
  token: string;
  refreshToken: string;
  tokenExpiresAt: number;

  constructor(world: World, isolate: Isolate, session: Session) {
    this.world = world;
    this.isolate = isolate;
    this.id = session.id;
    this.username = session.username;
    this.password = session.password;
    this.token = session.token;
    this.refreshToken = session.refreshToken;
    this.tokenExpiresAt = session.tokenExpiresAt ?? Number.POSITIVE_INFINITY;
  }

  /** The same person, asking another isolate. */
  at(isolate: Isolate): Person {
    return new Person(this.world, isolate, this);
  }

  /** Logs in again. The meter does not see it. */
  async signsIn(): Promise<void> {
    const response = await this.world.meter.paused(() =>
      this.isolate.fetch("/2/auth/login", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ username: this.username, password: this.password }),
      }),
    );
    if (!response.ok) throw new Error(`${this.username}: log-in answered ${response.status}: ${await response.text()}`);
    const { data } = (await response.json()) as SessionJson;
    this.token = data.access_token;
    this.refreshToken = data.refresh_token;
    this.tokenExpiresAt = this.world.now() + data.expires_in * 1000;
  }

  /** A request as this person; the answer as it comes. */
  async fetch(path: string, init: PersonInit = {}): Promise<Response> {
    const { json, headers, idempotencyKey, ...rest } = init;
    const sent = new Headers({ authorization: `Bearer ${this.token}`, ...headers });
    if (json !== undefined && !sent.has("content-type")) sent.set("content-type", "application/json");
    if (idempotencyKey !== undefined) sent.set("idempotency-key", idempotencyKey);
    const body = json === undefined ? {} : { method: "POST", body: JSON.stringify(json) };
    return await this.isolate.fetch(path, { ...body, ...rest, headers: sent });
  }

  /** The JSON of a successful answer; throws otherwise. */
  async asks<T = { readonly data: Readonly<Record<string, unknown>> }>(
    path: string,
    init: PersonInit = {},
  ): Promise<T> {
    if (this.world.now() >= this.tokenExpiresAt) await this.signsIn();
    const response = await this.fetch(path, init);
    const text = await response.text();
    if (response.ok) return JSON.parse(text) as T;
    const method = init.method ?? (init.json === undefined ? "GET" : "POST");
    throw new Error(
      `${this.username}: ${method} ${path} answered ${response.status}: ${text}\n${troubleIn(this.world.logs)}`,
    );
  }

  /** Posts a tweet; `more` joins the body (`{reply: {in_reply_to_tweet_id}}`). */
  async posts(
    text: string,
    more: Readonly<Record<string, unknown>> & { readonly idempotencyKey?: string } = {},
  ): Promise<TweetJson> {
    const { idempotencyKey, ...fields } = more;
    const key = idempotencyKey === undefined ? {} : { idempotencyKey };
    const { data } = await this.asks<{ data: TweetJson }>("/2/tweets", { json: { text, ...fields }, ...key });
    return data;
  }

  /** Posts an answer to `tweet`. */
  async replies(tweet: { readonly id: string }, text = "an answer"): Promise<TweetJson> {
    return await this.posts(text, { reply: { in_reply_to_tweet_id: tweet.id } });
  }

  /** Posts a tweet that quotes `tweet`. */
  async quotes(tweet: { readonly id: string }, text = "look at this"): Promise<TweetJson> {
    return await this.posts(text, { quote_tweet_id: tweet.id });
  }

  /** @returns the retweet, which is a tweet of its own. */
  async retweets(tweet: { readonly id: string }): Promise<{ readonly id: string }> {
    const { data } = await this.asks<{ data: { readonly retweeted: boolean; readonly rest_id: string } }>(
      `/2/users/${this.id}/retweets`,
      { json: { tweet_id: tweet.id } },
    );
    expect(data.retweeted).toBe(true);
    return { id: data.rest_id };
  }

  async undoesRetweet(tweet: { readonly id: string }): Promise<void> {
    const path = `/2/users/${this.id}/retweets/${tweet.id}`;
    expect(await this.asks(path, { method: "DELETE" })).toEqual({ data: { retweeted: false } });
  }

  /** One tweet as this person sees it. */
  async sees(tweet: { readonly id: string }, query: PageQuery = {}): Promise<TweetJson> {
    return (await this.asks<{ data: TweetJson }>(withQuery(`/2/tweets/${tweet.id}`, query))).data;
  }

  async deletes(tweet: { readonly id: string }): Promise<void> {
    await this.asks(`/2/tweets/${tweet.id}`, { method: "DELETE" });
  }

  async follows(...others: readonly { readonly id: string }[]): Promise<void> {
    for (const other of others) {
      await this.asks(`/2/users/${this.id}/following`, { json: { target_user_id: other.id } });
    }
  }

  async unfollows(...others: readonly { readonly id: string }[]): Promise<void> {
    for (const other of others) await this.asks(`/2/users/${this.id}/following/${other.id}`, { method: "DELETE" });
  }

  /** One page of the own home timeline. */
  async home(query: PageQuery = {}): Promise<Page> {
    return await this.page(`/2/users/${this.id}/timelines/reverse_chronological`, query);
  }

  /** One page of somebody's tweets. */
  async tweetsOf(user: { readonly id: string }, query: PageQuery = {}): Promise<Page> {
    return await this.page(`/2/users/${user.id}/tweets`, query);
  }

  /** One page of any list of tweets. */
  async page(path: string, query: PageQuery = {}): Promise<Page> {
    const { data = [], meta } = await this.asks<{ data?: TweetJson[]; meta: PageMeta }>(withQuery(path, query));
    return { ids: data.map((tweet) => tweet.id), tweets: data, meta };
  }

  /** Every id of the own home timeline, by paging; fails on a repeat, on disorder, and on a degraded page. */
  async wholeHome(pageSize = 100): Promise<string[]> {
    return await this.wholeList(`/2/users/${this.id}/timelines/reverse_chronological`, pageSize);
  }

  /** Every id of any list of tweets, newest first, by paging. */
  async wholeList(path: string, pageSize = 100, query: PageQuery = {}): Promise<string[]> {
    const ids: string[] = [];
    let token: string | undefined;
    for (let pages = 0; pages < PAGES_MAX; pages += 1) {
      const next = token === undefined ? {} : { pagination_token: token };
      const page = await this.page(path, { ...query, max_results: pageSize, ...next });
      expect(page.meta.degraded, `${this.username}: ${path} is degraded`).toBeUndefined();
      ids.push(...page.ids);
      token = page.meta.next_token;
      if (token === undefined) {
        expect(new Set(ids).size, `${this.username}: ${path} repeats a tweet`).toBe(ids.length);
        const ordered = ids.every((id, index) => index === 0 || BigInt(id) < BigInt(ids[index - 1] ?? id));
        expect(ordered, `${this.username}: ${path} is not newest first: ${ids.join(" ")}`).toBe(true);
        return ids;
      }
    }
    throw new Error(`${this.username}: ${path} has no end after ${PAGES_MAX} pages`);
  }
}

function withQuery(path: string, query: PageQuery): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) params.set(name, String(value));
  return params.size === 0 ? path : `${path}?${params}`;
}
