import { env } from "cloudflare:workers";
import type { Page, PageMeta, PageQuery, Person, TweetJson } from "../support/person.ts";
import { troubleIn } from "../support/isolate.ts";
import { forbids, mayActOn, ownLines, profileLines, type Shown } from "./bounds.ts";
import { Disagreement } from "./disagreement.ts";
import { answersAmong, listKeptFrom, type Place as Room } from "./rules.ts";
import type { Model, ModelList, ModelTweet } from "./model.ts";
import type { PassedLine, Run } from "./run.ts";
import { isOnlyPushed, readOutboxes } from "./tables.ts";

/** Somebody who reads; null: nobody is signed in. */
export type Reader = Person | null;

export function same(run: Run, what: string, got: readonly string[], wanted: readonly string[]): void {
  if (got.length === wanted.length && got.every((id, index) => id === wanted[index])) return;
  const [has, wants] = [new Set(got), new Set(wanted)];
  throw new Disagreement(
    `${what}\n  got    ${run.names(got)}\n  wanted ${run.names(wanted)}\n` +
      `  missing ${run.names(wanted.filter((id) => !has.has(id)))}\n  extra ${run.names(got.filter((id) => !wants.has(id)))}`,
  );
}

/** Where a page stands in its list: below `below` and above `above`, both exclusive. */
export interface Place {
  readonly below?: string | undefined;
  readonly above?: string | undefined;
  /** Shown earlier in the same scroll: tweet → line. */
  readonly shown?: ReadonlyMap<string, PassedLine>;
}

export const readerName = (run: Run, reader: Reader): string =>
  reader === null ? "nobody" : `${run.nameOf(reader.id)}@${run.world.isolates.indexOf(reader.isolate)}`;

/** The answer to a GET, whatever it is; a server's error is a disagreement. */
export async function get<T>(run: Run, reader: Reader, path: string): Promise<{ status: number; body: T }> {
  const response = reader === null ? await run.isolate().fetch(path) : await reader.fetch(path);
  const text = await response.text();
  if (response.status >= 500)
    throw new Disagreement(`${path} answers ${response.status}: ${text} ${troubleIn(run.world.logs)}`);
  return { status: response.status, body: JSON.parse(text) as T };
}

/** A page of a list of tweets; null where it is answered that there is no such list. */
export async function getPage(run: Run, reader: Reader, path: string, query: PageQuery): Promise<Page | null> {
  const asked = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]));
  const found = await get<{ data?: TweetJson[]; meta: PageMeta }>(run, reader, `${path}?${asked.join("&")}`);
  if (found.status === 404) return null;
  if (found.status !== 200) throw new Disagreement(`${path} answers ${found.status}: ${JSON.stringify(found.body)}`);
  const { data = [], meta } = found.body;
  if (meta.degraded !== undefined) throw new Disagreement(`${path} is degraded: ${JSON.stringify(meta.degraded)}`);
  const ids = data.map((tweet) => tweet.id);
  run.tell(`   ${path} for ${readerName(run, reader)} ${JSON.stringify(query)}: ${run.names(ids)}`);
  return { ids, tweets: data, meta };
}

/** Each tweet of a page is as it was posted, and may be seen. */
export function checkTweets(run: Run, reader: Reader, page: Page, room: Room, home = false): void {
  const shown: Shown = { now: run.now(), place: room, home, unsettled: run.unsettled };
  for (const json of page.tweets) {
    const where = `${readerName(run, reader)} is shown ${run.nameOf(json.id)}`;
    const reason = forbids(run.model, reader?.id ?? null, json.id, shown);
    if (reason !== null) throw new Disagreement(`${where} although ${reason}`);
    checkContent(run, json, where);
  }
}

/** Text, author and references are as posted. */
export function checkContent(run: Run, json: TweetJson, where: string): void {
  const tweet = run.model.tweet(json.id);
  const original = run.model.originalOf(tweet);
  const { username } = run.model.user(original.authorId);
  const text = tweet === original ? tweet.text : `RT @${username}: ${original.text}`;
  const references = [
    { type: "retweeted", id: tweet.retweetOf },
    { type: "quoted", id: tweet.quoted },
    { type: "replied_to", id: tweet.replyTo },
  ].filter((reference) => reference.id !== null);
  const got = JSON.stringify([json.text, json.author_id, json["referenced_tweets"] ?? []]);
  const wanted = JSON.stringify([text, tweet.authorId, references]);
  if (got !== wanted) throw new Disagreement(`${where} as ${got}, not ${wanted}`);
}

/** A timeline's page: newest first, within its bounds, each tweet once. */
export function checkOrder(run: Run, reader: Reader, page: Page, place: Place): void {
  let last = place.below;
  const met = new Set<string>();
  for (const { id } of page.tweets) {
    const where = `${readerName(run, reader)} is shown ${run.nameOf(id)}`;
    if (last !== undefined && BigInt(id) >= BigInt(last)) throw new Disagreement(`${where} out of order`);
    if (place.above !== undefined && BigInt(id) <= BigInt(place.above))
      throw new Disagreement(`${where} below since_id`);
    const original = run.model.originalOf(run.model.tweet(id)).id;
    if (met.has(original)) throw new Disagreement(`${where} beside another line of the same tweet`);
    met.add(original);
    last = id;
  }
}

/** All `wanted` lines that belong on the page are on it: down to its last one, or to the end where no page follows. */
export function checkHolds(run: Run, what: string, page: Page, place: Place, wanted: readonly string[]): void {
  const least = page.meta.next_token === undefined ? place.above : page.ids.at(-1);
  if (least === undefined && page.meta.next_token !== undefined) return;
  const [shown, below] = [new Set(page.ids), place.below];
  const missing = wanted.filter((id) => {
    if (shown.has(id) || (below !== undefined && BigInt(id) >= BigInt(below))) return false;
    return least === undefined || BigInt(id) > BigInt(least);
  });
  if (missing.length > 0) throw new Disagreement(`${what} lacks ${run.names(missing)}; it has ${run.names(page.ids)}`);
}

/** Reads a page of `reader`'s home and holds it against all that is promised at any moment. */
export async function readHome(run: Run, reader: Person, query: PageQuery, place: Place = {}): Promise<Page> {
  const path = `/2/users/${reader.id}/timelines/reverse_chronological`;
  const page = found(await getPage(run, reader, path, query), path);
  checkTweets(run, reader, page, "timeline", true);
  checkOrder(run, reader, page, place);
  for (const id of page.ids) {
    const passed = place.shown?.get(run.model.originalOf(run.model.tweet(id)).id);
    if (passed === undefined || !(await stillStands(run, reader, passed))) continue;
    throw new Disagreement(`${readerName(run, reader)} is shown ${run.nameOf(id)} below ${run.nameOf(passed.id)}`);
  }
  checkHolds(run, `${run.nameOf(reader.id)}'s home, of own lines,`, page, place, ownLines(run.model, reader.id));
  return page;
}

function found(page: Page | null, path: string): Page {
  if (page === null) throw new Disagreement(`there is no ${path}`);
  return page;
}

/** KV and an isolate together show what a feed was so long ago. */
const FEED_STALE_MS = 155_000;

/** A line that a reader came past is one that every later page must know of. */
async function stillStands(run: Run, reader: Person, passed: PassedLine): Promise<boolean> {
  const line = run.model.tweet(passed.id);
  const { changes, follows } = run.model.user(reader.id);
  if (line.deletedAt !== null || changes !== passed.changes) return false;
  if (line.authorId !== reader.id && !follows.has(line.authorId)) return false;
  if (run.now() - passed.at < FEED_STALE_MS && !(await isOnlyPushed(line.id))) return false;
  const unfinished = await readOutboxes();
  const isMoving = (id: string) =>
    unfinished.some(({ payload }) => Object.values(payload).some((one) => typeof one === "string" && one.endsWith(id)));
  // Below what a timeline or a feed keeps, the tweet's shard says who retweeted it, and hears of that by an event.
  return !isMoving(reader.id) && !(isDeep(run.model, reader, line) && isMoving(line.id));
}

/** True for a line with so many newer ones that neither the timeline nor a feed may keep it any more. */
function isDeep(model: Model, reader: Person, line: ModelTweet): boolean {
  const { everFollowed } = model.user(reader.id);
  const kept = Math.min(Number(env.TIMELINE_ENTRIES_MAX), Number(env.FEED_ENTRIES_MAX));
  const newer = [...model.tweets.values()].filter(
    (one) => BigInt(one.id) > BigInt(line.id) && (one.authorId === reader.id || everFollowed.has(one.authorId)),
  );
  return newer.length >= kept;
}

/** Reads a page of `author`'s tweets. */
export async function readProfile(run: Run, reader: Person, author: Person, query: PageQuery): Promise<void> {
  const path = `/2/users/${author.id}/tweets`;
  const page = found(await getPage(run, reader, path, query), path);
  checkTweets(run, reader, page, "elsewhere");
  const wanted = profileLines(run.model, reader.id, author.id, run.now());
  checkHolds(run, `${run.nameOf(reader.id)}'s view of ${run.nameOf(author.id)}`, page, {}, wanted);
}

/** Looks tweets up by id: what may be seen is found at once, what was deleted or hidden soon is not. */
export async function lookUp(run: Run, reader: Reader, ids: readonly string[]): Promise<void> {
  const { body } = await get<{ data?: TweetJson[] }>(run, reader, `/2/tweets?ids=${ids.join(",")}`);
  const tweets = body.data ?? [];
  const page: Page = { ids: tweets.map((tweet) => tweet.id), tweets, meta: { result_count: tweets.length } };
  checkTweets(run, reader, page, "elsewhere");
  const missing = ids.filter((id) => !page.ids.includes(id) && mustBeFound(run, reader, run.model.tweet(id)));
  if (missing.length > 0) throw new Disagreement(`${readerName(run, reader)} looks ${run.names(missing)} up in vain`);
}

function mustBeFound(run: Run, reader: Reader, tweet: ModelTweet): boolean {
  const { authorId } = run.model.originalOf(tweet);
  const open = (id: string) => !run.model.user(id).everProtected;
  if (reader !== null) {
    // What others do to be seen again may be as late as what they do to be hidden.
    const parties = [tweet.authorId, authorId].filter((id) => id !== reader.id);
    return parties.every(open) && mayActOn(run.model, reader.id, tweet, run.unsettled) === "yes";
  }
  return (
    run.model.originalOf(tweet).deletedAt === null && tweet.deletedAt === null && [tweet.authorId, authorId].every(open)
  );
}

/** Reads a page of a list's timeline: who is in it is so at once. */
export async function readList(run: Run, reader: Reader, list: ModelList, query: PageQuery): Promise<void> {
  const page = await getPage(run, reader, `/2/lists/${list.id}/tweets`, query);
  const kept = listKeptFrom(run.model, reader?.id ?? null, list);
  if (page === null || kept !== null) {
    const unsure = reader !== null && run.unsettled(reader.id, list.ownerId);
    if ((page === null) === (kept !== null) || unsure) return;
    throw new Disagreement(
      `${readerName(run, reader)} ${page === null ? "may" : "may not"} read ${run.nameOf(list.id)}`,
    );
  }
  checkTweets(run, reader, page, "timeline");
  checkOrder(run, reader, page, {});
  for (const id of page.ids) {
    const tweet = run.model.tweet(id);
    if (list.members.has(tweet.authorId) && answersAmong(run.model, tweet, (one) => list.members.has(one))) continue;
    throw new Disagreement(`${run.nameOf(list.id)} shows ${run.nameOf(id)}, which is of no member, or answers none`);
  }
}

interface UserList {
  readonly data?: readonly { readonly id: string }[];
  readonly meta: { readonly next_token?: string };
}

/** Every id of a list of users, in an order that is the model's. */
export async function wholeUserList(run: Run, reader: Reader, path: string, pageSize: number): Promise<string[]> {
  const ids: string[] = [];
  for (let token = ""; ;) {
    const { body } = await get<UserList>(run, reader, `${path}?max_results=${pageSize}${token}`);
    ids.push(...(body.data ?? []).map((user) => user.id));
    if (body.meta.next_token === undefined) return ids;
    token = `&pagination_token=${body.meta.next_token}`;
  }
}
