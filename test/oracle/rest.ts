import type { Person } from "../support/person.ts";
import { mustHavePolled } from "./bounds.ts";
import { get, same, wholeUserList, type Reader } from "./checks.ts";
import { Disagreement } from "./disagreement.ts";
import { newestFirst } from "./model.ts";
import { pollHome } from "./polling.ts";
import { checkListsAtRest } from "./rest-lists.ts";
import { mutes } from "./rules.ts";
import { checkTweetsAtRest } from "./rest-tweets.ts";
import type { Run } from "./run.ts";
import { checkLines, someReader, wholeTimeline } from "./whole.ts";
import { readOutboxes } from "./tables.ts";
import { passTime } from "./time.ts";
import * as views from "./views.ts";

const ROUNDS_MAX = 30;
/** KV's 60 s, the list of pull authors' 60, a feed's 30, and a little. What an isolate remembers of a tweet's counts is younger. */
const STALENESS_MS = 155_000;
/** Nothing is looked at so near the end of a mute: clocks differ. */
const MUTE_END_MS = 2_000;

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
  while (muteEndsNow(run)) passTime(2 * MUTE_END_MS);
}

function muteEndsNow(run: Run): boolean {
  const ends = [...run.model.users.values()].flatMap((user) => [...user.mutes.values(), ...user.mutedWords.values()]);
  return ends.some((until) => until !== null && Math.abs(until - run.now()) < MUTE_END_MS);
}

/** At rest the product and the model agree in everything, for everybody. */
export async function checkAgreement(run: Run): Promise<void> {
  await Promise.all(run.people.map((person) => checkPerson(run.beside(), person)));
  await checkCounts(run);
  await Promise.all([checkTweetsAtRest(run.beside()), checkListsAtRest(run.beside())]);
}

async function checkPerson(run: Run, person: Person): Promise<void> {
  await checkHome(run, person);
  await checkRelations(run, run.anywhere(person));
  await checkProfile(run, someReader(run), person);
}

/** Home is read in pages of any size, by way of any isolate, to the very end. */
export async function checkHome(run: Run, person: Person): Promise<void> {
  const without = run.upTo(5) === 0 ? (run.pick(["replies", "retweets"] as const) ?? null) : null;
  const path = `/2/users/${person.id}/timelines/reverse_chronological`;
  const exclude = without === null ? {} : { exclude: without };
  const got = await wholeTimeline(run, () => run.anywhere(person), path, exclude);
  const lines = views.home(run.model, person.id, run.now(), {
    replies: without === "replies",
    retweets: without === "retweets",
  });
  checkLines(
    run,
    `the home of ${run.nameOf(person.id)} at rest${without === null ? "" : ` without ${without}`}`,
    got,
    lines,
  );
}

async function checkRelations(run: Run, person: Person): Promise<void> {
  const size = 1 + run.upTo(9);
  const name = run.nameOf(person.id);
  const whole = (list: string) => wholeUserList(run, person, `/2/users/${person.id}/${list}`, size);
  const { model } = run;
  same(run, `whom ${name} follows`, await whole("following"), views.following(model, person.id));
  same(run, `who follows ${name}`, (await whole("followers")).sort(newestFirst), views.followers(model, person.id));
  same(run, `who asks ${name}`, await whole("follow_requests"), views.requesters(model, person.id));
  const blocked = [...model.user(person.id).blocks].sort(newestFirst);
  same(run, `whom ${name} blocks`, await whole("blocking"), blocked);
  same(run, `whom ${name} mutes`, await whole("muting"), views.muted(model, person.id, run.now()));
}

async function checkProfile(run: Run, reader: Reader, author: Person): Promise<void> {
  const got = await wholeTimeline(run, () => reader, `/2/users/${author.id}/tweets`);
  const ids = got.map((tweet) => tweet.id);
  const wanted = views.profile(run.model, reader?.id ?? null, author.id, run.now());
  same(
    run,
    `the tweets of ${run.nameOf(author.id)} for ${reader === null ? "nobody" : run.nameOf(reader.id)}`,
    ids,
    wanted,
  );
}

interface UserJson {
  readonly id: string;
  readonly public_metrics: Readonly<Record<string, number>>;
  readonly viewer: Readonly<Record<string, boolean>>;
}

/** Counts, and how somebody stands to everybody. */
async function checkCounts(run: Run): Promise<void> {
  const viewer = run.pick(run.people);
  if (viewer === undefined) return;
  const ids = run.people.map((person) => person.id);
  const path = `/2/users?ids=${ids.join(",")}&user.fields=public_metrics,viewer`;
  const { data } = (await get<{ data: readonly UserJson[] }>(run, run.anywhere(viewer), path)).body;
  for (const id of ids) {
    const got = data.find((user) => user.id === id);
    const wanted = { ...countsOf(run, id), ...standingOf(run, run.now(), viewer.id, id) };
    const has: Readonly<Record<string, unknown>> = { ...got?.public_metrics, ...got?.viewer };
    const wrong = Object.entries(wanted).filter(([name, value]) => has[name] !== value);
    if (wrong.length === 0) continue;
    const told = wrong.map(([name, value]) => `${name} ${String(has[name])}, not ${value}`);
    throw new Disagreement(`${run.nameOf(id)} as ${run.nameOf(viewer.id)} sees them: ${told.join("; ")}`);
  }
}

const countsOf = ({ model }: Run, id: string): Record<string, number> => ({
  followers_count: views.followers(model, id).length,
  following_count: views.following(model, id).length,
  tweet_count: model.standing(id).length,
  listed_count: views.listedCount(model, id),
});

function standingOf({ model }: Run, now: number, viewerId: string, id: string): Record<string, boolean> {
  const [viewer, user] = [model.user(viewerId), model.user(id)];
  return {
    following: viewer.follows.has(id),
    followed_by: user.follows.has(viewerId),
    requested: viewer.asks.has(id),
    blocking: viewer.blocks.has(id),
    blocked_by: user.blocks.has(viewerId),
    muting: mutes(model, viewerId, id, now),
  };
}

/** Everybody who polls has seen what polling promises. */
export async function checkPollers(run: Run): Promise<void> {
  for (const person of run.people) {
    const poller = run.pollers.get(person.id);
    if (poller === undefined) continue;
    await pollHome(run, run.anywhere(person));
    const missed = mustHavePolled(run.model, person.id, poller.since).filter(
      (tweet) => !poller.shown.has(run.model.originalOf(tweet).id),
    );
    if (missed.length === 0) continue;
    throw new Disagreement(
      `${run.nameOf(person.id)} polls and never saw ${run.names(missed.map((tweet) => tweet.id))}`,
    );
  }
}
