/** What really is stored where each fact belongs, read past the product: the forward side of everything. */
import { Model } from "../oracle/model.ts";
import type { Ledger, Mark, Pair, Person, Post } from "./ledger.ts";
import type { Stage } from "./stage.ts";

interface TweetRow {
  readonly id: string;
  readonly author: string;
  readonly text: string;
  readonly deletedAt: number | null;
  readonly replyTo: string | null;
  readonly quoted: string | null;
  readonly retweetOf: string | null;
}

type Edges = ReadonlySet<string>;

export interface Facts {
  /** Events whose effects are not all done, of anybody. */
  readonly unfinished: number;
  readonly tweets: readonly TweetRow[];
  /** `a b`: a follows b, likes b … */
  readonly follows: Edges;
  readonly blocks: Edges;
  readonly marks: Readonly<Record<Exclude<Mark, "retweet">, Edges>>;
  /** `user key` -> the first answer under that Idempotency-Key. */
  readonly keys: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
}

const AMONG = "IN (SELECT value FROM json_each(?1))";
const edges = (table: string, a: string, b: string): string =>
  `SELECT ${a} AS a, ${b} AS b FROM ${table} WHERE state = 1 AND ${a} ${AMONG}`;

const QUERIES = [
  "SELECT count(*) AS unfinished FROM outbox WHERE ?1 IS NOT NULL",
  `SELECT id, author_id, text, deleted_at, reply_to_id, quoted_id, retweeted_id FROM tweets
    WHERE author_id ${AMONG} ORDER BY id`,
  edges("following", "follower_id", "followee_id"),
  edges("blocks", "blocker_id", "blocked_id"),
  edges("likes", "user_id", "tweet_id"),
  edges("bookmarks", "user_id", "tweet_id"),
  edges("mutes", "muter_id", "muted_id"),
  `SELECT user_id, key, answer FROM idempotency_keys WHERE user_id ${AMONG}`,
] as const;

type Row = Readonly<Record<string, unknown>>;

/** As clients see an id: without leading zeros. */
const plain = (id: unknown): string => String(BigInt(String(id)));
const pointer = (id: unknown): string | null => (id === null ? null : plain(id));

export async function readFacts(stage: Stage, people: readonly Person[]): Promise<Facts> {
  const ids = JSON.stringify(people.map(({ id }) => id.padStart(19, "0")));
  const [outbox = [], tweets = [], ...rest] = await stage.facts(QUERIES, [ids]);
  const keys = rest.pop() ?? [];
  const [follows, blocks, like, bookmark, mute] = rest.map(edgesOf);
  const none: Edges = new Set();
  return {
    unfinished: outbox.reduce((sum, row) => sum + Number(row["unfinished"]), 0),
    tweets: tweets.map(tweetOf).sort((a, b) => (BigInt(a.id) < BigInt(b.id) ? -1 : 1)),
    follows: follows ?? none,
    blocks: blocks ?? none,
    marks: { like: like ?? none, bookmark: bookmark ?? none, mute: mute ?? none },
    keys: new Map(keys.map((row) => [`${plain(row["user_id"])} ${String(row["key"])}`, answerOf(row)])),
  };
}

const answerOf = (row: Row): Row => JSON.parse(String(row["answer"])) as Row;

const edgesOf = (rows: readonly Row[]): Edges => new Set(rows.map((row) => `${plain(row["a"])} ${plain(row["b"])}`));

const tweetOf = (row: Row): TweetRow => ({
  id: plain(row["id"]),
  author: plain(row["author_id"]),
  text: String(row["text"]),
  deletedAt: row["deleted_at"] === null ? null : Number(row["deleted_at"]),
  replyTo: pointer(row["reply_to_id"]),
  quoted: pointer(row["quoted_id"]),
  retweetOf: pointer(row["retweeted_id"]),
});

/** The oracle's model of these facts. */
export function modelOf(people: readonly Person[], facts: Facts): Model {
  const model = new Model();
  for (const { id, username } of people) model.register(id, username);
  for (const { id, author, text, replyTo, quoted, retweetOf, deletedAt } of facts.tweets) {
    model.post({ id, authorId: author, text, replyTo, quoted, retweetOf }, 0);
    if (deletedAt !== null) model.delete(id, deletedAt);
  }
  for (const [a, b] of pairsIn(facts.follows)) model.user(a).follows.set(b, 0);
  for (const [a, b] of pairsIn(facts.blocks)) model.user(a).blocks.add(b);
  for (const [a, b] of pairsIn(facts.marks.mute)) model.user(a).mutes.set(b, null);
  for (const [a, b] of pairsIn(facts.marks.like)) model.user(a).likes.add(b);
  for (const [a, b] of pairsIn(facts.marks.bookmark)) model.user(a).bookmarks.add(b);
  return model;
}

const pairsIn = (all: Edges): [string, string][] => [...all].map((edge) => edge.split(" ") as [string, string]);

/** What was acknowledged and is not stored, or stored and was never asked for; in words. Settles what was open. */
export function wrongFacts(ledger: Ledger, facts: Facts): string[] {
  return [...wrongPosts(ledger, facts), ...wrongMarks(ledger, facts), ...wrongPairs(ledger, facts)];
}

function wrongPosts(ledger: Ledger, facts: Facts): string[] {
  const wrong: string[] = [];
  const byText = new Map<string, TweetRow>();
  for (const row of facts.tweets) {
    if (row.retweetOf !== null) continue;
    if (byText.has(row.text)) wrong.push(`"${row.text}" is two tweets`);
    if (!ledger.posts.has(row.text)) wrong.push(`nobody posted "${row.text}"`);
    byText.set(row.text, row);
  }
  for (const post of ledger.posts.values()) wrong.push(...wrongPost(post, byText.get(post.text)));
  return wrong;
}

function wrongPost(post: Post, row: TweetRow | undefined): string[] {
  const { text, outcome, id, deletion } = post;
  if (row === undefined) return outcome === "acknowledged" ? [`"${text}" was acknowledged and is lost`] : [];
  const wrong: string[] = [];
  if (outcome === "refused") wrong.push(`"${text}" was refused and is there`);
  if (id !== null && id !== row.id) wrong.push(`"${text}" was answered as ${id} and is ${row.id}`);
  if (row.deletedAt === null && deletion === "acknowledged") wrong.push(`"${text}" was deleted and stands`);
  if (row.deletedAt !== null && deletion === null) wrong.push(`"${text}" is deleted and nobody did`);
  // Known from now on, whatever was answered.
  post.id = row.id;
  if (row.deletedAt !== null) post.deletion = "acknowledged";
  else if (deletion !== "acknowledged") post.deletion = null;
  return wrong;
}

function wrongMarks(ledger: Ledger, facts: Facts): string[] {
  const wrong: string[] = [];
  const retweets = facts.tweets.filter(({ retweetOf, deletedAt }) => retweetOf !== null && deletedAt === null);
  const retweet = new Set(retweets.map(({ author, retweetOf }) => `${author} ${retweetOf}`));
  if (retweet.size < retweets.length) wrong.push("somebody retweets a tweet twice");
  for (const [mark, stored] of Object.entries({ ...facts.marks, retweet }) as [Mark, Edges][]) {
    for (const person of ledger.people) {
      const may = new Set(ledger.marked(mark, person));
      for (const [a, b] of pairsIn(stored)) if (a === person.id) may.add(b);
      for (const of of may) {
        const is = stored.has(`${person.id} ${of}`);
        if (!ledger.marks(mark, person, of).has(is)) {
          wrong.push(`${person.username}: ${mark} of ${of} is ${is ? "there" : "gone"}`);
        }
        ledger.settleMark(mark, person, of, is);
      }
    }
  }
  return wrong;
}

function wrongPairs(ledger: Ledger, facts: Facts): string[] {
  const wrong: string[] = [];
  for (const a of ledger.people) {
    for (const b of ledger.people.slice(a.index + 1)) {
      const is: Pair = {
        follows: facts.follows.has(`${a.id} ${b.id}`),
        followed: facts.follows.has(`${b.id} ${a.id}`),
        blocks: facts.blocks.has(`${a.id} ${b.id}`),
        blocked: facts.blocks.has(`${b.id} ${a.id}`),
      };
      const [told, may] = [JSON.stringify(is), ledger.pairs(a, b).map((pair) => JSON.stringify(pair))];
      if (!may.includes(told)) wrong.push(`${a.username} and ${b.username}: ${told}, not ${may.join(" or ")}`);
      ledger.settlePair(a, b, is);
    }
  }
  return wrong;
}
