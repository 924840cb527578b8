import { expect, test } from "vitest";
import { newWorld } from "../support/world.ts";

test.each([
  { reply: { in_reply_to_tweet_id: "1990000000000000000" } },
  { quote_tweet_id: "1990000000000000000" },
  { media: { media_ids: ["1990000000000000000"] } },
])("a tweet that asks for what is not possible yet is refused, not posted as something else: %j", async (field) => {
  const world = await newWorld();
  const alice = await world.register("alice");
  const answer = await alice.fetch("/2/tweets", { json: { text: "hello", ...field } });
  expect(answer.status).toBe(422);
  expect(await answer.text()).toContain("not possible yet");
  expect((await alice.home()).ids).toEqual([]);
});
