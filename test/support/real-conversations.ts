import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { sharedData } from "./shared-data.ts";

/** A conversation, oldest tweet first: who said it (a small number), and which of the tweets before it it answers; null for the first. */
export type RealConversation = readonly (readonly [author: number, parent: number | null])[];

/** Somebody is answered where they last said something, unless that is longer ago: then a new conversation begins. */
const QUIET_SECONDS = 86_400;
/** The deepest and the widest that tests have time for. */
const TWEETS_MAX = 330;
const DEEPEST = 4;
const WIDEST = 3;

interface Node {
  readonly author: string;
  readonly parent: Node | null;
  readonly at: number;
  readonly depth: number;
  answers: number;
}

/**
 * Real conversations, rebuilt from a week of real replies (which name people, not tweets): the deepest, then the widest.
 * Null where the data folder is absent.
 */
export function readRealConversations(): readonly RealConversation[] | null {
  const path = sharedData("higgs-twitter/events.tsv.gz");
  if (path === null) return null;
  const trees = new Map<Node, Node[]>();
  const newestOf = new Map<string, Node>();
  const rootOf = new Map<Node, Node>();
  const say = (author: string, parent: Node | null, at: number): Node => {
    const node: Node = { author, parent, at, depth: parent === null ? 0 : parent.depth + 1, answers: 0 };
    if (parent !== null) parent.answers += 1;
    const root = parent === null ? node : (rootOf.get(parent) ?? node);
    rootOf.set(node, root);
    trees.set(root, [...(trees.get(root) ?? []), node]);
    newestOf.set(author, node);
    return node;
  };
  let at = 0;
  for (const line of gunzipSync(readFileSync(path)).toString().split("\n")) {
    const [seconds = "0", author = "", target = "", kind] = line.split("\t");
    at += Number(seconds);
    if (kind !== "RE") continue;
    const newest = newestOf.get(target);
    say(author, newest !== undefined && at - newest.at <= QUIET_SECONDS ? newest : say(target, null, at), at);
  }
  const all = [...trees.values()].filter((tree) => tree.length <= TWEETS_MAX);
  const deep = all.toSorted((a, b) => depthOf(b) - depthOf(a)).slice(0, DEEPEST);
  const wide = all.toSorted((a, b) => widthOf(b) - widthOf(a)).slice(0, WIDEST);
  return [...new Set([...deep, ...wide])].map(withoutNames);
}

const depthOf = (tree: readonly Node[]): number => Math.max(...tree.map((node) => node.depth));
const widthOf = (tree: readonly Node[]): number => Math.max(...tree.map((node) => node.answers));

function withoutNames(tree: readonly Node[]): RealConversation {
  const authors = [...new Set(tree.map((node) => node.author))];
  return tree.map(({ author, parent }) => [authors.indexOf(author), parent === null ? null : tree.indexOf(parent)]);
}
