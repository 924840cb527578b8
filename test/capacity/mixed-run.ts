import type { Statistics } from "../../bench/capacity/prediction.ts";
import { randomFrom } from "../oracle/plan.ts";
import { plantFollows, plantTweets, plantUsers, signIn } from "../support/planting.ts";
import type { Person, TweetJson, World } from "../support/world.ts";
import { coolObjects, countedWorld, usageOf } from "../costs/operations.ts";
import type { Usage } from "../costs/usage.ts";

/** What a run is made of; the graph is somebody's follows among `people`. */
export interface Mix {
  readonly name: string;
  readonly seed: number;
  readonly people: number;
  readonly follows: readonly (readonly [number, number])[];
  readonly pageSize: number;
  /** From how many followers on a fan-out passes over who was not here for TIMELINE_ACTIVE_HOURS. */
  readonly activeOnlyMin?: number;
  readonly rounds: number;
  readonly secondsARound: number;
  readonly postsARound: number;
  readonly likesARound: number;
  readonly followsARound: number;
  readonly readsARound: number;
}

const TWEETS_BEFORE = 6;
/** Nothing is remembered by the isolate: at a large load it rarely has what the next reader wants. */
const VARS = { CONTENT_CACHE_ENTRIES: "0" };

interface Cast {
  readonly world: World;
  readonly people: readonly Person[];
  readonly follows: Set<string>;
  readonly tweets: Pick<TweetJson, "id">[];
  readonly random: () => number;
}

/** Runs the mix with the real Worker over real bindings. @returns what it used in all. */
export async function countMix(mix: Mix): Promise<{ usage: Usage; limits: World["isolate"]["runtime"]["limits"] }> {
  const active = mix.activeOnlyMin === undefined ? {} : { FANOUT_ACTIVE_ONLY_MIN: String(mix.activeOnlyMin) };
  const world = await countedWorld({ ...VARS, ...active, FANOUT_PAGE_SIZE: String(mix.pageSize) });
  const cast = await openStage(world, mix);
  const usage = await usageOf(world, mix.name, async () => {
    for (let round = 0; round < mix.rounds; round += 1) await playRound(cast, mix);
  });
  return { usage, limits: world.isolate.runtime.limits };
}

/** Everybody is there, has written before, and has read home. */
async function openStage(world: World, mix: Mix): Promise<Cast> {
  const planted = await plantUsers(world, mix.people);
  const followees = Map.groupBy(mix.follows, ([from]) => from);
  for (const [from, edges] of followees) {
    await plantFollows(
      world,
      [at(planted, from)],
      edges.map(([, to]) => at(planted, to)),
    );
  }
  const from = world.now() - 6 * 3_600_000;
  const tweets: { id: string }[] = [];
  for (const [index, author] of planted.entries()) {
    const ids = await plantTweets(world, author, { count: TWEETS_BEFORE, from: from + index, every: 3_000_000 });
    tweets.push(...ids.map((id) => ({ id })));
  }
  const people: Person[] = [];
  for (const user of planted) people.push(await signIn(world, user));
  for (const person of people) await person.home();
  const follows = new Set(mix.follows.map(([a, b]) => `${a}:${b}`));
  return { world, people, follows, tweets, random: randomFrom(mix.seed) };
}

async function playRound(cast: Cast, mix: Mix): Promise<void> {
  const { world, people, tweets, random } = cast;
  const any = <T>(all: readonly T[]): T => at(all, Math.floor(random() * all.length));
  world.advance(mix.secondsARound);
  await coolObjects();
  for (let nth = 0; nth < mix.likesARound; nth += 1) {
    const fan = any(people);
    await fan.asks(`/2/users/${fan.id}/likes`, { json: { tweet_id: any(tweets).id } });
  }
  for (let nth = 0; nth < mix.postsARound; nth += 1) tweets.push(await any(people).posts("the flock turns as one"));
  for (let nth = 0; nth < mix.followsARound; nth += 1) await followSomebody(cast);
  await world.drain();
  const readers = [...people].map((person) => ({ person, key: random() })).sort((a, b) => a.key - b.key);
  for (const { person } of readers.slice(0, mix.readsARound)) await person.home({ max_results: 20 });
}

async function followSomebody({ people, follows, random }: Cast): Promise<void> {
  for (;;) {
    const [a, b] = [0, 1].map(() => Math.floor(random() * people.length));
    if (a === undefined || b === undefined || a === b || follows.has(`${a}:${b}`)) continue;
    follows.add(`${a}:${b}`);
    return at(people, a).follows(at(people, b));
  }
}

/** All that the model is told of a mix. */
export function statisticsOf(mix: Mix, databases: number): Statistics {
  const followers = Array.from({ length: mix.people }, () => 0);
  for (const [, to] of mix.follows) followers[to] = (followers[to] ?? 0) + 1;
  const users = followers.map((count) => ({ followers: count, follows: 0, followsWide: 0 }));
  for (const [from, to] of mix.follows) {
    const user = at(users, from);
    user.follows += 1;
    if (at(followers, to) > mix.pageSize) user.followsWide += 1;
  }
  const { rounds, secondsARound, postsARound, likesARound, followsARound, readsARound } = mix;
  const written = TWEETS_BEFORE + (rounds * postsARound) / mix.people / 2;
  const load = { rounds, secondsARound, postsARound, likesARound, followsARound, readsARound };
  return { ...load, tweetsAnAuthor: written, databases, users };
}

function at<T>(all: readonly T[], index: number): T {
  const found = all[index];
  if (found === undefined) throw new Error(`nothing stands at ${index}`);
  return found;
}
