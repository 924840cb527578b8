/** What the demo loads: a part of a real follow graph, and real texts. */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

export interface Graph {
  /** Node names as in the file; the first is the most followed account. */
  readonly nodes: readonly string[];
  /** Pairs of indexes into `nodes`, follower first, each once. */
  readonly follows: readonly (readonly [number, number])[];
}

/** The share of the users that are followers of the most-followed account. */
const FOLLOWERS_SHARE = 0.6;

/** The lines of a text file, unzipped where its name ends in .gz. */
export function readLines(file: string): string[] {
  const bytes = readFileSync(file);
  const text = (file.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
  return text.split("\n").filter((line) => line !== "");
}

/**
 * `users` accounts of a graph of `follower<TAB>followee` lines: the most-followed one, the busiest of its followers, and the
 * accounts with the most edges, with all follows among them.
 */
export function chooseGraph(lines: readonly string[], users: number): Graph {
  const degrees = new Map<string, number>();
  const followers = new Map<string, Set<string>>();
  const count = (node: string) => degrees.set(node, (degrees.get(node) ?? 0) + 1);
  for (const line of lines) {
    const [from = "", to = ""] = line.split("\t");
    if (from === "" || to === "" || from === to) continue;
    count(from);
    count(to);
    const known = followers.get(to);
    if (known === undefined) followers.set(to, new Set([from]));
    else known.add(from);
  }
  const busiest = (nodes: Iterable<string>) =>
    [...nodes].toSorted((a, b) => (degrees.get(b) ?? 0) - (degrees.get(a) ?? 0) || (a < b ? -1 : 1));
  let top = "";
  let most = 0;
  for (const [node, { size }] of followers) if (size > most) [top, most] = [node, size];
  const chosen = new Set([top, ...busiest(followers.get(top) ?? []).slice(0, Math.round(users * FOLLOWERS_SHARE))]);
  for (const node of busiest(degrees.keys())) {
    if (chosen.size >= users) break;
    chosen.add(node);
  }
  const nodes = [...chosen].slice(0, users);
  const indexes = new Map(nodes.map((node, index) => [node, index]));
  const follows: (readonly [number, number])[] = [];
  for (const [index, node] of nodes.entries()) {
    for (const follower of followers.get(node) ?? []) {
      const from = indexes.get(follower);
      if (from !== undefined) follows.push([from, index]);
    }
  }
  return { nodes, follows };
}

/** The first `count` texts (field `t`) of a file of JSON lines. */
export function readTexts(lines: readonly string[], count: number): string[] {
  return lines.slice(0, count).map((line) => (JSON.parse(line) as { t: string }).t);
}
