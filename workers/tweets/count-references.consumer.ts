import { groupBy } from "../lib/concurrency.ts";
import type { Ctx } from "../lib/context.ts";
import type { TweetFacts } from "./events.ts";
import { readReferencingTweets } from "./references-reader.ts";
import { writeReferences, writeRetweeter, type TweetReference } from "./references-writer.ts";

/** Tells the tweets that a tweet answers, quotes or retweets of it, or that it is gone. */
export async function countReferences(ctx: Ctx, facts: TweetFacts, deleted: 0 | 1): Promise<void> {
  const { tweetId, authorId, retweetedId, retweetVersion } = facts;
  await Promise.all([
    writeWhereRead(ctx, referencesOf(facts, deleted)),
    retweetedId === null
      ? null
      : writeRetweeter(ctx, {
          tweetId: retweetedId,
          userId: authorId,
          retweetId: tweetId,
          state: deleted === 1 ? 0 : 1,
          version: retweetVersion ?? 0,
        }),
  ]);
}

type Referencing = Pick<
  TweetFacts,
  | "tweetId"
  | "authorId"
  | "replyToId"
  | "replyToUserId"
  | "conversationId"
  | "quotedId"
  | "authorProtected"
  | "authorVersion"
>;

interface PlacedReference extends TweetReference {
  /** The conversation's first tweet, for a reply: its shard keeps the whole tree. */
  readonly conversationId: string | null;
}

function referencesOf(facts: Referencing, deleted: 0 | 1): PlacedReference[] {
  const { tweetId, authorId, replyToId, replyToUserId, quotedId, conversationId } = facts;
  const open = facts.authorProtected === 1 ? 0 : 1;
  const common = { tweetId, authorId, open, authorVersion: facts.authorVersion, deleted } as const;
  const found: PlacedReference[] = [];
  if (replyToId !== null) {
    const byOther = replyToUserId === authorId ? 0 : 1;
    found.push({ ...common, targetId: replyToId, kind: "reply", byOther, conversationId });
  }
  if (quotedId !== null) found.push({ ...common, targetId: quotedId, kind: "quote", byOther: 1, conversationId: null });
  return found;
}

/** One batch a database: that of the target, which counts, and that of the conversation's first tweet. */
async function writeWhereRead(ctx: Ctx, references: readonly PlacedReference[]): Promise<void> {
  const placed = references.flatMap((reference) => {
    const indexes = [reference.targetId, reference.conversationId ?? reference.targetId].map((id) =>
      ctx.shards.indexOf(id),
    );
    return [...new Set(indexes)].map((index) => ({ index, reference }));
  });
  const byShard = groupBy(placed, ({ index }) => index);
  await Promise.all(
    [...byShard].map(([index, parts]) => {
      const here = parts.map(({ reference }) => reference);
      const counted = here.map(({ targetId }) => targetId).filter((id) => ctx.shards.indexOf(id) === index);
      return writeReferences(ctx, index, here, [...new Set(counted)]);
    }),
  );
}

/** Tweets of one author that are looked through at once. */
const PAGE = 500;

/**
 * An account became protected or ceased to be: its replies and quotes stop counting, or count again. Tweets posted since
 * carry a higher version, those posted before are all in the store by now.
 */
export async function reflectProtection(
  ctx: Ctx,
  changed: { readonly userId: string; readonly protected: boolean; readonly version: number },
): Promise<void> {
  const author = { authorProtected: changed.protected ? 1 : 0, authorVersion: changed.version };
  for (let after = ""; ;) {
    const page = await readReferencingTweets(ctx, changed.userId, { after, count: PAGE });
    await writeWhereRead(
      ctx,
      page.flatMap((tweet) => referencesOf({ ...tweet, ...author }, 0)),
    );
    const last = page.at(-1);
    if (page.length < PAGE || last === undefined) return;
    after = last.tweetId;
  }
}
