/** A CPU profile as a list of functions by their own time, named by the source files they were bundled from. */
import { SourceMap, type SourceMapPayload } from "node:module";
import type { CpuProfile, ProfileNode } from "./inspector.ts";

export interface SelfTime {
  readonly name: string;
  /** `workers/hydrate/present.ts:12`, a package's name, or `(native)`. */
  readonly place: string;
  /** Microseconds: in the function itself, and in it and everything that it called. */
  readonly self: number;
  readonly total: number;
}

/** Functions that a profile holds for what is no function of ours. */
const IDLE = "(idle)";
const NATIVE = "(native)";
const BUNDLE = "index.js";

/** Microseconds that the isolate was busy. */
export function busyTime(profile: CpuProfile): number {
  const own = ownTimes(profile);
  const idle = new Set(profile.nodes.filter(({ callFrame }) => callFrame.functionName === IDLE).map(({ id }) => id));
  return [...own].reduce((total, [id, time]) => (idle.has(id) ? total : total + time), 0);
}

function ownTimes({ samples, timeDeltas }: CpuProfile): Map<number, number> {
  const own = new Map<number, number>();
  for (const [index, id] of samples.entries()) {
    // A delta is the time since the sample before: the time belongs to that one.
    own.set(id, (own.get(id) ?? 0) + Math.max(0, timeDeltas[index + 1] ?? 0));
  }
  return own;
}

/** Functions with any time of their own, most first. `map` is the bundle's source map. */
export function selfTimes(profile: CpuProfile, map: SourceMapPayload): SelfTime[] {
  const sources = new SourceMap(map);
  const own = ownTimes(profile);
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const plain = new Map(profile.nodes.map((node) => [node.id, keyOf(node, sources)]));
  const callers = new Map(profile.nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])));
  const keys = new Map(profile.nodes.map(({ id }) => [id, withCaller(id, plain, callers)]));
  const found = new Map<string, { self: number; total: number }>();
  const at = (key: string) => {
    const times = found.get(key) ?? { self: 0, total: 0 };
    found.set(key, times);
    return times;
  };
  // Depth first; a function that calls itself counts once towards its total.
  const walk = (node: ProfileNode, above: ReadonlySet<string>): number => {
    const key = keys.get(node.id) ?? "";
    const self = own.get(node.id) ?? 0;
    const inside = above.has(key) ? above : new Set([...above, key]);
    let total = self;
    for (const child of node.children ?? []) total += walk(nodes.get(child) ?? node, inside);
    const times = at(key);
    times.self += self;
    if (!above.has(key)) times.total += total;
    return total;
  };
  const [root] = profile.nodes;
  if (root !== undefined) walk(root, new Set());
  return [...found]
    .map(([key, { self, total }]) => {
      const [name = "", place = ""] = key.split("\n");
      return { name, place, self, total };
    })
    .filter(({ name, self, total }) => name !== IDLE && name !== "(root)" && (self > 0 || total > 0))
    .sort((a, b) => b.self - a.self);
}

/** Native functions rarely have a name: who calls one says what it is. */
function withCaller(id: number, plain: ReadonlyMap<number, string>, callers: ReadonlyMap<number, number>): string {
  const key = plain.get(id) ?? "";
  const [caller] = (plain.get(callers.get(id) ?? -1) ?? "").split("\n");
  if (!key.endsWith(NATIVE) || caller === undefined || caller === "" || caller === "(root)") return key;
  return key.replace("\n", ` < ${caller}\n`);
}

function keyOf({ callFrame }: ProfileNode, sources: SourceMap): string {
  const { functionName, url, lineNumber, columnNumber } = callFrame;
  const name = functionName || "(anonymous)";
  if (lineNumber < 0) return `${name}\n${NATIVE}`;
  // The runtime's own scripts have a source of their own.
  if (!url.endsWith(BUNDLE)) return `${name}\n${url}:${lineNumber + 1}`;
  const entry = sources.findEntry(lineNumber, columnNumber);
  if (!("originalSource" in entry)) return `${name}\n${BUNDLE}:${lineNumber + 1}`;
  return `${name}\n${placeOf(entry.originalSource, entry.originalLine + 1)}`;
}

function placeOf(source: string, line: number): string {
  const inPackage = /node_modules\/((?:@[^/]+\/)?[^/]+)\/(.*)$/.exec(source);
  if (inPackage !== null) return `${inPackage[1]} ${(inPackage[2] ?? "").split("/").at(-1)}:${line}`;
  return `${source.replace(/^(?:\.\.\/)+/, "").replace(/^.*?\/(?=(?:workers|durable-objects|bench)\/)/, "")}:${line}`;
}

/** The same by source file, or by package: own time only. */
export function byFile(times: readonly SelfTime[]): { readonly place: string; readonly self: number }[] {
  const fileOf = (place: string) =>
    place === NATIVE || place.startsWith("node-internal")
      ? place.replace(/:\d+$/, "")
      : place.replace(/(?: \S+)?:\d+$/, "");
  return [...Map.groupBy(times, ({ place }) => fileOf(place))]
    .map(([place, own]) => ({ place, self: own.reduce((total, { self }) => total + self, 0) }))
    .sort((a, b) => b.self - a.self);
}
