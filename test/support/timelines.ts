import { env } from "cloudflare:workers";
import type { HomeTimeline } from "../../durable-objects/home-timeline.ts";
import type { TimelineEntry } from "../../durable-objects/timeline-entry.ts";
import { plantFollows, plantUsers } from "./planting.ts";
import type { Person, World } from "./world.ts";

/** Thresholds that two and four followers reach, and a token that outlives the long absences of such stories. */
export const SMALL_TIERS = {
  FANOUT_ACTIVE_ONLY_MIN: "2",
  FANOUT_PULL_MIN: "4",
  ACCESS_TOKEN_SECONDS: "100000000",
} as const;

export const DAY = 86_400;
const EVERYTHING = { before: "9".repeat(19), since: "0".repeat(19), count: 10_000 };

/** The real object behind somebody's home: what the test asks of it is not counted, and no fault stands in between. */
export const timelineOf = (person: { readonly id: string }): DurableObjectStub<HomeTimeline> =>
  env.HOME_TIMELINE.getByName(person.id);

/** The ids that somebody's timeline object holds, newest first; null while it is cold. */
export async function heldBy(person: { readonly id: string }): Promise<string[] | null> {
  const home = (await timelineOf(person).read(EVERYTHING)) as { state: string; entries?: TimelineEntry[] };
  return home.state === "cold" ? null : (home.entries ?? []).map((entry) => entry.id);
}

/** Gives `author` so many more followers, none of whom has a timeline yet. */
export async function gainFollowers(world: World, author: Person, count: number): Promise<void> {
  await plantFollows(world, await plantUsers(world, count), [author]);
}

/** Makes `author` a pull author of long standing: from here on nobody is pushed. @returns the tweet that did it. */
export async function becomePullAuthor(world: World, author: Person): Promise<string> {
  await gainFollowers(world, author, 4);
  const { id } = await author.posts("up");
  await world.drain();
  world.advance(601);
  return id;
}
