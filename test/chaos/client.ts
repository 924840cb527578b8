/** Sends what the plan says and enters every outcome in the ledger. */
import type { Ledger, Mark, OpenRequest, Outcome, Person, Post } from "./ledger.ts";
import type { PlannedAct } from "./plan.ts";

/** A write or a read of somebody's. */
export interface Request {
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: string;
  readonly json?: unknown;
  readonly key?: string | null;
  readonly isolate: number;
}

interface Sent {
  readonly outcome: Outcome;
  readonly status: number;
  readonly data?: Readonly<Record<string, unknown>> | undefined;
  readonly told: string;
}

/** Longer than any order stands: an answer that does not come by then never will. */
const ANSWER_MS = 15_000;
/** A failed request is sent again under its key after so long. */
const AGAIN_MS = 120;
const TRIES_MAX = 30;

export type Counts = Record<Outcome, number>;

export class Client {
  readonly url: string;
  readonly #ledger: Ledger;
  readonly #counts: Counts;
  /** Requests that wait for their answer. */
  inFlight = 0;
  /** Set once the server is being killed: from here on no answer is a surprise. */
  serverGone = false;

  constructor(url: string, ledger: Ledger, counts: Counts) {
    this.url = url;
    this.#ledger = ledger;
    this.#counts = counts;
  }

  async act(act: PlannedAct): Promise<void> {
    const who = this.#ledger.person(act.who);
    const whom = this.#ledger.person(act.whom);
    switch (act.verb) {
      case "post":
      case "reply":
      case "quote":
        return await this.#write(act, who);
      case "delete":
        return await this.#delete(act, who);
      case "like":
      case "bookmark":
      case "retweet":
        return await this.#mark(act, act.verb, who);
      case "unlike":
        return await this.#unmark(act, "like", who);
      case "unbookmark":
        return await this.#unmark(act, "bookmark", who);
      case "undo":
        return await this.#unmark(act, "retweet", who);
      case "mute":
      case "unmute":
        return await this.#mute(act, who, whom);
      case "read":
        return await this.#read(act, who);
      default:
        return await this.#relate(act, who, whom);
    }
  }

  /** Another tweet of somebody's that is known and may stand. */
  #target(act: PlannedAct): Post | undefined {
    const standing = this.#ledger.standing().slice(-40);
    return standing[act.which % Math.max(1, standing.length)];
  }

  async #write(act: PlannedAct, author: Person): Promise<void> {
    const target = act.verb === "post" ? undefined : this.#target(act);
    const points = target?.id ?? null;
    const text = `number ${act.number} by ${author.username}`;
    const pointer =
      points === null
        ? {}
        : act.verb === "reply"
          ? { reply: { in_reply_to_tweet_id: points } }
          : { quote_tweet_id: points };
    const json = { text, ...pointer };
    const key = act.keyed ? `key-${act.number}` : null;
    const post: Post = { author, text, key, json, target: points, outcome: "unanswered", id: null, deletion: null };
    this.#ledger.posts.set(text, post);
    const request = { method: "POST", path: "/2/tweets", json, key, isolate: act.isolate } as const;
    this.#notePost(post, await this.#send(author, request, key !== null));
  }

  #notePost(post: Post, sent: Sent): void {
    const { author, text, target } = post;
    if (sent.outcome === "refused" && (target === null || !this.#mayRefuse(author, target))) {
      this.#surprise(`"${text}"`, sent);
    }
    post.outcome = sent.outcome;
    const id = sent.data?.["id"];
    if (id !== undefined) post.id = String(id);
  }

  /**
   * Sends again what had no answer, or a failure, in the end.
   * @param first the answer that is stored under its key; undefined where nothing was written.
   */
  async sendAgain({ person, request, post }: OpenRequest, first: Readonly<Record<string, unknown>> | undefined) {
    // Of what is no post the ledger allows that it never happened; to do it now might undo what came after.
    if (first === undefined && post === undefined) return;
    const sent = await this.#patiently(person, request);
    if (post !== undefined && first === undefined) return this.#notePost(post, sent);
    const same = Object.entries(first ?? {}).every(([name, value]) => sent.data?.[name] === value);
    if (sent.outcome !== "acknowledged" || !same) {
      const told = `${sent.status} ${sent.told}, not ${JSON.stringify(first)}`;
      this.#ledger.unexpected.push(`${request.path} was done, and under its key the answer is ${told}`);
    }
    if (post !== undefined) this.#notePost(post, { ...sent, outcome: "acknowledged" });
  }

  /** Until there is an answer that is no failure: circuit breakers close one by one. */
  async #patiently(person: Person, request: Request): Promise<Sent> {
    for (let tries = 1; ; tries += 1) {
      const sent = await this.#send(person, request);
      if (sent.outcome !== "failed" || tries === TRIES_MAX) return sent;
      await new Promise((wake) => setTimeout(wake, AGAIN_MS));
    }
  }

  async #delete(act: PlannedAct, author: Person): Promise<void> {
    const own = this.#ledger.standing().filter((post) => post.author === author);
    const post = own[act.which % Math.max(1, own.length)];
    if (post === undefined) return;
    const before = post.deletion;
    post.deletion = "unanswered";
    const sent = await this.#send(author, { method: "DELETE", path: `/2/tweets/${post.id}`, isolate: act.isolate });
    if (sent.outcome === "refused" && before === null) this.#surprise(`deleting "${post.text}"`, sent);
    post.deletion = sent.outcome === "refused" ? "acknowledged" : sent.outcome;
  }

  async #mark(act: PlannedAct, mark: Exclude<Mark, "mute">, who: Person): Promise<void> {
    const tweetId = this.#target(act)?.id ?? null;
    if (tweetId === null) return;
    const key = act.keyed ? `key-${act.number}` : null;
    const path = `/2/users/${who.id}/${mark}s`;
    const request = { method: "POST", path, json: { tweet_id: tweetId }, key, isolate: act.isolate } as const;
    const sent = await this.#send(who, request, key !== null);
    if (sent.outcome === "refused" && !this.#mayRefuse(who, tweetId)) this.#surprise(`${mark} ${tweetId}`, sent);
    this.#ledger.noteMark(mark, who, tweetId, true, sent.outcome);
  }

  async #unmark(act: PlannedAct, mark: Exclude<Mark, "mute">, who: Person): Promise<void> {
    const marked = this.#ledger.marked(mark, who).filter((id) => this.#ledger.marks(mark, who, id).has(true));
    const tweetId = marked[act.which % Math.max(1, marked.length)];
    if (tweetId === undefined) return;
    const path = `/2/users/${who.id}/${mark}s/${tweetId}`;
    const sent = await this.#send(who, { method: "DELETE", path, isolate: act.isolate });
    if (sent.outcome === "refused" && !this.#mayRefuse(who, tweetId)) this.#surprise(`no ${mark} ${tweetId}`, sent);
    this.#ledger.noteMark(mark, who, tweetId, false, sent.outcome);
  }

  async #mute(act: PlannedAct, who: Person, whom: Person): Promise<void> {
    const on = act.verb === "mute";
    const path = `/2/users/${who.id}/muting${on ? "" : `/${whom.id}`}`;
    const request = on
      ? ({ method: "POST", path, json: { target_user_id: whom.id }, isolate: act.isolate } as const)
      : ({ method: "DELETE", path, isolate: act.isolate } as const);
    const sent = await this.#send(who, request);
    if (sent.outcome === "refused") this.#surprise(`${who.username} ${act.verb}s ${whom.username}`, sent);
    this.#ledger.noteMark("mute", who, whom.id, on, sent.outcome);
  }

  async #relate(act: PlannedAct, who: Person, whom: Person): Promise<void> {
    const { verb, isolate } = act;
    const [list, starts] = verb.endsWith("follow") ? ["following", verb === "follow"] : ["blocking", verb === "block"];
    if (list === "blocking") this.#ledger.stir(who, whom);
    const path = `/2/users/${who.id}/${list}`;
    const key = act.keyed && starts ? `key-${act.number}` : null;
    const request = starts
      ? ({ method: "POST", path, json: { target_user_id: whom.id }, key, isolate } as const)
      : ({ method: "DELETE", path: `${path}/${whom.id}`, isolate } as const);
    const sent = await this.#send(who, request, key !== null);
    const may = verb === "follow" && this.#ledger.mayBlock(who, whom);
    if (sent.outcome === "refused" && !may) this.#surprise(`${who.username} ${verb}s ${whom.username}`, sent);
    this.#ledger.notePair(verb, who, whom, sent.outcome);
  }

  async #read(act: PlannedAct, who: Person): Promise<void> {
    const path = `/2/users/${who.id}/timelines/reverse_chronological`;
    const sent = await this.#send(who, { method: "GET", path, isolate: act.isolate });
    if (sent.outcome === "refused") this.#surprise(`${who.username}'s home`, sent);
  }

  /** A tweet that is gone, or whose author and reader a block stands between, does not exist. */
  #mayRefuse(who: Person, tweetId: string): boolean {
    const post = this.#ledger.postOf(tweetId);
    if (post === undefined || post.deletion !== null) return true;
    return post.author !== who && this.#ledger.mayBlock(who, post.author);
  }

  #surprise(what: string, { status, told }: Sent): void {
    this.#ledger.unexpected.push(`${what}: refused with ${status} ${told}`);
  }

  async #send(person: Person, request: Request, again = false): Promise<Sent> {
    this.inFlight += 1;
    const sent = await this.#exchange(person, request);
    this.inFlight -= 1;
    if (request.method !== "GET") this.#counts[sent.outcome] += 1;
    this.#ledger.noteKeyed(person, request, sent.outcome);
    if (sent.outcome !== "failed" || !again || this.serverGone) return sent;
    await new Promise((wake) => setTimeout(wake, AGAIN_MS));
    if (this.serverGone) return sent;
    const second = await this.#send(person, request);
    // Refused after a failure: the first may have been written all the same.
    return second.outcome === "refused" ? { ...second, outcome: "failed" } : second;
  }

  async #exchange(person: Person, { method, path, json, key, isolate }: Request): Promise<Sent> {
    const headers = new Headers({ authorization: `Bearer ${person.token}`, "x-chaos-isolate": String(isolate) });
    if (json !== undefined) headers.set("content-type", "application/json");
    if (key != null) headers.set("idempotency-key", key);
    const body = json === undefined ? {} : { body: JSON.stringify(json) };
    try {
      const signal = AbortSignal.timeout(ANSWER_MS);
      const response = await fetch(`${this.url}${path}`, { method, headers, signal, ...body });
      const told = await response.text();
      const { status } = response;
      if (status >= 500) return { outcome: "failed", status, told };
      if (!response.ok) return { outcome: "refused", status, told };
      return { outcome: "acknowledged", status, told, data: (JSON.parse(told) as { data?: Sent["data"] }).data };
    } catch (error) {
      if (!this.serverGone)
        this.#ledger.unexpected.push(`${method} ${path}: ${String(error)} ${String((error as Error).cause)}`);
      return { outcome: "unanswered", status: 0, told: "" };
    }
  }
}
