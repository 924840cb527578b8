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
  for (let at = 0; at + TAR_BLOCK <= tar.length && tar[at] !== 0; ) {
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
