import { expect } from "vitest";
import type { Isolate } from "./isolate.ts";

/** A page as a browser, a search engine or a preview of links gets it. */
export interface SeenPage {
  readonly status: number;
  readonly headers: Headers;
  readonly html: string;
  readonly title: string;
  /** What stands in its head, each once: by name or property; of canonical the address. */
  readonly head: Readonly<Record<string, string>>;
  /** Script elements, anywhere. */
  readonly scripts: number;
}

/** What a browser says it takes when somebody goes to an address. */
export const NAVIGATION = { accept: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8" };

/** Goes to `path`. Throws where the head says something twice. */
export async function openPage(
  isolate: Isolate,
  path: string,
  headers: Readonly<Record<string, string>> = NAVIGATION,
): Promise<SeenPage> {
  const answer = await isolate.fetch(path, { headers });
  const html = await answer.text();
  const head: Record<string, string> = {};
  let title = "";
  let scripts = 0;
  const note = (name: string | null, value: string | null) => {
    if (name === null) return;
    expect(head, `${path} says ${name} twice`).not.toHaveProperty([name]);
    head[name] = read(value ?? "");
  };
  const parsed = new HTMLRewriter()
    .on("head title", { text: (text) => void (title += text.text) })
    .on("head meta", {
      element: (tag) => note(tag.getAttribute("name") ?? tag.getAttribute("property"), tag.getAttribute("content")),
    })
    .on("head link[rel=canonical]", { element: (tag) => note("canonical", tag.getAttribute("href")) })
    .on("script", { element: () => void (scripts += 1) })
    .transform(new Response(html, { headers: { "content-type": "text/html" } }));
  await parsed.text();
  return { status: answer.status, headers: answer.headers, html, title: read(title), head, scripts };
}

const NAMED: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"' };

/** As a browser reads text in HTML: HTMLRewriter gives it as it is written. */
const read = (text: string): string =>
  text.replaceAll(/&(?:#(\d+)|(amp|lt|gt|quot));/g, (_all, code: string | undefined, name: string) =>
    code === undefined ? (NAMED[name] ?? "") : String.fromCodePoint(Number(code)),
  );
