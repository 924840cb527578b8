import type { Person } from "../support/person.ts";
import { checkPage, Disagreement, same, wholeUserList } from "./checks.ts";
import { newestFirst } from "./model.ts";
import type { Run } from "./run.ts";
import { pollHome } from "./polling.ts";
import { readOutboxes } from "./tables.ts";
import { passTime } from "./time.ts";

const ROUNDS_MAX = 30;
/** KV's 60 s, the list of pull authors' 60, a feed's 30, and a little. */
const STALENESS_MS = 155_000;

/** Delivers and sweeps until nothing is left to do, then waits until no cache can be stale. */
export async function comeToRest(run: Run): Promise<void> {
  run.meetings.note(run.model, "come to rest", run.model.users.keys());
  run.sabotage?.beforeRest?.(run.world);
  await run.deliver();
  for (let round = 0; ; round += 1) {
    const unfinished = await readOutboxes();
    if (unfinished.length === 0 || run.sabotage?.neverSweep === true) break;
    if (round === ROUNDS_MAX) throw new Disagreement(`outboxes never empty: ${JSON.stringify(unfinished)}`);
    const due = Math.min(...unfinished.map((event) => event.nextSweepAt));
    passTime(Math.max(0, due - run.now()) + 1_000);
    await run.sweep();
    run.sabotage?.beforeRest?.(run.world);
    await run.deliver();
  }
  passTime(STALENESS_MS);
}

/** At rest the product and the model agree in everything, for everybody. */
export async function checkAgreement(run: Run): Promise<void> {
  await Promise.all(run.people.map((person) => checkPerson(run.beside(), person)));
  await checkCounts(run);
}

async function checkPerson(run: Run, person: Person): Promise<void> {
  await checkHome(run, person);
  await checkLists(run, run.anywhere(person));
  await checkProfile(run, run.anywhere(run.pick(run.people) ?? person), person);
}

/** Home is read in pages of any size, by way of any isolate, to the very end. */
export async function checkHome(run: Run, person: Person): Promise<void> {
  const ids: string[] = [];
  const sizes: number[] = [];
  for (let token: string | undefined; ;) {
    const size = 1 + run.upTo(run.upTo(1) === 0 ? 4 : 24);
    const next = token === undefined ? {} : { pagination_token: token };
    const page = await run.anywhere(person).home({ max_results: size, ...next });
    checkPage(run, person, page, { followed: true, below: ids.at(-1) });
    ids.push(...page.ids);
    sizes.push(size);
    token = page.meta.next_token;
    if (token === undefined) break;
    if (sizes.length > 300) throw new Disagreement(`the home of ${run.nameOf(person.id)} has no end`);
  }
  const what = `the home of ${run.nameOf(person.id)} at rest, in pages of ${sizes.join(" ")}`;
  same(run, what, ids, run.model.home(person.id));
}

async function checkLists(run: Run, person: Person): Promise<void> {
  const size = 1 + run.upTo(9);
  const name = run.nameOf(person.id);
  const following = await wholeUserList(person, `/2/users/${person.id}/following`, size);
  same(run, `whom ${name} follows`, following, run.model.following(person.id));
  const followers = await wholeUserList(person, `/2/users/${person.id}/followers`, size);
  same(run, `who follows ${name}`, followers.sort(newestFirst), run.model.followers(person.id));
}

async function checkProfile(run: Run, reader: Person, author: Person): Promise<void> {
  const ids = await reader.wholeList(`/2/users/${author.id}/tweets`, 1 + run.upTo(19));
  same(run, `the tweets of ${run.nameOf(author.id)}`, ids, run.model.tweetsOf(author.id));
}

interface Metrics {
  readonly id: string;
  readonly public_metrics: { followers_count: number; following_count: number; tweet_count: number };
}

async function checkCounts(run: Run): Promise<void> {
  const [first] = run.people;
  if (first === undefined) return;
  const ids = run.people.map((person) => person.id);
  const { data } = await first.asks<{ data: readonly Metrics[] }>(`/2/users?ids=${ids.join(",")}`);
  for (const id of ids) {
    const got = data.find((user) => user.id === id)?.public_metrics;
    const numbers = [got?.followers_count, got?.following_count, got?.tweet_count].map(String);
    const lists = [run.model.followers(id), run.model.following(id), run.model.tweetsOf(id)];
    same(
      run,
      `followers, following, tweets of ${run.nameOf(id)}`,
      numbers,
      lists.map((list) => String(list.length)),
    );
  }
}

/** Everybody who polls has seen what polling promises. */
export async function checkPollers(run: Run): Promise<void> {
  for (const person of run.people) {
    const poller = run.pollers.get(person.id);
    if (poller === undefined) continue;
    await pollHome(run, run.anywhere(person));
    const missed = run.model.mustHavePolled(person.id, poller.since).filter((tweet) => !poller.shown.has(tweet.id));
    if (missed.length === 0) continue;
    throw new Disagreement(
      `${run.nameOf(person.id)} polls and never saw ${run.names(missed.map((tweet) => tweet.id))}`,
    );
  }
}
