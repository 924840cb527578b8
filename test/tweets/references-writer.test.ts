import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { createContext } from "../../workers/lib/context.ts";
import { writeReferences, writeRetweeter, type TweetReference } from "../../workers/tweets/references-writer.ts";
import { rowsAt } from "../support/planting.ts";
import { newWorld } from "../support/world.ts";

vi.setConfig({ testTimeout: 120_000 });

/** A target nobody has used yet. */
let targets = 0;
const newTarget = (): string => {
  targets += 1;
  return String(targets).padStart(19, "0");
};

async function stage() {
  const world = await newWorld();
  const ctx = createContext(world.isolate.runtime, { requestId: "test", waitUntil: () => undefined });
  return { world, ctx };
}

/** What may be told of a reply: its author was open at even versions, protected at odd ones. */
const told = fc.record({
  kind: fc.constantFrom("reply", "quote"),
  by: fc.nat({ max: 2 }),
  authorVersion: fc.nat({ max: 4 }),
  deleted: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.constant(1) }),
});

test("whatever is told of replies and quotes, in whatever order and however often: deleted stays, the newest of the author counts", async () => {
  const { world, ctx } = await stage();
  await fc.assert(
    fc.asyncProperty(fc.array(told, { minLength: 1, maxLength: 8 }), fc.nat({ max: 3 }), async (all, together) => {
      const targetId = newTarget();
      const index = ctx.shards.indexOf(targetId);
      const referenceOf = ({ kind, by, authorVersion, deleted }: (typeof all)[number]): TweetReference => ({
        targetId,
        kind: kind as "reply" | "quote",
        byOther: 1,
        tweetId: String(by + 1).padStart(19, "0"),
        authorId: "9",
        authorVersion,
        open: authorVersion % 2 === 0 ? 1 : 0,
        deleted: deleted as 0 | 1,
      });
      const references = all.map(referenceOf);
      // Of different tweets some come in one write.
      const distinct = new Map(references.slice(0, together).map((one) => [`${one.kind} ${one.tweetId}`, one]));
      await writeReferences(ctx, index, [...distinct.values()], [targetId]);
      for (const one of [...references, ...references.slice(0, 2)])
        await writeReferences(ctx, index, [one], [targetId]);
      const counts = { reply: 0, quote: 0 };
      const byTweet = Map.groupBy(references, (one) => `${one.kind} ${one.tweetId}`);
      for (const group of byTweet.values()) {
        const newest = Math.max(...group.map((one) => one.authorVersion));
        const stands = group.every((one) => one.deleted === 0) && newest % 2 === 0;
        if (stands && group[0] !== undefined) counts[group[0].kind] += 1;
        const select =
          "SELECT author_version, deleted FROM tweet_references WHERE target_id = ? AND kind = ? AND tweet_id = ?";
        expect(await rowsAt(world, targetId, select, targetId, group[0]?.kind ?? "", group[0]?.tweetId ?? "")).toEqual([
          { author_version: newest, deleted: Math.max(...group.map((one) => one.deleted)) },
        ]);
      }
      const select = "SELECT reply_count, quote_count FROM tweet_counts WHERE tweet_id = ?";
      const [row] = await rowsAt(world, targetId, select, targetId);
      expect(row ?? { reply_count: 0, quote_count: 0 }).toEqual({
        reply_count: counts.reply,
        quote_count: counts.quote,
      });
    }),
    { numRuns: 60 },
  );
});

test("a retweeter's edge counts by its newest version, in whatever order and however often it is told", async () => {
  const { world, ctx } = await stage();
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 10 }), async (versions) => {
      const tweetId = newTarget();
      for (const version of versions) {
        const state = version % 2 === 1 ? 1 : 0;
        await writeRetweeter(ctx, { tweetId, userId: "7", retweetId: String(version), state, version });
      }
      const newest = Math.max(...versions);
      const select = "SELECT retweet_id, state FROM retweeters WHERE tweet_id = ?";
      expect(await rowsAt(world, tweetId, select, tweetId)).toEqual([
        { retweet_id: String(newest), state: newest % 2 },
      ]);
      const [row] = await rowsAt(world, tweetId, "SELECT retweet_count FROM tweet_counts WHERE tweet_id = ?", tweetId);
      expect(row?.["retweet_count"] ?? 0).toBe(newest % 2);
    }),
    { numRuns: 40 },
  );
});
