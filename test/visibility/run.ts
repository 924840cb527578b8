import type { Isolate } from "../support/isolate.ts";
import type { Cell, Given, Table, TweetListing } from "./cells.ts";
import { compare, whoIs, type Answer, type AnswerJson, type ItemJson } from "./compare.ts";
import type { Account } from "./facts.ts";
import type { RuleName } from "./plain-rules.ts";
import type { Stage } from "./stage.ts";

/** Asks for every cell and tells what was wrong. */

export interface Tally {
  cells: number;
  counts: number;
  requests: number;
  readonly wrong: string[];
  /** Cells by operationId. */
  readonly byRoute: Map<string, number>;
  /** Tweets kept out, by rule. */
  readonly byRule: Map<RuleName, number>;
}

export interface Looking {
  readonly stage: Stage;
  readonly isolate: Isolate;
  /** False where counts may lag behind. */
  readonly counting?: boolean;
  /** False where lists are read in one page only. */
  readonly paging?: boolean;
  /** What does not answer, as `meta.degraded` names it on every page of home. */
  readonly degraded?: string;
}

const AT_ONCE = 8;
const PATH_SHOWN_MAX = 120;
const EVERYTHING: Readonly<Record<string, string>> = {
  tweets:
    "max_results=100&expansions=author_id,referenced_tweets.id,referenced_tweets.id.author_id,in_reply_to_user_id," +
    "entities.mentions.username",
  users: "max_results=100",
  lists: "max_results=100&expansions=owner_id",
};

export const newTally = (): Tally => ({
  cells: 0,
  counts: 0,
  requests: 0,
  wrong: [],
  byRoute: new Map(),
  byRule: new Map(),
});

export const cellsOf = (table: Table, route: string, given: Given): Cell[] => table[route]?.(given) ?? [];

/** Every cell of `table` for one who looks. */
export async function readAll(looking: Looking, table: Table, given: Given, tally: Tally): Promise<void> {
  const all = Object.entries(table).flatMap(([route, cells]) => cells(given).map((cell) => ({ route, cell })));
  const next = all.values();
  const worker = async (): Promise<void> => {
    for (const { route, cell } of next) await readCell(looking, route, cell, given, tally);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

async function readCell(looking: Looking, route: string, cell: Cell, given: Given, tally: Tally): Promise<void> {
  const { expected, path } = cell;
  const wide = withQuery(path, EVERYTHING[expected.kind] ?? "");
  const answer = await ask(looking, given.viewer, wide);
  const { cells, counts, hidden, wrong } = compare(given, cell, answer, looking);
  tally.requests += 1;
  tally.cells += cells;
  tally.counts += counts;
  tally.byRoute.set(route, (tally.byRoute.get(route) ?? 0) + cells);
  for (const [rule, count] of hidden) tally.byRule.set(rule, (tally.byRule.get(rule) ?? 0) + count);
  if (expected.kind === "tweets" && looking.paging !== false && wrong.length === 0) {
    wrong.push(...(await readPages(looking, path, expected, given, tally)));
  }
  const where = `${whoIs(given.viewer)} at ${route} ${cell.about} (${path.slice(0, PATH_SHOWN_MAX)})`;
  tally.wrong.push(...wrong.map((what) => `${where}: ${what}`));
}

/** The same by small pages, where the cell asks for it. @returns what was wrong. */
async function readPages(
  looking: Looking,
  path: string,
  { pages, shown }: TweetListing,
  given: Given,
  tally: Tally,
): Promise<string[]> {
  if (pages === undefined) return [];
  const ids = await walk(looking, given.viewer, withQuery(path, `max_results=${pages}`), tally);
  const wanted = shown.map((tweet) => tweet.id);
  if (ids.join() === wanted.join()) return [];
  const label = (id: string) => given.facts.tweets.find((tweet) => tweet.id === id)?.label ?? id;
  const extra = ids.filter((id) => !wanted.includes(id)).map(label);
  const lacking = wanted.filter((id) => !ids.includes(id)).map(label);
  return [
    `by pages of ${pages}: ${ids.length} of ${wanted.length}, extra: ${extra.join("; ")}, lacking: ${lacking.join("; ")}`,
  ];
}

/** The ids of all pages. */
async function walk(looking: Looking, viewer: Account | null, path: string, tally: Tally): Promise<string[]> {
  const ids: string[] = [];
  for (let token = ""; ; tally.requests += 1) {
    const { status, json } = await ask(looking, viewer, path + token);
    if (status !== 200) return [...ids, `status ${status}`];
    const { data = [], meta } = json;
    ids.push(...(data as readonly ItemJson[]).map((item) => item.id));
    if (meta?.next_token === undefined) return ids;
    token = `&pagination_token=${encodeURIComponent(meta.next_token)}`;
  }
}

async function ask({ stage, isolate }: Looking, viewer: Account | null, path: string): Promise<Answer> {
  const answer = viewer === null ? await isolate.fetch(path) : await stage.person(viewer).at(isolate).fetch(path);
  const text = await answer.text();
  return { status: answer.status, text, json: JSON.parse(text) as AnswerJson };
}

const withQuery = (path: string, query: string): string => {
  if (query === "") return path;
  return `${path}${path.includes("?") ? "&" : "?"}${query}`;
};
