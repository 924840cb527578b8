import type { Ledger, Outcome, Person, Post, Write } from "./crash-ledger.ts";

interface Sent {
  readonly outcome: Outcome;
  /** The answer's `data`; absent where the answer was cut off behind its status. */
  readonly data?: Readonly<Record<string, unknown>>;
}

interface Request {
  readonly method: "POST" | "DELETE";
  readonly path: string;
  readonly json?: unknown;
  readonly key?: string | null;
}

/** Sends writes to one life of the server and enters every outcome in the ledger. Nothing is sent again by itself. */
export class CrashClient {
  readonly #url: string;
  readonly #ledger: Ledger;
  /** Requests that wait for their answer. */
  inFlight = 0;
  /** Set once the server is being killed: from here on no answer is a surprise. */
  serverGone = false;

  constructor(url: string, ledger: Ledger) {
    this.#url = url;
    this.#ledger = ledger;
  }

  async post(author: Person, text: string, key: string | null): Promise<void> {
    const post: Post = { author: author.index, text, key, outcome: "unanswered", id: null, deletion: null };
    this.#ledger.posts.set(text, post);
    await this.#sendPost(author, post);
  }

  /** The same post under the same key, whether or not it was answered before. */
  async postAgain(author: Person, post: Post): Promise<void> {
    this.#ledger.repeats += 1;
    await this.#sendPost(author, post);
  }

  async #sendPost(author: Person, post: Post): Promise<void> {
    const request = { method: "POST", path: "/2/tweets", json: { text: post.text }, key: post.key } as const;
    const { outcome, data } = await this.#send("post", author, request);
    if (outcome === "unanswered") return;
    post.outcome = outcome;
    if (data === undefined) return;
    const id = String(data["id"]);
    if (post.id !== null && post.id !== id) this.#ledger.unexpected.push(`"${post.text}" is ${post.id} and ${id}`);
    post.id = id;
  }

  /** Deletes a post whose id is known. */
  async delete(author: Person, post: Post): Promise<void> {
    const { outcome } = await this.#send("delete", author, { method: "DELETE", path: `/2/tweets/${post.id}` });
    if (post.deletion !== "acknowledged") post.deletion = outcome;
  }

  async follow(follower: Person, followee: Person): Promise<void> {
    const json = { target_user_id: followee.id };
    const path = `/2/users/${follower.id}/following`;
    const { outcome } = await this.#send("follow", follower, { method: "POST", path, json });
    this.#ledger.noteEdge(follower, followee, true, outcome);
  }

  async unfollow(follower: Person, followee: Person): Promise<void> {
    const path = `/2/users/${follower.id}/following/${followee.id}`;
    const { outcome } = await this.#send("unfollow", follower, { method: "DELETE", path });
    this.#ledger.noteEdge(follower, followee, false, outcome);
  }

  async #send(write: Write, person: Person, request: Request): Promise<Sent> {
    this.inFlight += 1;
    const sent = await this.#exchange(person, request);
    this.inFlight -= 1;
    this.#ledger.counts[write][sent.outcome] += 1;
    return sent;
  }

  async #exchange(person: Person, { method, path, json, key }: Request): Promise<Sent> {
    const headers = new Headers({ authorization: `Bearer ${person.token}` });
    if (json !== undefined) headers.set("content-type", "application/json");
    if (key != null) headers.set("idempotency-key", key);
    const body = json === undefined ? {} : { body: JSON.stringify(json) };
    const call = `${method} ${path}`;
    let response: Response;
    try {
      response = await fetch(`${this.#url}${path}`, { method, headers, ...body });
    } catch (error) {
      if (!this.serverGone) this.#ledger.unexpected.push(`${call}: ${String(error)}`);
      return { outcome: "unanswered" };
    }
    const text = await response.text().catch(() => null);
    if (!response.ok) {
      if (!this.serverGone) this.#ledger.unexpected.push(`${call}: ${response.status} ${text}`);
      return { outcome: "unanswered" };
    }
    // A success was told, even where its body is cut off.
    if (text === null) return { outcome: "acknowledged" };
    return { outcome: "acknowledged", data: (JSON.parse(text) as { data: Record<string, unknown> }).data };
  }
}
