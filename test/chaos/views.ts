/** What the API shows of the facts, held against the oracle: every home, count and list. */
import { eachOf } from "../../scripts/lib.ts";
import type { Model } from "../oracle/model.ts";
import { hides } from "../oracle/rules.ts";
import * as oracle from "../oracle/views.ts";
import type { Ledger, Person } from "./ledger.ts";

/** Requests at once. */
const WIDTH = 3;
const PAGE = 100;
const ISOLATES = 3;

export interface Views {
  /** What is not as the oracle says, in words. */
  readonly wrong: readonly string[];
  /** Comparisons made. */
  readonly checked: number;
  /** Lines of all homes that others wrote. */
  readonly deliveries: number;
}

interface Tweet {
  readonly id: string;
  readonly public_metrics?: Readonly<Record<string, number>>;
}
interface Page {
  readonly data?: readonly Tweet[];
  readonly meta: { readonly next_token?: string; readonly degraded?: unknown };
}

export class Looking {
  readonly #url: string;
  readonly #model: Model;
  readonly #ledger: Ledger;
  readonly #wrong: string[] = [];
  #checked = 0;
  #deliveries = 0;
  #asked = 0;

  constructor(url: string, model: Model, ledger: Ledger) {
    this.#url = url;
    this.#model = model;
    this.#ledger = ledger;
  }

  /** Looks at everything of everybody, by way of every isolate in turn. */
  async all(): Promise<Views> {
    const { people } = this.#ledger;
    const looks = [
      ...people.map((person) => () => this.#home(person)),
      ...people.map((person) => () => this.#followers(person)),
      ...people.slice(0, 2).map((person) => () => this.#profile(person)),
      () => this.#counts(),
      ...this.#lookUps(),
    ];
    await eachOf(looks, WIDTH, async (look) => {
      await look().catch((error: unknown) => this.#wrong.push(String(error)));
    });
    return { wrong: this.#wrong, checked: this.#checked, deliveries: this.#deliveries };
  }

  async #home(person: Person): Promise<void> {
    const shown = await this.#whole<Tweet>(person, `/2/users/${person.id}/timelines/reverse_chronological`);
    const wanted = oracle.home(this.#model, person.id, Date.now()).map((line) => line.id);
    this.#deliveries += wanted.filter((id) => this.#model.tweet(id).authorId !== person.id).length;
    this.#same(`${person.username}'s home`, shown.map(idOf), wanted);
  }

  async #profile(person: Person): Promise<void> {
    const shown = await this.#whole<Tweet>(person, `/2/users/${person.id}/tweets`);
    this.#same(
      `the tweets of ${person.username}`,
      shown.map(idOf),
      oracle.profile(this.#model, person.id, person.id, Date.now()),
    );
  }

  async #followers(person: Person): Promise<void> {
    const shown = await this.#whole<Tweet>(person, `/2/users/${person.id}/followers`);
    const ids = shown.map(idOf).sort();
    this.#same(`who follows ${person.username}`, ids, oracle.followers(this.#model, person.id).sort());
  }

  async #counts(): Promise<void> {
    const ids = this.#ledger.people.map(({ id }) => id);
    const path = `/2/users?ids=${ids.join(",")}&user.fields=public_metrics`;
    const { data = [] } = await this.#get<{ data?: readonly Tweet[] }>(this.#ledger.person(0), path);
    for (const id of ids) {
      const { username } = this.#model.user(id);
      this.#numbers(username, data.find((user) => user.id === id)?.public_metrics ?? {}, {
        followers_count: oracle.followers(this.#model, id).length,
        following_count: this.#model.user(id).follows.size,
        tweet_count: this.#model.standing(id).length,
      });
    }
  }

  #lookUps(): (() => Promise<void>)[] {
    const tweets = [...this.#model.tweets.values()];
    return Array.from({ length: Math.ceil(tweets.length / PAGE) }, (_, index) => async () => {
      const asked = tweets.slice(index * PAGE, (index + 1) * PAGE);
      const reader = this.#ledger.person(index);
      const path = `/2/tweets?ids=${asked.map(idOf).join(",")}&tweet.fields=public_metrics`;
      const { data = [] } = await this.#get<{ data?: readonly Tweet[] }>(reader, path);
      const visible = asked.filter((one) => hides(this.#model, reader.id, one, "elsewhere", Date.now()) === null);
      this.#same(`what ${reader.username} looks up`, data.map(idOf), visible.map(idOf));
      for (const { id, public_metrics: shown = {} } of data) {
        this.#numbers(id, shown, oracle.metrics(this.#model, this.#model.originalOf(this.#model.tweet(id))));
      }
    });
  }

  #same(what: string, shown: readonly string[], wanted: readonly string[]): void {
    this.#checked += 1;
    if (shown.join() === wanted.join()) return;
    const [has, wants] = [new Set(shown), new Set(wanted)];
    const missing = wanted.filter((id) => !has.has(id)).map((id) => this.#nameOf(id));
    const extra = shown.filter((id) => !wants.has(id)).map((id) => this.#nameOf(id));
    const told = missing.length + extra.length === 0 ? "is in another order" : `lacks [${missing}], has [${extra}] too`;
    this.#wrong.push(`${what} ${told}`);
  }

  /** An id with what is known of it, for whoever looks for the cause. */
  #nameOf(id: string): string {
    const tweet = this.#model.tweets.get(id);
    if (tweet === undefined) return this.#model.users.get(id)?.username ?? id;
    const { authorId, replyTo, quoted, retweetOf, text } = tweet;
    const pointers = Object.entries({ replyTo, quoted, retweetOf }).filter(([, to]) => to !== null);
    return `${id} by ${this.#model.user(authorId).username} "${text}"${pointers.map((pointer) => ` ${pointer.join(" ")}`).join("")}`;
  }

  #numbers(what: string, shown: Readonly<Record<string, number>>, wanted: Readonly<Record<string, number>>): void {
    this.#checked += 1;
    for (const [name, number] of Object.entries(wanted)) {
      if (shown[name] !== number) this.#wrong.push(`${what}: ${name} is ${shown[name]}, not ${number}`);
    }
  }

  async #whole<T>(person: Person, path: string): Promise<T[]> {
    const items: T[] = [];
    for (let next = ""; ;) {
      const page = await this.#get<Page & { data?: readonly T[] }>(person, `${path}?max_results=${PAGE}${next}`);
      if (page.meta.degraded !== undefined) throw new Error(`${path} is degraded`);
      items.push(...(page.data ?? []));
      if (page.meta.next_token === undefined) return items;
      next = `&pagination_token=${encodeURIComponent(page.meta.next_token)}`;
    }
  }

  async #get<T>(person: Person, path: string): Promise<T> {
    this.#asked += 1;
    const isolate = String(this.#asked % ISOLATES);
    const headers = { authorization: `Bearer ${person.token}`, "x-chaos-isolate": isolate };
    const response = await fetch(`${this.#url}${path}`, { headers });
    const text = await response.text();
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${text}`);
    return JSON.parse(text) as T;
  }
}

const idOf = ({ id }: { readonly id: string }): string => id;
