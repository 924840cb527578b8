import { expect, test } from "vitest";
import { newWorld } from "../support/world.ts";

test("a tweet that asks for media, not possible yet, is refused, not posted without", async () => {
  const world = await newWorld();
  const alice = await world.register("alice");
  const json = { text: "hello", media: { media_ids: ["1990000000000000000"] } };
  const answer = await alice.fetch("/2/tweets", { json });
  expect(answer.status).toBe(422);
  expect(await answer.text()).toContain("not possible yet");
  expect((await alice.home()).ids).toEqual([]);
});
