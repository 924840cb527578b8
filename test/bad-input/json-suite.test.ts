import { afterAll, beforeAll, expect, test } from "vitest";
import { newWorld } from "../support/world.ts";
import {
  examplesSent,
  expectNothingWritten,
  expectProblem,
  named,
  needsFields,
  newCast,
  sendExample,
  withBody,
  type Cast,
} from "./cast.ts";
import { jsonSuite, shareOut } from "./hostile-data.ts";

const cases = jsonSuite();

// All bodies are parsed by the same code: each case is sent to some of the operations.
const MET = 10;
const casesFor = shareOut(
  withBody.map(({ id }) => id),
  cases,
  MET,
);

let cast: Cast;
beforeAll(async () => {
  cast = await newCast(await newWorld());
});
afterAll(() => {
  console.log(`JSON test suite: ${examplesSent()} requests`);
});

test.skipIf(cases.length === 0)("the suite is whole: 95 to parse, 188 to refuse, 35 as one likes", () => {
  const count = (prefix: string) => cases.filter((one) => one.name.startsWith(prefix)).length;
  expect([count("y_"), count("n_"), count("i_")]).toEqual([95, 188, 35]);
});

test.skipIf(cases.length === 0).each(named(withBody))(
  "%s answers 400 to every broken JSON and never 5xx to an odd one",
  async (id, described) => {
    await expectNothingWritten(cast, async () => {
      for (const { name, bytes } of casesFor(id)) {
        const answer = await sendExample(cast, described, { body: bytes });
        // 100,000 brackets are above the size limit before they are broken.
        if (name.startsWith("n_") || needsFields(described))
          await expectProblem(answer, bytes.length > 65_536 ? 413 : 400, name);
        else if (answer.status !== 200) await expectProblem(answer, 400, name);
      }
    });
  },
);

test.skipIf(cases.length === 0)(
  "what must parse is read as JSON, whatever stands beside the fields that matter",
  async () => {
    const fine = cases.filter((one) => one.name.startsWith("y_"));
    const described = withBody.find((one) => one.id === "createTweet");
    if (described === undefined) throw new Error("there is no createTweet");
    for (const { name, bytes } of fine) {
      const body = `{"text":"beside ${name}","odd":${new TextDecoder().decode(bytes)}}`;
      const answer = await sendExample(cast, described, { body });
      expect(answer.status, `${name}: ${body.slice(0, 200)}`).toBe(201);
    }
    const page = await cast.alice.tweetsOf(cast.alice, { max_results: 100 });
    expect(page.tweets.slice(0, fine.length).map((tweet) => tweet.text)).toEqual(
      fine.map(({ name }) => `beside ${name}`).reverse(),
    );
  },
);
