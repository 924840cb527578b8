/** Part `timelines`: pages of home that are not warm: an object that left memory, a deep scroll, a reader who was away. */
import type { Ask } from "./http-connection.ts";
import { FULL_PAGE } from "./home.ts";
import type { Dataset } from "./dataset.ts";
import type { MainStage } from "./main-stage.ts";
import { againstReferences, metInTurn, prepareReferences } from "./references.ts";
import type { Report } from "./report.ts";
import { evict, homeAsks, warmHomes } from "./stage.ts";
import { unpadId } from "../workers/lib/snowflake.ts";

const KEPT = 800;
/** Entries below those kept, so that a page is still full. */
const BELOW = 60;
const AWAY_SECONDS = 2 * 86_400;

/** Everyone's own asks: ids and tokens by index. */
function asksOf({ dataset, tokens }: MainStage, who: readonly number[]): { ids: string[]; asks: Ask[] } {
  const ids = who.map((index) => dataset.users[index]?.id ?? "");
  return {
    ids,
    asks: homeAsks(
      ids,
      who.map((index) => tokens[index] ?? ""),
    ),
  };
}

export async function benchTimelines(stage: MainStage, report: Report): Promise<void> {
  const { client, runtime, readers, scale } = stage;
  report.section(`Timelines: objects that left memory, and pages below the ${KEPT} entries kept`);
  await prepareReferences(stage);
  await warmHomes(client, runtime, asksOf(stage, metInTurn(stage)).asks);
  // Not among the readers whose objects the reference meets.
  const cold = asksOf(stage, readers.slice(-scale.once * 2));
  await client.prepare("cold", cold.asks, { inOrder: true });
  const deep = deepAsks(stage);
  await client.prepare("deep", deep);
  await againstReferences(stage, report, "timelines", [
    {
      name: "home, object cold",
      asks: "cold",
      holds: FULL_PAGE,
      count: cold.asks.length,
      before: () => evict(runtime, cold.ids),
      uses: [{ operation: "home, object cold", count: 1 }],
    },
    {
      name: "home, deep page past the 800 kept",
      asks: "deep",
      uses: [{ operation: "home, deep page below the 800 kept", count: 1 }],
    },
  ]);
  report.line(
    `${cold.ids.length} objects leave memory before each round; ${deep.length} readers scroll past what is kept`,
  );
}

/** Reads that begin below what a timeline keeps, of those who follow so much. */
function deepAsks({ dataset, tokens, readers }: MainStage): Ask[] {
  const pages = homesOf(dataset, readers, KEPT + BELOW);
  // A dataset without such readers has no such pages: then the deepest there are.
  const deepest = pages.length > 0 ? pages : homesOf(dataset, readers, 1);
  return deepest.flatMap(({ reader, ids }) => {
    const below = ids[Math.min(KEPT, ids.length - 2)];
    const [ask] = homeAsks(
      [dataset.users[reader]?.id ?? ""],
      [tokens[reader] ?? ""],
      `?until_id=${unpadId(below ?? "1")}`,
    );
    return ask === undefined || below === undefined ? [] : [ask];
  });
}

/** Ids of the homes that hold at least `least`, newest first. */
function homesOf({ follows, tweets }: Dataset, readers: readonly number[], least: number) {
  const byAuthor = Map.groupBy(tweets, (tweet) => tweet.author);
  const byReader = Map.groupBy(follows, ([follower]) => follower);
  return readers.flatMap((reader) => {
    const authors = [reader, ...(byReader.get(reader) ?? []).map(([, followee]) => followee)];
    const ids = authors.flatMap((author) => (byAuthor.get(author) ?? []).map(({ id }) => id));
    return ids.length < least ? [] : [{ reader, ids: ids.sort().reverse() }];
  });
}

/** Two days later: every page is the first after an absence, which writes the visit and reads the store. */
export async function benchAbsence(stage: MainStage, report: Report): Promise<void> {
  const { client, readers, scale } = stage;
  report.section(`Timelines: readers come back after ${AWAY_SECONDS / 86_400} days`);
  await stage.restart({ CLOCK_OFFSET_SECONDS: String(AWAY_SECONDS) });
  // Nobody comes back twice: so many a round, and those of the round that warms.
  const count = Math.max(1, Math.min(scale.once, Math.floor(readers.length / (scale.rounds + 1))));
  await client.prepare("away", asksOf(stage, readers).asks);
  await prepareReferences(stage);
  await againstReferences(stage, report, "timelines", [
    {
      name: "home, after two days away",
      asks: "away",
      holds: FULL_PAGE,
      count,
      uses: [{ operation: "home, after two days away", count: 1 }],
    },
  ]);
}
