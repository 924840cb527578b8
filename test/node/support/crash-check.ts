import { ApiClient } from "../../../scripts/api-client.ts";
import type { Ledger, Person, Post } from "./crash-ledger.ts";

interface Tweet {
  readonly id: string;
  readonly text: string;
}

/** What the server says of one person, read page by page through the API. */
interface Seen {
  readonly person: Person;
  /** Newest first. */
  readonly tweets: readonly Tweet[];
  readonly following: ReadonlySet<string>;
  readonly followers: ReadonlySet<string>;
  readonly counts: { readonly followers_count: number; readonly following_count: number; readonly tweet_count: number };
  readonly home: readonly Tweet[];
}

export interface Findings {
  /** What breaks a promise, in words; empty when all is well. */
  readonly wrong: readonly string[];
  /** Tweets of others in all home timelines. */
  readonly deliveries: number;
}

/**
 * Holds the server against the ledger: acknowledged writes are there, others are there completely or not at all. What a
 * person's own lists say decides what happened; every other view of it must agree.
 */
export async function findWrongs(url: string, ledger: Ledger): Promise<Findings> {
  const api = new ApiClient(url);
  const seen: Seen[] = [];
  for (const person of ledger.people) seen.push(await see(api, person));
  const byId = new Map(seen.map((one) => [one.person.id, one]));
  const wrong = [
    ...seen.flatMap((one) => wrongTweets(ledger.postsOf(one.person), one)),
    ...seen.flatMap((one) => wrongEdges(ledger, one, seen)),
    ...seen.flatMap((one) => wrongHome(one, byId)),
    ...(await wrongLookups(api, ledger)),
  ];
  if (api.retries > 0) wrong.push(`${api.retries} reads had to be made again`);
  const deliveries = seen.reduce((sum, one) => sum + one.home.length - one.tweets.length, 0);
  return { wrong, deliveries };
}

async function see(api: ApiClient, person: Person): Promise<Seen> {
  const { id, token } = person;
  const list = <T>(path: string) => whole<T>(api, path, token);
  const ids = async (path: string) => new Set((await list<{ id: string }>(path)).map((user) => user.id));
  const { data } = await api.call<{ data: { public_metrics: Seen["counts"] } }>(`/2/users/${id}`, { token });
  return {
    person,
    tweets: await list(`/2/users/${id}/tweets`),
    following: await ids(`/2/users/${id}/following`),
    followers: await ids(`/2/users/${id}/followers`),
    counts: data.public_metrics,
    home: await list(`/2/users/${id}/timelines/reverse_chronological`),
  };
}

async function whole<T>(api: ApiClient, path: string, token: string): Promise<T[]> {
  const items: T[] = [];
  for (let next = ""; ;) {
    const page = await api.call<{ data?: T[]; meta: { next_token?: string; degraded?: unknown } }>(
      `${path}?max_results=100${next}`,
      { token },
    );
    if (page.meta.degraded !== undefined) throw new Error(`${path} is degraded`);
    items.push(...(page.data ?? []));
    if (page.meta.next_token === undefined) return items;
    next = `&pagination_token=${encodeURIComponent(page.meta.next_token)}`;
  }
}

function wrongTweets(posts: readonly Post[], { person, tweets, counts }: Seen): string[] {
  const wrong: string[] = [];
  const shown = new Map<string, string>();
  for (const { id, text } of tweets) {
    if (shown.has(text)) wrong.push(`${person.username}: "${text}" is two tweets, ${shown.get(text)} and ${id}`);
    shown.set(text, id);
  }
  for (const { text, id, outcome, deletion } of posts) {
    const found = shown.get(text);
    shown.delete(text);
    if (found === undefined && outcome === "acknowledged" && deletion === null) wrong.push(`"${text}" is lost`);
    if (found !== undefined && deletion === "acknowledged") wrong.push(`"${text}" was deleted and is there`);
    if (found !== undefined && id !== null && found !== id) wrong.push(`"${text}" was ${id} and is ${found}`);
  }
  for (const text of shown.keys()) wrong.push(`${person.username}: nobody posted "${text}"`);
  if (counts.tweet_count !== tweets.length) {
    wrong.push(`${person.username}: ${tweets.length} tweets are counted as ${counts.tweet_count}`);
  }
  return wrong;
}

function wrongEdges(ledger: Ledger, { person, following, followers, counts }: Seen, all: readonly Seen[]): string[] {
  const wrong: string[] = [];
  for (const other of all) {
    if (other.person === person) continue;
    const edge = `${person.username} -> ${other.person.username}`;
    const follows = following.has(other.person.id);
    if (!ledger.follows(person, other.person).has(follows))
      wrong.push(`${edge}: ${follows ? "follows" : "does not follow"}`);
    if (follows !== other.followers.has(person.id)) wrong.push(`${edge}: the two lists differ`);
  }
  if (counts.following_count !== following.size || counts.followers_count !== followers.size) {
    const counted = `${counts.following_count} and ${counts.followers_count}`;
    wrong.push(`${person.username}: follows ${following.size}, followed by ${followers.size}, counted as ${counted}`);
  }
  return wrong;
}

/** A home is one's own and the followed people's tweets, newest first, each once. */
function wrongHome({ person, tweets, following, home }: Seen, byId: ReadonlyMap<string, Seen>): string[] {
  const wrong: string[] = [];
  const due = new Map(
    [...tweets, ...[...following].flatMap((id) => byId.get(id)?.tweets ?? [])].map((one) => [one.id, one]),
  );
  const shown = new Set<string>();
  let above: Tweet | undefined;
  for (const tweet of home) {
    if (shown.has(tweet.id)) wrong.push(`${person.username}'s home shows "${tweet.text}" again`);
    else if (above !== undefined && BigInt(tweet.id) > BigInt(above.id)) {
      wrong.push(`${person.username}'s home shows "${tweet.text}" below "${above.text}"`);
    }
    if (!due.has(tweet.id)) wrong.push(`${person.username}'s home shows "${tweet.text}", which does not belong there`);
    shown.add(tweet.id);
    above = tweet;
  }
  for (const { id, text } of due.values()) if (!shown.has(id)) wrong.push(`${person.username}'s home lacks "${text}"`);
  return wrong;
}

const LOOKUP_MAX = 100;

/** What was deleted is not to be had by its id either. */
async function wrongLookups(api: ApiClient, ledger: Ledger): Promise<string[]> {
  const deleted = [...ledger.posts.values()].filter((post) => post.deletion === "acknowledged").map((post) => post.id);
  const wrong: string[] = [];
  for (let at = 0; at < deleted.length; at += LOOKUP_MAX) {
    const ids = deleted.slice(at, at + LOOKUP_MAX).join(",");
    const { data = [] } = await api.call<{ data?: Tweet[] }>(`/2/tweets?ids=${ids}`);
    wrong.push(...data.map(({ text }) => `"${text}" was deleted and is found by its id`));
  }
  return wrong;
}
