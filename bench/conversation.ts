/** Parts `conversation` and `mixed`: pages of a talk of hundreds and of one 25 deep; reads with a post among each hundred. */
import { eachOf, seededRandom } from "../scripts/lib.ts";
import { HttpConnection, messageOf, type Ask } from "./http-connection.ts";
import { CONNECTIONS } from "./home.ts";
import type { MainStage } from "./main-stage.ts";
import { againstReferences, metInTurn, prepareReferences } from "./references.ts";
import type { Report } from "./report.ts";
import { homeAsks, warmHomes } from "./stage.ts";

const WRITERS_AT_ONCE = 8;
const LATE_SECONDS = 120;
const READS_A_WRITE = 100;
const WRITES = 40;

export async function benchConversation(stage: MainStage, report: Report): Promise<void> {
  const { replies, depth } = stage.scale;
  report.section(
    `Conversation: pages of ${replies} replies, and round a tweet ${depth} deep, ${CONNECTIONS} connections`,
  );
  const root = await say(stage, 1, null);
  await eachOf(
    Array.from({ length: replies }, (_, index) => index),
    WRITERS_AT_ONCE,
    async (index) => void (await say(stage, index + 2, root)),
  );
  let last = await say(stage, 1, null);
  for (let level = 0; level < depth; level += 1) last = await say(stage, level + 2, last);
  await stage.runtime.outboxEmpty(LATE_SECONDS);
  await prepareReferences(stage);
  const pages = (id: string) =>
    stage.tokens.slice(0, 100).map((token): Ask => ({ path: `/2/tweets/${id}/conversation?max_results=20`, token }));
  await stage.client.prepare("wide", pages(root));
  await stage.client.prepare("deep-talk", pages(last));
  await againstReferences(stage, report, "conversation", [
    {
      name: `conversation, first page of ${replies} replies`,
      asks: "wide",
      holds: '"result_count":20',
      uses: [{ operation: "conversation of 500 replies, first page of 20, isolate cold", count: 1 }],
    },
    {
      name: `conversation, round a tweet ${depth} deep`,
      asks: "deep-talk",
      holds: `"id":"${last}"`,
      uses: [{ operation: "conversation round a tweet 25 deep, isolate cold", count: 1 }],
    },
  ]);
}

/** Somebody posts, or answers. @returns the tweet's id. */
async function say({ runtime, tokens, scale }: MainStage, who: number, to: string | null): Promise<string> {
  const connection = await HttpConnection.open(runtime.url);
  const reply = to === null ? {} : { reply: { in_reply_to_tweet_id: to } };
  const json = { text: to === null ? "What does the tide table say?" : `It turns at ${who} past nine`, ...reply };
  const ask: Ask = { path: "/2/tweets", token: tokens[who % scale.users] ?? "", json };
  const { status, body } = await connection.send(messageOf("localhost", ask));
  connection.close();
  if (status !== 201) throw new Error(`a reply answered ${status}: ${body}`);
  return (JSON.parse(body.toString()) as { data: { id: string } }).data.id;
}

export async function benchMixed(stage: MainStage, report: Report): Promise<void> {
  const { client, dataset, tokens, scale } = stage;
  report.section(`Mixed: ${READS_A_WRITE} pages of home for each post, ${CONNECTIONS} connections`);
  await prepareReferences(stage);
  const random = seededRandom(8);
  const own = metInTurn(stage);
  const homes = homeAsks(
    own.map((index) => dataset.users[index]?.id ?? ""),
    own.map((index) => tokens[index] ?? ""),
  );
  await warmHomes(client, stage.runtime, homes);
  const asks = Array.from({ length: WRITES * (READS_A_WRITE + 1) }, (_, index): Ask => {
    if (index % (READS_A_WRITE + 1) > 0) return homes[index % homes.length] ?? { path: "/bench/bare" };
    const author = Math.floor(random() * scale.users);
    return { path: "/2/tweets", token: tokens[author] ?? "", json: { text: `The flock turns, ${index}` } };
  });
  await client.prepare("mixed", asks);
  const post = { operation: "post, push tier, 10 followers", count: 1 / (READS_A_WRITE + 1) };
  const read = { operation: "home, all warm", count: READS_A_WRITE / (READS_A_WRITE + 1) };
  await againstReferences(stage, report, "mixed", [
    {
      name: `mixed, ${READS_A_WRITE} reads to a post`,
      asks: "mixed",
      after: () => stage.runtime.outboxEmpty(LATE_SECONDS),
      uses: [read, post],
    },
  ]);
}
