/**
 * What the clients know: each write they sent and how it was answered. Nothing here is read from the server, but for what was
 * left open and has been looked at: a write without an answer happened wholly or not at all.
 */
import type { Person } from "../node/support/crash-ledger.ts";
import type { Request } from "./client.ts";
import type { Verb } from "./plan.ts";

export type { Person };

/** `refused`: a 4xx. `failed`: a 5xx, which may hide a success. `unanswered`: no answer at all. */
export type Outcome = "acknowledged" | "refused" | "failed" | "unanswered";

/** Tweets, replies and quotes: nobody says the same text twice. */
export interface Post {
  readonly author: Person;
  readonly text: string;
  readonly key: string | null;
  /** The body sent, for another try under the same key. */
  readonly json: Readonly<Record<string, unknown>>;
  /** What it answers or quotes. */
  readonly target: string | null;
  outcome: Outcome;
  /** As an answer said. */
  id: string | null;
  /** null: never asked for. */
  deletion: Outcome | null;
}

/** A request under a key that had no answer, or a failure: was it done? */
export interface OpenRequest {
  readonly person: Person;
  readonly request: Request;
  /** Where it posts. */
  readonly post: Post | undefined;
}

/** What one person does to a tweet or another person, for themselves alone. */
export type Mark = "like" | "bookmark" | "retweet" | "mute";

/** Who stands how to whom, of two people `a` and `b`. */
export interface Pair {
  readonly follows: boolean;
  readonly followed: boolean;
  readonly blocks: boolean;
  readonly blocked: boolean;
}
const STRANGERS: Pair = { follows: false, followed: false, blocks: false, blocked: false };
/** A pair as the other one sees it. */
const turned = (pair: Pair): Pair => ({
  follows: pair.followed,
  followed: pair.follows,
  blocks: pair.blocked,
  blocked: pair.blocks,
});

export class Ledger {
  readonly people: Person[] = [];
  readonly posts = new Map<string, Post>();
  readonly #marks = new Map<string, ReadonlySet<boolean>>();
  /** `a b`, the lower index first -> all that may be so. */
  readonly #pairs = new Map<string, readonly Pair[]>();
  /** Pairs between whom a block began or ended since everything was quiet. */
  readonly #stirred = new Set<string>();
  /** `user key` -> what must give its first answer under that key, if it was done. */
  readonly open = new Map<string, OpenRequest>();
  /** Answers that nobody should get. */
  readonly unexpected: string[] = [];

  person(index: number): Person {
    const person = this.people[index % this.people.length];
    if (person === undefined) throw new Error("nobody is there");
    return person;
  }

  /** Tweets of anybody that were answered with an id and are not known to be deleted. */
  standing(): Post[] {
    return [...this.posts.values()].filter(({ id, deletion }) => id !== null && deletion !== "acknowledged");
  }

  postOf(id: string): Post | undefined {
    return [...this.posts.values()].find((post) => post.id === id);
  }

  /** A refusal after a failure leaves open whether the first was done. */
  noteKeyed(person: Person, request: Request, outcome: Outcome): void {
    const { key } = request;
    if (key === null || key === undefined) return;
    const name = `${person.id} ${key}`;
    if (outcome === "acknowledged") this.open.delete(name);
    if (outcome !== "failed" && outcome !== "unanswered") return;
    const post = [...this.posts.values()].find((one) => one.author === person && one.key === key);
    this.open.set(name, { person, request, post });
  }

  /** What may be true of a mark. */
  marks(mark: Mark, person: Person, of: string): ReadonlySet<boolean> {
    return this.#marks.get(`${mark} ${person.id} ${of}`) ?? new Set([false]);
  }

  noteMark(mark: Mark, person: Person, of: string, state: boolean, outcome: Outcome): void {
    if (outcome === "refused") return;
    const before = outcome === "acknowledged" ? [] : this.marks(mark, person, of);
    this.#marks.set(`${mark} ${person.id} ${of}`, new Set([...before, state]));
  }

  /** What was looked at is certain from then on. */
  settleMark(mark: Mark, person: Person, of: string, state: boolean): void {
    this.#marks.set(`${mark} ${person.id} ${of}`, new Set([state]));
  }

  /** Everybody and everything that `person` may have marked. */
  marked(mark: Mark, person: Person): string[] {
    const prefix = `${mark} ${person.id} `;
    return [...this.#marks.keys()].filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length));
  }

  pairs(a: Person, b: Person): readonly Pair[] {
    const known = this.#pairs.get(nameOf(a, b)) ?? [STRANGERS];
    return a.index < b.index ? known : known.map(turned);
  }

  #set(a: Person, b: Person, pairs: readonly Pair[]): void {
    const distinct = new Map(pairs.map((pair) => [JSON.stringify(pair), pair]));
    const all = [...distinct.values()];
    this.#pairs.set(nameOf(a, b), a.index < b.index ? all : all.map(turned));
  }

  settlePair(a: Person, b: Person, pair: Pair): void {
    this.#set(a, b, [pair]);
  }

  /** Before a block, or the end of one, is sent. */
  stir(a: Person, b: Person): void {
    this.#stirred.add(nameOf(a, b));
  }

  /** All is quiet, and what is so has been looked at. */
  calm(): void {
    this.#stirred.clear();
  }

  /** A block may stand between two people, or may have stood lately. */
  mayBlock(a: Person, b: Person): boolean {
    return this.#stirred.has(nameOf(a, b)) || this.pairs(a, b).some(({ blocks, blocked }) => blocks || blocked);
  }

  notePair(verb: Verb, a: Person, b: Person, outcome: Outcome): void {
    const before = this.pairs(a, b);
    if (outcome === "refused") return;
    const after = before.map((pair) => afterVerb(verb, pair));
    this.#set(a, b, outcome === "acknowledged" ? after : [...before, ...after]);
  }
}

const nameOf = (a: Person, b: Person): string => [a.index, b.index].sort((one, other) => one - other).join(" ");

function afterVerb(verb: Verb, pair: Pair): Pair {
  switch (verb) {
    case "follow":
      return pair.blocks || pair.blocked ? pair : { ...pair, follows: true };
    case "unfollow":
      return { ...pair, follows: false };
    case "block":
      return { ...pair, blocks: true, follows: false, followed: false };
    case "unblock":
      return { ...pair, blocks: false };
    default:
      return pair;
  }
}
