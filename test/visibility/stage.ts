import { answers, blocks, mutes, mutesWord, protects, unblocks, unmutes, unmutesWord } from "../support/graph.ts";
import type { Person, World } from "../support/world.ts";
import { codeOf, Facts, type Account, type Folder, type List, type Tweet } from "./facts.ts";

type Written = Pick<Tweet, "replyTo" | "quotes" | "retweets"> & { readonly mentions?: readonly Account[] };

/** Does things in the world by the API, and notes what is so from then on. */
export class Stage {
  readonly world: World;
  readonly facts = new Facts();
  readonly #people = new Map<Account, Person>();

  constructor(world: World) {
    this.world = world;
  }

  person(account: Account): Person {
    const person = this.#people.get(account);
    if (person === undefined) throw new Error(`${account.label} is nobody`);
    return person;
  }

  async registers<const L extends readonly string[]>(...labels: L): Promise<{ [K in keyof L]: Account }> {
    const accounts: Account[] = [];
    for (const label of labels) {
      const person = await this.world.register(label);
      const account: Account = { label, id: person.id, username: person.username, protected: false, gone: false };
      this.#people.set(account, person);
      accounts.push(account);
    }
    this.facts.accounts.push(...accounts);
    return accounts as { [K in keyof L]: Account };
  }

  /** A tweet of `author` that says what it is. */
  async posts(author: Account, what: string, { replyTo, quotes, mentions = [] }: Written = {}): Promise<Tweet> {
    const code = codeOf(this.facts.tweets.length);
    const text = [code, what, ...mentions.map(({ username }) => `@${username}`)].join(" ");
    const { id } = await this.person(author).posts(text, {
      ...(replyTo === undefined ? {} : { reply: { in_reply_to_tweet_id: replyTo.id } }),
      ...(quotes === undefined ? {} : { quote_tweet_id: quotes.id }),
    });
    const pointers = { ...(replyTo === undefined ? {} : { replyTo }), ...(quotes === undefined ? {} : { quotes }) };
    const about = [replyTo && `to the ${replyTo.label}`, quotes && `of the ${quotes.label}`].filter((one) => one);
    const label = [what, `by ${author.label}`, ...about].join(" ");
    return this.#note({ label, id, author, text, mentions, ...pointers });
  }

  async replies(author: Account, replyTo: Tweet): Promise<Tweet> {
    return this.posts(author, "answer", { replyTo });
  }

  async quotes(author: Account, quoted: Tweet): Promise<Tweet> {
    return this.posts(author, "quote", { quotes: quoted });
  }

  async retweets(author: Account, original: Tweet): Promise<Tweet> {
    const { id } = await this.person(author).retweets(original);
    const label = `retweet by ${author.label} of the ${original.label}`;
    return this.#note({ label, id, author, text: "", mentions: [], retweets: original });
  }

  #note(tweet: Omit<Tweet, "deleted" | "hiddenReply">): Tweet {
    const noted: Tweet = { ...tweet, deleted: false, hiddenReply: false };
    this.facts.tweets.push(noted);
    return noted;
  }

  async deletes(tweet: Tweet): Promise<void> {
    const author = this.person(tweet.author);
    if (tweet.retweets === undefined) await author.deletes(tweet);
    else await author.undoesRetweet(tweet.retweets);
    tweet.deleted = true;
  }

  /** `by` began the conversation. */
  async hidesReply(by: Account, reply: Tweet): Promise<void> {
    await this.person(by).asks(`/2/tweets/${reply.id}/hidden`, { method: "PUT", json: { hidden: true } });
    reply.hiddenReply = true;
  }

  async likes(account: Account, ...tweets: readonly Tweet[]): Promise<void> {
    for (const tweet of tweets) {
      await this.#posts(account, "likes", { tweet_id: tweet.id });
      this.facts.likes.add(account, tweet);
    }
  }

  async bookmarks(account: Account, folder: Folder, ...tweets: readonly Tweet[]): Promise<void> {
    for (const tweet of tweets) {
      await this.#posts(account, "bookmarks", { tweet_id: tweet.id, folder_id: folder.id });
      this.facts.bookmarks.add(account, tweet);
      this.facts.filed.add(folder, tweet);
    }
  }

  async makesFolder(owner: Account): Promise<Folder> {
    const { data } = await this.#posts(owner, "bookmarks/folders", { name: `of ${owner.label}` });
    const folder = { ...data, owner };
    this.facts.folders.push(folder);
    return folder;
  }

  /** Of a protected account it is a request that waits. */
  async follows(account: Account, ...others: readonly Account[]): Promise<void> {
    await this.person(account).follows(...others);
    for (const other of others) (other.protected ? this.facts.asks : this.facts.follows).add(account, other);
  }

  async unfollows(account: Account, ...others: readonly Account[]): Promise<void> {
    await this.person(account).unfollows(...others);
    for (const other of others) this.facts.follows.delete(account, other);
  }

  async approves(account: Account, requester: Account): Promise<void> {
    await answers(this.person(account), requester, "approve");
    this.facts.asks.delete(requester, account);
    this.facts.follows.add(requester, account);
  }

  /** Follows and requests between the two end. */
  async blocks(account: Account, other: Account): Promise<void> {
    await blocks(this.person(account), other);
    this.facts.blocks.add(account, other);
    for (const [from, to] of [
      [account, other],
      [other, account],
    ] as const) {
      this.facts.follows.delete(from, to);
      this.facts.asks.delete(from, to);
    }
  }

  async unblocks(account: Account, other: Account): Promise<void> {
    await unblocks(this.person(account), other);
    this.facts.blocks.delete(account, other);
  }

  async mutes(account: Account, ...others: readonly Account[]): Promise<void> {
    for (const other of others) {
      await mutes(this.person(account), other);
      this.facts.mutes.add(account, other);
    }
  }

  async unmutes(account: Account, other: Account): Promise<void> {
    await unmutes(this.person(account), other);
    this.facts.mutes.delete(account, other);
  }

  /** Mutes that end by themselves after `seconds`: no mutes at all once the clock has moved on. */
  async mutesFor(account: Account, seconds: number, ...others: readonly Account[]): Promise<void> {
    const until = new Date(this.world.now() + seconds * 1000).toISOString();
    for (const other of others) await mutes(this.person(account), other, until);
  }

  async mutesWord(account: Account, word: string): Promise<void> {
    await mutesWord(this.person(account), word);
    this.facts.mutedWords.add(account, word);
  }

  async unmutesWord(account: Account, word: string): Promise<void> {
    await unmutesWord(this.person(account), word);
    this.facts.mutedWords.delete(account, word);
  }

  async protects(account: Account, on = true): Promise<void> {
    await protects(this.person(account), on);
    account.protected = on;
  }

  /** Deletes the account: its follows end both ways, and isolates have their time to forget it. */
  async vanishes(account: Account): Promise<void> {
    const { password } = this.person(account);
    await this.person(account).asks("/2/users/me", { method: "DELETE", json: { password } });
    await this.world.drain();
    this.world.advance(3_600);
    account.gone = true;
    for (const pairs of [this.facts.follows, this.facts.asks]) {
      for (const other of this.facts.accounts) {
        pairs.delete(account, other);
        pairs.delete(other, account);
      }
    }
  }

  async makesList(owner: Account, what: string, members: readonly Account[], isPrivate = false): Promise<List> {
    const json = { name: what, private: isPrivate };
    const { data } = await this.person(owner).asks<{ data: { id: string } }>("/2/lists", { json });
    const list: List = {
      label: `${what} of ${owner.label}`,
      id: data.id,
      owner,
      private: isPrivate,
      deleted: false,
    };
    this.facts.lists.push(list);
    for (const member of members) {
      await this.person(owner).asks(`/2/lists/${list.id}/members`, { json: { user_id: member.id } });
      this.facts.members.add(list, member);
    }
    return list;
  }

  async closesList(list: List): Promise<void> {
    await this.person(list.owner).asks(`/2/lists/${list.id}`, { method: "PUT", json: { private: true } });
    list.private = true;
  }

  async deletesList(list: List): Promise<void> {
    await this.person(list.owner).asks(`/2/lists/${list.id}`, { method: "DELETE" });
    list.deleted = true;
  }

  async followsList(account: Account, ...lists: readonly List[]): Promise<void> {
    for (const list of lists) {
      await this.#posts(account, "followed_lists", { list_id: list.id });
      this.facts.listFollows.add(account, list);
    }
  }

  async pins(account: Account, ...lists: readonly List[]): Promise<void> {
    for (const list of lists) {
      await this.#posts(account, "pinned_lists", { list_id: list.id });
      this.facts.pins.add(account, list);
    }
  }

  async #posts(account: Account, path: string, json: object): Promise<{ data: { id: string; name: string } }> {
    return await this.person(account).asks(`/2/users/${account.id}/${path}`, { json });
  }
}
