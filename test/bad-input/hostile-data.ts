import { gunzipSync } from "node:zlib";
import { inject } from "vitest";

declare module "vitest" {
  interface ProvidedContext {
    /** Files of the data folder in base64, by vitest.config.ts; null for one that is absent. */
    hostileData: { readonly jsonSuite: string | null; readonly strings: Readonly<Record<string, string | null>> };
  }
}

/** One file of JSONTestSuite. `y_` must parse, `n_` must not, `i_` may. */
export interface JsonCase {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const TAR_BLOCK = 512;

const unpack = (base64: string): Buffer => gunzipSync(Buffer.from(base64, "base64"));

/** Every case of JSONTestSuite's test_parsing, or none where the data is not beside the repository. */
export function jsonSuite(): JsonCase[] {
  const packed = inject("hostileData").jsonSuite;
  if (packed === null) return [];
  const tar = unpack(packed);
  const cases: JsonCase[] = [];
  for (let at = 0; at + TAR_BLOCK <= tar.length && tar[at] !== 0;) {
    const path = tar.toString("utf8", at, at + 100).replace(/\0.*$/s, "");
    const size = Number.parseInt(tar.toString("latin1", at + 124, at + 135), 8);
    const isFile = tar.toString("latin1", at + 156, at + 157) !== "5";
    const bytes = new Uint8Array(tar.subarray(at + TAR_BLOCK, at + TAR_BLOCK + size));
    const name = path.slice(path.lastIndexOf("/") + 1);
    if (isFile && /^[yni]_.*\.json$/.test(name)) cases.push({ name, bytes });
    at += TAR_BLOCK + Math.ceil(size / TAR_BLOCK) * TAR_BLOCK;
  }
  return cases;
}

/** The strings of a list (`blns`, `xss`, `sqli`, `h5sc`), at most `most` of them, evenly picked; none where absent. */
export function hostileStrings(list: string, most = Infinity): string[] {
  const packed = inject("hostileData").strings[list] ?? null;
  if (packed === null) return [];
  const all = JSON.parse(unpack(packed).toString("utf8")) as string[];
  const step = Math.max(1, all.length / most);
  return Array.from({ length: Math.ceil(all.length / step) }, (_, index) => all[Math.floor(index * step)] ?? "");
}

/** Ours, so that there is always something to try. */
export const OWN_STRINGS = [
  "é and é are not one",
  "\u202Eright to left",
  "a\u2028b\u2029c",
  "tab\there",
  "line\r\nfeed\rcr",
  "\u0001\u0002\u001F\u007F",
  "👨‍👩‍👧‍👦 family",
  "🇩🇪🇫🇷",
  "\u200B\u200D",
  "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳͂̌̌͘",
  "</script><script>alert(1)</script>",
  "'; DROP TABLE tweets; --",
  '{"$ne":null}',
  "${7*7} {{7*7}} <%= 7*7 %>",
  "../../etc/passwd",
  "%00%0a%0d%25",
  "__proto__",
  "constructor",
  "NULL",
  "true",
  "-0",
  "1e999",
  "\\u0000 \\n \\\\",
  '"quoted"',
  " leading and trailing ",
  "\u{10FFFF}",
  "𐍈𝟙",
  "ﷺ﷽",
  "\uFFFD",
  "x".repeat(280),
  "漢".repeat(140),
  "x".repeat(281),
  "\uFEFFmark",
  "\uFFFF",
  "\0",
  "\uD800",
  "",
  "   ",
  "\u3000",
];

/** Every `stride`th of `list`, from an offset on. */
const everyNth = <T>(list: readonly T[], stride: number, offset: number): T[] =>
  list.filter((_, index) => (index + offset) % stride === 0);

/**
 * Shares `list` out among `takers`, so that not everybody has to be sent all of it: everybody gets one in so many, each
 * from an offset of their own and never less than two, and every item goes to at least `meets` of them (to all, where there
 * are fewer).
 */
export function shareOut<T>(takers: readonly string[], list: readonly T[], meets: number): (taker: string) => T[] {
  const stride = Math.max(1, Math.min(Math.floor(takers.length / meets), Math.floor(list.length / 2)));
  return (taker) => {
    const at = takers.indexOf(taker);
    if (at < 0) throw new Error(`${taker} has no share`);
    return everyNth(list, stride, at);
  };
}

/** An operation and what of a request to it is to hold a hostile text. */
export interface Taker {
  readonly id: string;
  readonly fields: readonly string[];
}

/**
 * What each field of each operation is sent. All fields of an operation together get OWN_STRINGS whole; of `rest` each
 * field gets its own share, so that every string still meets at least `meets` fields, and those of several operations.
 */
export function shareTexts(
  takers: readonly Taker[],
  rest: readonly string[],
  meets: number,
): (id: string, field: string) => string[] {
  const nameOf = (id: string, field: string) => `${id} ${field}`;
  const share = shareOut(
    takers.flatMap(({ id, fields }) => fields.map((field) => nameOf(id, field))),
    rest,
    meets,
  );
  return (id, field) => {
    const at = takers.findIndex((taker) => taker.id === id);
    const fields = takers[at]?.fields ?? [];
    return [...everyNth(OWN_STRINGS, fields.length, at + fields.indexOf(field)), ...share(nameOf(id, field))];
  };
}
