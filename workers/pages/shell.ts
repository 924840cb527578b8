import type { Ctx } from "../lib/context.ts";
import type { Card } from "./cards.ts";

const SITE = "Dunlin";
/** Of the static file alone: the page made of it has another body at every address. */
const OF_THE_FILE = ["etag", "last-modified", "content-length", "content-encoding", "accept-ranges", "cf-cache-status"];

export interface Shell {
  readonly status: 200 | 404 | 503;
  /** The request's own. */
  readonly origin: string;
  /** In place of the site's own title. */
  readonly title?: string;
  /** Without one the page says nothing of itself, and search engines are to leave it out. */
  readonly card?: Card;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * The app's index.html as the page at another address. It keeps the headers that `_headers` gives the file, so that the
 * policy of every page is written in one place; without a policy it is not served.
 */
export async function shellAnswer(ctx: Ctx, shell: Shell): Promise<Response> {
  const file = await ctx.assets.fetch(new Request(`${shell.origin}/`));
  if (!file.ok || !file.headers.has("content-security-policy")) {
    throw new Error(`index.html came with ${file.status} and without its headers: were the assets built?`);
  }
  const headers = new Headers(file.headers);
  for (const name of OF_THE_FILE) headers.delete(name);
  headers.set("cache-control", "public, max-age=0, must-revalidate");
  for (const [name, value] of Object.entries(shell.headers ?? {})) headers.set(name, value);
  return new Response(rewritten(file, shell).body, { status: shell.status, headers });
}

function rewritten(file: Response, { origin, card, title = card?.title }: Shell): Response {
  const rewriter = new HTMLRewriter().on("head", {
    element: (head) => void head.append(tags(card === undefined ? NOINDEX : tagsOf(card, origin)), { html: true }),
  });
  if (title !== undefined) {
    rewriter.on("title", { element: (element) => void element.setInnerContent(`${title} · ${SITE}`) });
  }
  if (card !== undefined) rewriter.on('meta[name="description"]', { element: (meta) => void meta.remove() });
  return rewriter.transform(file);
}

type Tag = readonly [element: string, attributes: Readonly<Record<string, string>>];

const NOINDEX: readonly Tag[] = [["meta", { name: "robots", content: "noindex" }]];

function tagsOf({ title, description, path, type }: Card, origin: string): Tag[] {
  const url = origin + path;
  return [
    ["link", { rel: "canonical", href: url }],
    ["meta", { name: "description", content: description }],
    ["meta", { property: "og:title", content: title }],
    ["meta", { property: "og:description", content: description }],
    ["meta", { property: "og:type", content: type }],
    ["meta", { property: "og:url", content: url }],
    ["meta", { property: "og:site_name", content: SITE }],
    ["meta", { name: "twitter:card", content: "summary" }],
  ];
}

const tags = (all: readonly Tag[]): string => all.map(tagText).join("");

function tagText([element, attributes]: Tag): string {
  const pairs = Object.entries(attributes).map(([name, value]) => ` ${name}="${escaped(value)}"`);
  return `<${element}${pairs.join("")} />`;
}

/** For the value of an attribute in quotes. HTMLRewriter's own would leave `&quot;` in a text to be read as a quote. */
const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
