/** What the clients of a crash run know: each write they sent and how it was answered. Nothing here is read from the server. */

/** `unanswered`: the connection went before any answer, so the write happened completely or not at all. */
export type Outcome = "acknowledged" | "unanswered";
export type Write = "post" | "delete" | "follow" | "unfollow";

export interface Person {
  readonly index: number;
  readonly id: string;
  readonly username: string;
  readonly token: string;
}

export interface Post {
  readonly author: number;
  /** Nobody posts the same text twice, so a text that shows twice is a tweet made twice. */
  readonly text: string;
  /** The Idempotency-Key it is always sent with; null: it is sent once. */
  readonly key: string | null;
  outcome: Outcome;
  /** As the answer said; null while no answer was read to its end. */
  id: string | null;
  deletion: Outcome | null;
}

export class Ledger {
  readonly people: Person[] = [];
  readonly posts = new Map<string, Post>();
  /** `follower>followee` -> the states that may be true now: one after an answer, both after none. */
  readonly #edges = new Map<string, ReadonlySet<boolean>>();
  readonly counts: Record<Write, Record<Outcome, number>> = {
    post: { acknowledged: 0, unanswered: 0 },
    delete: { acknowledged: 0, unanswered: 0 },
    follow: { acknowledged: 0, unanswered: 0 },
    unfollow: { acknowledged: 0, unanswered: 0 },
  };
  /** Posts sent again under their key. */
  repeats = 0;
  /** Answers nobody should get. */
  readonly unexpected: string[] = [];

  get acknowledged(): number {
    return Object.values(this.counts).reduce((sum, one) => sum + one.acknowledged, 0);
  }
  get unanswered(): number {
    return Object.values(this.counts).reduce((sum, one) => sum + one.unanswered, 0);
  }

  postsOf(person: Person): Post[] {
    return [...this.posts.values()].filter((post) => post.author === person.index);
  }

  /** The states the edge may be in. */
  follows(follower: Person, followee: Person): ReadonlySet<boolean> {
    return this.#edges.get(`${follower.index}>${followee.index}`) ?? new Set([false]);
  }

  noteEdge(follower: Person, followee: Person, state: boolean, outcome: Outcome): void {
    const before = outcome === "acknowledged" ? [] : this.follows(follower, followee);
    this.#edges.set(`${follower.index}>${followee.index}`, new Set([...before, state]));
  }
}
