/** The users, follows and tweets that the benchmark runs on: real ones where the data folder is there, else generated. */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { seededRandom } from "../scripts/lib.ts";
import { sharedData } from "../test/support/shared-data.ts";
import { createShardMap, logicalShardOfUsername } from "../workers/lib/shards.ts";
import { createMinter, logicalShardOfId } from "../workers/lib/snowflake.ts";
import { extractEntities } from "../workers/tweets/tweet-text.ts";

export interface BenchUser {
  readonly id: string;
  readonly username: string;
}
export interface BenchTweet {
  readonly id: string;
  /** An index into `users`. */
  readonly author: number;
  readonly text: string;
  readonly entities: string | null;
}
/** `[follower, followee]`, indexes into `users`. */
export type Follow = readonly [number, number];

export interface Dataset {
  readonly users: readonly BenchUser[];
  readonly follows: readonly Follow[];
  readonly tweets: readonly BenchTweet[];
  /** What the source's graph calls each user, where there is a source. */
  readonly names?: readonly string[];
  /** Where graph and texts come from, for the report. */
  readonly source: string;
}

const SHARDS = createShardMap(2);
const DAY_MS = 86_400_000;
/** Tweets end this long ago: nothing is still settling. */
const QUIET_MS = 60_000;

export const shardOf = (id: string): number => SHARDS.indexOf(id);

/** Users with the ids that registering them would have given. */
export function makeUsers(count: number, prefix: string): BenchUser[] {
  const before = Date.now() - 30 * DAY_MS;
  const ids = createMinter(() => before, seededRandom(1));
  return Array.from({ length: count }, (_, index) => {
    const username = `${prefix}${String(index).padStart(5, "0")}`;
    return { id: ids.next(logicalShardOfUsername(username)), username };
  });
}

/** `count` tweets over the last day, their authors drawn by `weights`; who has weight 0 writes none. */
export function makeTweets(users: readonly BenchUser[], count: number, weights: readonly number[]): BenchTweet[] {
  const texts = readTexts(Math.min(count, 20_000)).map((text) => ({ text, entities: entitiesOf(text) }));
  const random = seededRandom(2);
  const draw = drawByWeight(weights, random);
  const authors = weights.flatMap((weight, index) => (weight > 0 ? [index] : []));
  const start = Date.now() - DAY_MS - QUIET_MS;
  let now = start;
  const ids = createMinter(() => now, random);
  return Array.from({ length: count }, (_, index) => {
    now = start + (index / count) * DAY_MS;
    // Every author has written at least once.
    const author = authors[index] ?? draw();
    const id = ids.next(logicalShardOfId(users[author]?.id ?? "0"));
    const { text, entities } = texts[index % texts.length] ?? { text: "", entities: null };
    return { id, author, text, entities };
  });
}

function entitiesOf(text: string): string | null {
  const entities = extractEntities(text);
  return Object.keys(entities).length === 0 ? null : JSON.stringify(entities);
}

function drawByWeight(weights: readonly number[], random: () => number): () => number {
  let total = 0;
  const sums = weights.map((weight) => (total += weight));
  return () => {
    const wanted = random() * total;
    let [low, high] = [0, sums.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sums[middle] ?? 0) < wanted) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

function readTexts(count: number): string[] {
  const path = sharedData("tweeteval/tweets.jsonl.gz");
  if (path !== null) {
    const lines = gunzipSync(readFileSync(path))
      .toString()
      .split("\n", count + 1);
    return lines.slice(0, count).map((line) => (JSON.parse(line) as { t: string }).t);
  }
  const words = "the sea was calm and a flock of dunlin turned over #mudflats with @friends at low tide".split(" ");
  const random = seededRandom(3);
  const sentence = () =>
    Array.from({ length: 8 + Math.floor(random() * 16) }, () => words[Math.floor(random() * words.length)]);
  return Array.from({ length: count }, () => sentence().join(" "));
}

export interface DatasetShape {
  /** Followers of the most followed account. */
  readonly hubFollowers: number;
  /** Users beside the graph, the last ones, each of whom follows the `celebrities` most followed accounts. */
  readonly fans: number;
  readonly celebrities: number;
}

const SHAPE: DatasetShape = { hubFollowers: 1200, fans: 0, celebrities: 0 };

/** The most followed account of the graph, `hubFollowers` of its followers, and those with the most follows: `count` in all. */
export function makeDataset(count: number, tweetCount: number, shape: DatasetShape = SHAPE): Dataset {
  const { hubFollowers } = shape;
  const edges = readEdges();
  const users = makeUsers(count + shape.fans, "reader");
  const { names, follows } =
    edges === null ? { names: [], follows: generateFollows(count, hubFollowers) } : densest(edges, count, hubFollowers);
  const followers = Array.from({ length: count }, () => 0);
  for (const [, followee] of follows) followers[followee] = (followers[followee] ?? 0) + 1;
  const fans = Array.from({ length: shape.fans }, (_, index) => count + index);
  for (const celebrity of mostFollowed(followers, shape.celebrities)) {
    for (const fan of fans) follows.push([fan, celebrity]);
  }
  const tweets = makeTweets(
    users,
    tweetCount,
    users.map((_, index) => (index < count ? Math.sqrt((followers[index] ?? 0) + 1) : 0)),
  );
  return {
    users,
    follows,
    tweets,
    names,
    source: edges === null ? "generated graph and texts" : "Higgs graph, TweetEval texts",
  };
}

/** Indexes of the `count` greatest of `followers`, the greatest first. */
export function mostFollowed(followers: readonly number[], count: number): number[] {
  return followers
    .map((number, index) => ({ number, index }))
    .sort((a, b) => b.number - a.number)
    .slice(0, count)
    .map(({ index }) => index);
}

function readEdges(): string[][] | null {
  const path = sharedData("higgs-twitter/follow_union.tsv.gz");
  if (path === null) return null;
  return gunzipSync(readFileSync(path))
    .toString()
    .trimEnd()
    .split("\n")
    .map((line) => line.split("\t"));
}

function densest(
  edges: readonly (readonly string[])[],
  count: number,
  hubMost: number,
): { names: string[]; follows: Follow[] } {
  const followersOf = new Map<string, string[]>();
  const degree = new Map<string, number>();
  for (const [follower = "", followee = ""] of edges) {
    const list = followersOf.get(followee);
    if (list === undefined) followersOf.set(followee, [follower]);
    else list.push(follower);
    degree.set(follower, (degree.get(follower) ?? 0) + 1);
    degree.set(followee, (degree.get(followee) ?? 0) + 1);
  }
  const byDegree = (a: string, b: string) => (degree.get(b) ?? 0) - (degree.get(a) ?? 0);
  const [hub = "", hubFollowers = []] = [...followersOf].reduce((a, b) => (b[1].length > a[1].length ? b : a));
  const chosen = new Map<string, number>([[hub, 0]]);
  const add = (name: string) => chosen.size < count && !chosen.has(name) && chosen.set(name, chosen.size);
  for (const name of hubFollowers.toSorted(byDegree).slice(0, hubMost)) add(name);
  for (const name of [...degree.keys()].sort(byDegree)) add(name);
  const follows = edges.flatMap(([follower = "", followee = ""]): Follow[] => {
    const [a, b] = [chosen.get(follower), chosen.get(followee)];
    return a === undefined || b === undefined || a === b ? [] : [[a, b]];
  });
  return { names: [...chosen.keys()], follows };
}

/** A heavy-tailed graph: user 0 is followed by most, everybody follows twenty others or so. */
function generateFollows(count: number, hubFollowers: number): Follow[] {
  const random = seededRandom(4);
  const follows = new Map<string, Follow>();
  const add = (a: number, b: number) => a !== b && follows.set(`${a}:${b}`, [a, b]);
  for (let user = 1; user < count; user += 1) {
    if (user <= hubFollowers) add(user, 0);
    for (let nth = 0; nth < 20; nth += 1) add(user, Math.floor(count * random() ** 3));
  }
  return [...follows.values()];
}
