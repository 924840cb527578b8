import { Hono, type Context } from "hono";
import type { AppEnv } from "./lib/route.ts";
import { timeOfId } from "./lib/snowflake.ts";

type Json = Readonly<Record<string, unknown>>;

interface Spelling {
  readonly method: "GET" | "POST" | "DELETE";
  /** Where it answers: whole paths. */
  readonly short: readonly string[];
  /** Below /2, with the short one's `:id`; `:me` stands for the token's user. */
  readonly long: string;
  /** The body that the long one wants, from the path's id and, where `takesBody`, the one that came. */
  readonly body?: (id: string, given: Json) => Json;
  readonly takesBody?: true;
  /** Where below /2 the body that came leads instead. */
  readonly elsewhere?: (given: Json) => string | null;
  /** Query parameters with their long names. */
  readonly query?: Readonly<Record<string, string>>;
  /** The answer in the short one's form, of an answer that is a success. */
  readonly answer?: (long: Json) => Json;
}

const below = (...paths: readonly string[]) => paths.map((path) => `/api/v2${path}`);

const like: Pick<Spelling, "short"> = { short: [...below("/tweets/:id/like"), "/tweets/:id/like"] };
const follow: Pick<Spelling, "short"> = {
  short: [...below("/users/:id/follow"), "/users/:id/follow", "/v1/users/:id/follow"],
};
const retweet: Pick<Spelling, "short"> = { short: below("/tweets/:id/retweet") };
const bookmark: Pick<Spelling, "short"> = { short: below("/tweets/:id/bookmark") };
const HOME = "/users/:me/timelines/reverse_chronological";
const tweetId = (id: string): Json => ({ tweet_id: id });

/** Every spelling that answers beside /2. */
const SPELLINGS: readonly Spelling[] = [
  { method: "GET", short: [...below("/timelines/home", "/timeline/home"), "/timeline/home"], long: HOME },
  { method: "GET", short: below("/users/:id/timeline"), long: "/users/:id/tweets" },
  { method: "POST", ...follow, long: "/users/:me/following", body: (id) => ({ target_user_id: id }) },
  { method: "DELETE", ...follow, long: "/users/:me/following/:id" },
  { method: "POST", ...like, long: "/users/:me/likes", body: tweetId },
  { method: "DELETE", ...like, long: "/users/:me/likes/:id" },
  {
    method: "POST",
    ...retweet,
    long: "/users/:me/retweets",
    body: (id, { quote }) => (quote === undefined ? tweetId(id) : { text: quote, quote_tweet_id: id }),
    takesBody: true,
    elsewhere: ({ quote }) => (quote === undefined ? null : "/tweets"),
  },
  { method: "DELETE", ...retweet, long: "/users/:me/retweets/:id" },
  { method: "POST", ...bookmark, long: "/users/:me/bookmarks", body: tweetId },
  { method: "DELETE", ...bookmark, long: "/users/:me/bookmarks/:id" },
  { method: "POST", short: ["/tweets"], long: "/tweets", body: (_id, given) => given, takesBody: true },
  {
    method: "POST",
    short: ["/v1/tweets"],
    long: "/tweets",
    body: (_id, { content, media_ids: media }) => ({
      text: content,
      ...(Array.isArray(media) && media.length === 0
        ? {}
        : { media: media === undefined ? undefined : { media_ids: media } }),
    }),
    takesBody: true,
    answer: ({ data }) => postedAnswer(data as { readonly id: string }),
  },
  {
    method: "GET",
    short: ["/v1/timeline/home"],
    long: HOME,
    query: { limit: "max_results", cursor: "pagination_token" },
    answer: ({ data = [], meta }) => ({ data, next_cursor: (meta as { next_token?: string }).next_token ?? null }),
  },
];

/** A tweet's id says when it was posted. */
const postedAnswer = ({ id }: { readonly id: string }): Json => ({
  tweet_id: id,
  timestamp: new Date(timeOfId(id)).toISOString(),
});

/** Routes that hand a short spelling to `app` under its long one, so that the same handlers and refusals answer both. */
export default function shortSpellings(app: Hono<AppEnv>): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  for (const spelling of SPELLINGS) {
    routes.on(spelling.method, [...spelling.short], async (c) => {
      const response = await app.fetch(await spelledOut(c, spelling), c.env, c.executionCtx);
      if (spelling.answer === undefined || !response.ok) return response;
      const answer = spelling.answer(await response.json());
      return new Response(JSON.stringify(answer), { status: response.status, headers: jsonHeaders(response) });
    });
  }
  return routes;
}

/** The body is written anew: whatever was said of the old one's form does not hold. */
function jsonHeaders(response: Response): Headers {
  const headers = new Headers(response.headers);
  for (const name of ["content-encoding", "content-length"]) headers.delete(name);
  return headers;
}

async function spelledOut(c: Context<AppEnv>, spelling: Spelling): Promise<Request> {
  const { method, long, body, elsewhere, query } = spelling;
  const id = c.req.param("id") ?? "";
  const text = spelling.takesBody === true ? await c.req.text() : "";
  const given = objectOf(c, text);
  const url = new URL(c.req.url);
  // Where nobody is signed in, any id leads to the same 401.
  const me = c.var.viewer?.userId ?? "0";
  const path = elsewhere?.(given ?? {}) ?? long;
  url.pathname = `/2${path.replace(":me", me).replace(":id", encodeURIComponent(id))}`;
  for (const [short, name] of Object.entries(query ?? {})) {
    const value = url.searchParams.get(short);
    url.searchParams.delete(short);
    if (value !== null) url.searchParams.set(name, value);
  }
  const headers = new Headers(c.req.raw.headers);
  headers.set("x-request-id", c.var.ctx.requestId);
  headers.delete("content-length");
  // `cf` says what the client itself accepts.
  const { cf } = c.req.raw;
  const init: RequestInit = { method, headers, ...(cf === undefined ? {} : { cf }) };
  if (body === undefined) return new Request(url, init);
  // What is no JSON object goes on as it is: the long one says what is wrong with it.
  if (given === null) return new Request(url, { ...init, body: text });
  headers.set("content-type", "application/json");
  return new Request(url, { ...init, body: JSON.stringify(body(id, given)) });
}

/** The body that came, an empty object where none did; null where it is no JSON object. */
function objectOf(c: Context<AppEnv>, text: string): Json | null {
  if (text === "") return {};
  if (!/json/i.test(c.req.header("content-type") ?? "")) return null;
  try {
    const given: unknown = JSON.parse(text);
    return typeof given === "object" && given !== null && !Array.isArray(given) ? (given as Json) : null;
  } catch {
    return null;
  }
}
