import { expect, test } from "vitest";
import { useStage } from "./support/stage.ts";

const stage = useStage();

test("somebody signs in through the form and posts", async () => {
  const { alice } = await stage().people("alice");
  const at = await stage().open({ as: alice });
  await at.post("Hello there");
  expect(await at.cards().count()).toBe(1);
});
