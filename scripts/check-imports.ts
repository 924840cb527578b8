/**
 * Holds imports to the arrows of the house: routes → use case → own reader, writer, events and earlier rooms' readers;
 * hydrate → readers; lib → nothing; the app → types. Nobody imports another room's writer, tables or use case.
 */
import { globSync, readFileSync } from "node:fs";
import { dirname, join, posix, relative, resolve } from "node:path";

/** Earlier rooms never import later ones, except in consumers, which react to anybody's events. */
const ROOMS = [
  "accounts",
  "graph",
  "media",
  "tweets",
  "engagement",
  "lists",
  "timelines",
  "search",
  "trends",
  "notifications",
  "direct-messages",
  "moderation",
  "pages",
];

type Role = "routes" | "contract" | "reader" | "writer" | "tables" | "events" | "consumer" | "use case";

/** Inside a room: who may import whom. */
const WITHIN_ROOM: Record<Role, readonly Role[]> = {
  routes: ["contract", "use case"],
  contract: ["contract", "use case"],
  reader: ["reader", "tables", "events", "use case"],
  writer: ["reader", "tables", "events", "use case"],
  tables: ["use case"],
  events: ["tables", "use case"],
  consumer: ["reader", "writer", "events", "use case", "consumer"],
  "use case": ["contract", "reader", "writer", "events", "use case"],
};

/** Across rooms: what of another room each role may import. Only consumers may look at later rooms. */
const ACROSS_ROOMS: Record<Role, readonly Role[]> = {
  routes: [],
  contract: ["contract"],
  reader: ["reader"],
  writer: ["reader"],
  tables: [],
  events: ["events"],
  consumer: ["reader", "events"],
  "use case": ["reader", "events"],
};

/** Runs in the page as it does in the Worker. */
const SHARED_WITH_WEB: readonly string[] = ["workers/tweets/tweet-text.ts"];

interface Place {
  readonly area: "top" | "lib" | "hydrate" | "room" | "objects" | "web" | "outside";
  readonly room: string;
  readonly role: Role;
  /** True for `reader.ts`, which other rooms may use; `<what>-reader.ts` is private. */
  readonly open: boolean;
}

interface Import {
  readonly target: string;
  readonly typeOnly: boolean;
}

const STATEMENT = /^\s*(?:import|export)\s+(type\s+)?([^;"']*?)\s*from\s*["']([^"']+)["']/gm;
const SIDE_EFFECT = /^\s*import\s*["']([^"']+)["']/gm;
const DYNAMIC = /\bimport\(\s*["']([^"']+)["']\s*\)/g;

/**
 * What is wrong with the imports of `files` (path from the root → text), one line each.
 * Only relative imports are looked at: packages are free to use anywhere.
 */
export function importErrors(files: ReadonlyMap<string, string>): string[] {
  const errors: string[] = [];
  for (const [path, text] of files) {
    for (const { target, typeOnly } of importsOf(path, text)) {
      const reason = objection(path, target, typeOnly, files);
      if (reason !== null) errors.push(`${path} imports ${target}: ${reason}`);
    }
  }
  return errors;
}

function importsOf(path: string, text: string): Import[] {
  const found: Import[] = [];
  const add = (specifier: string | undefined, typeOnly: boolean) => {
    if (specifier?.startsWith(".") === true) found.push({ target: posix.join(dirname(path), specifier), typeOnly });
  };
  for (const [, type, names = "", specifier] of text.matchAll(STATEMENT)) {
    const inner =
      /^\{(.*)\}$/s
        .exec(names)?.[1]
        ?.split(",")
        .filter((name) => name.trim() !== "") ?? [];
    const allTypes = inner.length > 0 && inner.every((name) => /^\s*type\s/.test(name));
    add(specifier, type !== undefined || allTypes);
  }
  for (const [, specifier] of text.matchAll(SIDE_EFFECT)) add(specifier, false);
  for (const [, specifier] of text.matchAll(DYNAMIC)) add(specifier, false);
  return found;
}

function objection(path: string, target: string, typeOnly: boolean, files: ReadonlyMap<string, string>): string | null {
  const from = placeOf(path);
  const to = placeOf(target);
  if (from.area === "web") {
    if (to.area === "web" || typeOnly || SHARED_WITH_WEB.includes(target)) return null;
    return "the app takes types and the text rules from the Worker, nothing else";
  }
  if (to.area === "outside" || to.area === "web")
    return "only workers/ and durable-objects/ may be imported by the Worker";
  if (to.area === "lib" || from.area === "outside") return null;
  if (to.area === "objects" && from.area !== "objects" && from.area !== "top") {
    return typeOnly || !isShell(files.get(target) ?? "") ? null : "of an object's class only the type may be imported";
  }
  switch (from.area) {
    case "lib":
      return "lib imports no room";
    case "objects":
      if (to.area === "objects" || typeOnly) return null;
      return to.role === "reader" ? null : "objects import lib, pure files and readers";
    case "hydrate":
      if (to.area === "hydrate") return null;
      return to.role === "reader" ? null : "the read hall imports readers and lib";
    case "top":
      return to.role === "writer" || to.role === "tables" ? "a room's writer and tables are private" : null;
    default:
      return roomObjection(from, to);
  }
}

function roomObjection(from: Place, to: Place): string | null {
  if (to.area === "top") return "rooms do not import the files that put them together";
  if (to.area === "hydrate") {
    const may = from.role === "routes" || from.role === "contract" || from.role === "use case";
    return may ? null : `a ${from.role} does not hydrate`;
  }
  if (from.room === to.room) {
    return WITHIN_ROOM[from.role].includes(to.role) ? null : `${from.role} may not import its own ${to.role}`;
  }
  if (to.role === "reader" && !to.open) return "only reader.ts is open to other rooms";
  if (!ACROSS_ROOMS[from.role].includes(to.role)) return `${from.role} may not import another room's ${to.role}`;
  const later = ROOMS.indexOf(to.room) > ROOMS.indexOf(from.room);
  return later && from.role !== "consumer" ? `${to.room} comes after ${from.room}` : null;
}

/** A file with an object's class; the others under durable-objects/ are pure. */
function isShell(text: string): boolean {
  return text.includes('from "cloudflare:workers"');
}

function placeOf(path: string): Place {
  const [top, folder, ...rest] = path.split("/");
  const role = roleOf(path);
  const open = posix.basename(path) === "reader.ts";
  if (top === "web") return { area: "web", room: "", role, open };
  if (top === "durable-objects") return { area: "objects", room: "", role, open };
  if (top !== "workers" || folder === undefined) return { area: "outside", room: "", role, open };
  if (rest.length === 0) return { area: "top", room: "", role, open };
  if (folder === "lib" || folder === "hydrate") return { area: folder, room: "", role, open };
  return { area: "room", room: folder, role, open };
}

function roleOf(path: string): Role {
  const name = posix.basename(path, ".ts");
  if (name.endsWith(".consumer")) return "consumer";
  if (/(^|-)reader$/.test(name)) return "reader";
  if (/(^|-)writer$/.test(name)) return "writer";
  const known: readonly string[] = ["routes", "contract", "writer", "tables", "events"];
  return known.includes(name) ? (name as Role) : "use case";
}

/** The sources of the Worker and of the app under `root`, by path from there. */
export function sourceFiles(root: string): Map<string, string> {
  const paths = globSync(["workers/**/*.ts", "durable-objects/**/*.ts", "web/app/**/*.{ts,tsx}"], { cwd: root });
  return new Map(paths.map((path) => [relative(root, resolve(root, path)), readFileSync(join(root, path), "utf8")]));
}

if (import.meta.main) {
  const errors = importErrors(sourceFiles(resolve(import.meta.dirname, "..")));
  for (const error of errors) console.error(error);
  process.exitCode = errors.length > 0 ? 1 : 0;
}
