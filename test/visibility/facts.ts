/** What a test knows to be so: who there is, how they stand to one another, what they wrote. */

export interface Account {
  readonly label: string;
  readonly id: string;
  readonly username: string;
  protected: boolean;
  /** True once the account is deleted. */
  gone: boolean;
}

export interface Tweet {
  /** For messages: what it is, and whose. */
  readonly label: string;
  readonly id: string;
  readonly author: Account;
  /** As its author wrote it, with a code that nothing else has; "" for a retweet. */
  readonly text: string;
  readonly replyTo?: Tweet;
  readonly quotes?: Tweet;
  readonly retweets?: Tweet;
  readonly mentions: readonly Account[];
  /** Deleted by its author; of a retweet, undone. */
  deleted: boolean;
  /** By the author of the conversation. */
  hiddenReply: boolean;
}

export interface List {
  readonly label: string;
  readonly id: string;
  readonly owner: Account;
  private: boolean;
  deleted: boolean;
}

export interface Folder {
  readonly id: string;
  readonly name: string;
  readonly owner: Account;
}

/** Who stands in one relation to what. */
export class Pairs<A, B> {
  readonly #all = new Map<A, Set<B>>();

  add(from: A, to: B): void {
    const known = this.#all.get(from);
    if (known === undefined) this.#all.set(from, new Set([to]));
    else known.add(to);
  }

  delete(from: A, to: B): void {
    this.#all.get(from)?.delete(to);
  }

  has(from: A, to: B): boolean {
    return this.#all.get(from)?.has(to) === true;
  }

  of(from: A): B[] {
    return [...(this.#all.get(from) ?? [])];
  }

  /** The other way round. */
  to(to: B): A[] {
    return [...this.#all].flatMap(([from, all]) => (all.has(to) ? [from] : []));
  }
}

export class Facts {
  readonly accounts: Account[] = [];
  readonly tweets: Tweet[] = [];
  readonly lists: List[] = [];
  readonly folders: Folder[] = [];
  readonly follows = new Pairs<Account, Account>();
  /** Requests to follow that wait for an answer. */
  readonly asks = new Pairs<Account, Account>();
  readonly blocks = new Pairs<Account, Account>();
  readonly mutes = new Pairs<Account, Account>();
  readonly mutedWords = new Pairs<Account, string>();
  readonly likes = new Pairs<Account, Tweet>();
  readonly bookmarks = new Pairs<Account, Tweet>();
  readonly filed = new Pairs<Folder, Tweet>();
  readonly members = new Pairs<List, Account>();
  readonly listFollows = new Pairs<Account, List>();
  readonly pins = new Pairs<Account, List>();
}

/** The tweet that a conversation began with. */
export const firstOf = (tweet: Tweet): Tweet => (tweet.replyTo === undefined ? tweet : firstOf(tweet.replyTo));

/** What an act on a tweet is an act on: a retweet stands for its original. */
export const originalOf = (tweet: Tweet): Tweet => tweet.retweets ?? tweet;

export const newestFirst = <T extends { readonly id: string }>(all: Iterable<T>): T[] =>
  [...all].sort((a, b) => (BigInt(a.id) < BigInt(b.id) ? 1 : -1));

/** The code in the text of the tweet that was written as number `index`. */
export const codeOf = (index: number): string => `t${index}:`;

/** The tweets of which any words are told in `text`. */
export const toldIn = (facts: Facts, text: string): Tweet[] =>
  [...new Set(text.match(/\bt\d+:/g))].flatMap((code) => facts.tweets[Number(code.slice(1, -1))] ?? []);
