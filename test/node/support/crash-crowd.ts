import type { CrashClient } from "./crash-client.ts";
import type { Ledger, Person, Post } from "./crash-ledger.ts";

/** Chances of what somebody does next. */
const KEYED = 0.5;
const RETRY = 0.7;
const REPEAT = 0.05;
const DELETE = 0.35;

/**
 * Everybody writes at once until the server is gone: each person posts and deletes in one lane and follows and unfollows
 * in another, so that the order of what one person does to one thing is known.
 */
export class Crowd {
  readonly #ledger: Ledger;
  readonly #random: () => number;
  #written = 0;

  constructor(ledger: Ledger, random: () => number) {
    this.#ledger = ledger;
    this.#random = random;
  }

  /** Settles when every request of this life has ended. */
  async write(client: CrashClient): Promise<void> {
    const lanes = this.#ledger.people.flatMap((person) => [
      this.#repeatedly(client, () => this.#tweets(client, person)),
      this.#repeatedly(client, () => this.#edges(client, person)),
    ]);
    await Promise.all(lanes);
  }

  async #repeatedly(client: CrashClient, work: () => Promise<void>): Promise<void> {
    while (!client.serverGone) await work();
  }

  async #tweets(client: CrashClient, author: Person): Promise<void> {
    const own = this.#ledger.postsOf(author);
    const unanswered = own.find((post) => post.key !== null && post.outcome === "unanswered");
    if (unanswered !== undefined && this.#random() < RETRY) return await client.postAgain(author, unanswered);
    const keyed = this.#random() < REPEAT ? this.#oneOf(own.filter((post) => post.key !== null)) : undefined;
    if (keyed !== undefined) return await client.postAgain(author, keyed);
    const standing = this.#random() < DELETE ? this.#oneOf(own.filter(mayBeDeleted)) : undefined;
    if (standing !== undefined) return await client.delete(author, standing);
    const number = (this.#written += 1);
    const key = this.#random() < KEYED ? `key-${number}` : null;
    await client.post(author, `number ${number} by ${author.username}`, key);
  }

  async #edges(client: CrashClient, follower: Person): Promise<void> {
    const followee = this.#oneOf(this.#ledger.people.filter((person) => person !== follower));
    if (followee === undefined) throw new Error("nobody to follow");
    // The first person stays popular: an author whom readers pull.
    const leaves = followee.index > 0 && this.#ledger.follows(follower, followee).has(true) && this.#random() < 0.8;
    if (leaves) await client.unfollow(follower, followee);
    else await client.follow(follower, followee);
  }

  #oneOf<T>(items: readonly T[]): T | undefined {
    return items[Math.floor(this.#random() * items.length)];
  }
}

/** A deletion that got no answer may be sent again. */
function mayBeDeleted(post: Post): boolean {
  return post.id !== null && post.deletion !== "acknowledged";
}
