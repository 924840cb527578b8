import { beforeAll, expect, test } from "vitest";
import { operations } from "../../workers/openapi.ts";
import { newWorld } from "../support/world.ts";
import {
  exampleOf,
  expectNothingWritten,
  expectProblem,
  named,
  newCast,
  sendExample,
  shapeOf,
  type Cast,
} from "./cast.ts";
import type { Operation } from "../../workers/lib/route.ts";

const paged = operations.filter((one) => "pagination_token" in shapeOf(one.query));

let cast: Cast;
/** A token that each list gave to Alice about herself, by the operation's id. */
const tokens: Record<string, string> = {};
beforeAll(async () => {
  cast = await newCast(await newWorld());
  const { alice, bob, world } = cast;
  const others = await world.registerAll("carol", "dan");
  await alice.follows(...others);
  for (const one of others) await one.follows(alice);
  for (const text of ["one", "two"]) await alice.posts(`${text} @${alice.username}`);
  await world.drain();
  await bob.home();
  for (const one of paged) {
    const answer = await sendExample(cast, one, { params: { id: alice.id }, query: { max_results: "1" } });
    const { meta } = (await answer.json()) as { meta: { next_token?: string } };
    expect(meta.next_token, one.id).toBeDefined();
    tokens[one.id] = meta.next_token ?? "";
  }
});

const ask = (one: Operation, token: string, id = cast.alice.id) =>
  sendExample(cast, one, { params: { id }, query: { max_results: "1", pagination_token: token } });

test.each(named(paged))("%s goes on after its own token and refuses those of other lists", async (id, described) => {
  expect((await ask(described, tokens[id] ?? "")).status).toBe(200);
  for (const [other, token] of Object.entries(tokens)) {
    if (other !== id) await expectProblem(await ask(described, token), 400, `a token of ${other}`);
  }
});

test.each(named(paged))("%s refuses a token about somebody else", async (id, described) => {
  const { bob } = cast;
  const answer = await ask(described, tokens[id] ?? "", bob.id);
  await expectProblem(answer, exampleOf(described, cast).params?.["id"] === bob.id ? 400 : [400, 403]);
});

test.each(named(paged))("%s refuses its token with any letter changed, added or cut off", async (id, described) => {
  const good = tokens[id] ?? "";
  const changed = [...good].flatMap((letter, at) => {
    const others = [...new Set(["A", "B", "_", "=", ".", " ", "é", letter.toUpperCase(), letter.toLowerCase()])];
    const swapped = others
      .filter((other) => other !== letter)
      .map((other) => good.slice(0, at) + other + good.slice(at + 1));
    return [...swapped, good.slice(0, at), good.slice(at + 1), `${good.slice(0, at)}A${good.slice(at)}`];
  });
  const around = [
    `${good}=`,
    `${good}A`,
    `${good}.`,
    `${good}\0`,
    ` ${good}`,
    `${good}\n`,
    `${good}.${good}`,
    good + good,
    good.repeat(40),
  ];
  const all = [...new Set([...changed, ...around])].filter((token) => token !== good);
  expect(all.length).toBeGreaterThan(200);
  await expectNothingWritten(cast, async () => {
    for (const token of all) {
      const problem = await expectProblem(await ask(described, token), 400, JSON.stringify(token));
      expect(problem.detail).toContain("pagination_token");
    }
  });
});
