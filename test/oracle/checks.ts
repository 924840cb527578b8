import type { Page, PageQuery, Person } from "../support/person.ts";
import { VISIBILITY_MS } from "./model.ts";
import type { Run } from "./run.ts";

/** The product and the model disagree. */
export class Disagreement extends Error {}

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
  /** Shown earlier in the same scroll. */
  readonly shown?: ReadonlySet<string>;
}

/** Newest first, within its bounds, never a tweet twice, none that the reader may not see, texts as posted. */
export function checkPage(run: Run, reader: Person, page: Page, place: Place & { readonly followed: boolean }): void {
  let last = place.below;
  for (const tweet of page.tweets) {
    const where = `${run.nameOf(reader.id)} is shown ${run.nameOf(tweet.id)}`;
    if (place.shown?.has(tweet.id) === true) throw new Disagreement(`${where} twice in one scroll`);
    if (last !== undefined && BigInt(tweet.id) >= BigInt(last)) throw new Disagreement(`${where} out of order`);
    if (place.above !== undefined && BigInt(tweet.id) <= BigInt(place.above))
      throw new Disagreement(`${where} below since_id`);
    const reason = run.model.forbids(reader.id, tweet.id, run.now(), place.followed);
    if (reason !== null) throw new Disagreement(`${where} although ${reason}`);
    const known = run.model.tweets.get(tweet.id);
    if (tweet.text !== known?.text || tweet.author_id !== known.authorId) throw new Disagreement(`${where} altered`);
    last = tweet.id;
  }
  if (page.meta.degraded !== undefined) throw new Disagreement(`degraded: ${JSON.stringify(page.meta.degraded)}`);
}

/** All `wanted` ids that belong on the page are on it: down to its last tweet, or to the end where no page follows. */
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
  const page = await reader.home(query);
  run.tell(
    `   home of ${run.nameOf(reader.id)}@${isolateName(run, reader)} ${JSON.stringify(query)}: ${run.names(page.ids)}`,
  );
  checkPage(run, reader, page, { ...place, followed: true });
  checkHolds(run, `${run.nameOf(reader.id)}'s home, of own tweets,`, page, place, run.model.tweetsOf(reader.id));
  return page;
}

/** Reads a page of `author`'s tweets: one's own at once, others' once they are VISIBILITY_MS old. */
export async function readProfile(run: Run, reader: Person, author: Person, query: PageQuery): Promise<void> {
  const page = await reader.tweetsOf(author, query);
  checkPage(run, reader, page, { followed: false });
  const settled = reader.id === author.id ? Infinity : run.now() - VISIBILITY_MS;
  const wanted = run.model.tweetsOf(author.id).filter((id) => (run.model.tweets.get(id)?.postedAt ?? 0) <= settled);
  checkHolds(run, `${run.nameOf(reader.id)}'s view of ${run.nameOf(author.id)}`, page, {}, wanted);
}

/** Looks tweets up by id: what stands is found at once, what was deleted soon is not. */
export async function lookUp(run: Run, reader: Person, ids: readonly string[]): Promise<void> {
  const answer = await reader.asks<{ data?: readonly { id: string }[] }>(`/2/tweets?ids=${ids.join(",")}`);
  const found = new Set((answer.data ?? []).map((tweet) => tweet.id));
  for (const id of ids) {
    const where = `${run.nameOf(reader.id)}@${isolateName(run, reader)} looks ${run.nameOf(id)} up`;
    if (run.model.tweets.get(id)?.deletedAt === null && !found.has(id)) throw new Disagreement(`${where} in vain`);
    const reason = run.model.forbids(reader.id, id, run.now(), false);
    if (found.has(id) && reason !== null) throw new Disagreement(`${where} and finds it although ${reason}`);
  }
}

export const isolateName = (run: Run, person: Person): number => run.world.isolates.indexOf(person.isolate);

interface UserList {
  readonly data?: readonly { readonly id: string }[];
  readonly meta: { readonly next_token?: string };
}

/** Every id of a list of users, in an order that is the model's. */
export async function wholeUserList(person: Person, path: string, pageSize: number): Promise<string[]> {
  const ids: string[] = [];
  for (let token = ""; ;) {
    const page: UserList = await person.asks(`${path}?max_results=${pageSize}${token}`);
    ids.push(...(page.data ?? []).map((user) => user.id));
    if (page.meta.next_token === undefined) return ids;
    token = `&pagination_token=${page.meta.next_token}`;
  }
}
