import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { sharedData } from "./shared-data.ts";

/** `[follower, followee]`, small numbers. */
export type RealFollow = readonly [number, number];

/** Follows among the `count` accounts of a real graph that have most of them; null where the data folder is absent. */
export function readRealFollows(count: number): readonly RealFollow[] | null {
  const path = sharedData("higgs-twitter/follow_sample.tsv.gz");
  if (path === null) return null;
  const lines = gunzipSync(readFileSync(path)).toString().trimEnd().split("\n");
  const edges = lines.map((line) => line.split("\t"));
  const degree = new Map<string, number>();
  for (const name of edges.flat()) degree.set(name, (degree.get(name) ?? 0) + 1);
  const chosen = [...degree].sort(([a, most], [b, least]) => least - most || (a < b ? -1 : 1)).slice(0, count);
  const numbers = new Map(chosen.map(([name], number) => [name, number]));
  return edges.flatMap(([from = "", to = ""]): RealFollow[] => {
    const [a, b] = [numbers.get(from), numbers.get(to)];
    return a === undefined || b === undefined || a === b ? [] : [[a, b]];
  });
}
