/** Part `writes`: follows and their ends, and likes of one tweet, until they are acknowledged. */
import { seededRandom } from "../scripts/lib.ts";
import type { Ask } from "./http-connection.ts";
import type { MainStage } from "./main-stage.ts";
import { againstReferences, prepareReferences } from "./references.ts";
import type { Report } from "./report.ts";
import { unpadId } from "../workers/lib/snowflake.ts";

const CONNECTIONS = 4;
const LATE_SECONDS = 60;

export async function benchWrites(stage: MainStage, report: Report): Promise<void> {
  const { client, runtime, scale } = stage;
  report.section(
    `Writes: follow, unfollow, like, ${CONNECTIONS} connections; between rounds until all effects are done`,
  );
  await prepareReferences(stage);
  await prepareFollows(stage);
  await client.prepare("like", likesOf(stage));
  const after = () => runtime.outboxEmpty(LATE_SECONDS);
  const count = scale.once;
  const operation = (name: string) => [{ operation: name, count: 1 }];
  await againstReferences(
    stage,
    report,
    "writes",
    [
      { name: "follow", asks: "follow", count, after, uses: operation("follow, 30 tweets merged") },
      { name: "unfollow", asks: "unfollow", count, after, uses: operation("unfollow") },
      {
        name: "like, all of one hot tweet",
        asks: "like",
        count,
        after,
        uses: operation("like, each of 100 that arrive together"),
      },
    ],
    CONNECTIONS,
  );
}

/** In order: what one round follows, the same round unfollows. */
async function prepareFollows(stage: MainStage): Promise<void> {
  const { client, dataset, tokens, scale } = stage;
  const pairs = newPairs(stage, scale.once * (scale.rounds + 1));
  const idOf = (index: number) => unpadId(dataset.users[index]?.id ?? "0");
  const path = (who: number) => `/2/users/${idOf(who)}/following`;
  const tokenOf = (who: number) => tokens[who] ?? "";
  const follows = pairs.map(([who, whom]): Ask => {
    return { path: path(who), token: tokenOf(who), json: { target_user_id: idOf(whom) } };
  });
  const ends = pairs.map(([who, whom]): Ask => {
    return { path: `${path(who)}/${idOf(whom)}`, token: tokenOf(who), method: "DELETE" };
  });
  await client.prepare("follow", follows, { inOrder: true });
  await client.prepare("unfollow", ends, { inOrder: true });
}

/** Pairs of whom the first does not follow the second yet. */
function newPairs({ dataset, scale }: MainStage, count: number): [number, number][] {
  const random = seededRandom(7);
  const taken = new Set(dataset.follows.map(([a, b]) => `${a}:${b}`));
  const pairs: [number, number][] = [];
  while (pairs.length < count) {
    const [a, b] = [Math.floor(random() * scale.users), Math.floor(random() * scale.users)];
    if (a === b || taken.has(`${a}:${b}`)) continue;
    taken.add(`${a}:${b}`);
    pairs.push([a, b]);
  }
  return pairs;
}

/** Everybody likes the newest tweet, once. */
function likesOf({ dataset, tokens }: MainStage): Ask[] {
  const hot = unpadId(dataset.tweets.at(-1)?.id ?? "0");
  return dataset.users.map(({ id }, index): Ask => ({
    path: `/2/users/${unpadId(id)}/likes`,
    token: tokens[index] ?? "",
    json: { tweet_id: hot },
  }));
}
