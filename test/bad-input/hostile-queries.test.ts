import { beforeAll, expect, test } from "vitest";
import { newWorld } from "../support/world.ts";
import {
  exampleOf,
  expectProblem,
  named,
  newCast,
  sendExample,
  shapeOf,
  withBody,
  withParams,
  withQuery,
  type Cast,
} from "./cast.ts";
import { hostileStrings, OWN_STRINGS } from "./hostile-data.ts";

const BLNS = [...OWN_STRINGS, ...hostileStrings("blns")];
const LISTS = ["xss", "sqli", "h5sc"].flatMap((list) => hostileStrings(list, 60));
const SAMPLE = [
  ...OWN_STRINGS,
  ...hostileStrings("blns", 60),
  ...hostileStrings("sqli", 20),
  ...hostileStrings("xss", 10),
];

let cast: Cast;
beforeAll(async () => {
  cast = await newCast(await newWorld());
});

test.each(named(withParams))("%s takes any text in its path without a failure", async (_id, described) => {
  for (const field of Object.keys(shapeOf(described.params))) {
    for (const text of [...BLNS, ...LISTS]) {
      const params = { ...exampleOf(described, cast).params, [field]: text.toWellFormed() };
      const answer = await sendExample(cast, described, { params });
      // An empty part makes it another path.
      if (answer.status !== 200) await expectProblem(answer, [400, 403, 404], JSON.stringify(text));
    }
  }
});

test.each(named(withQuery))("%s takes any text in its query without a failure", async (_id, described) => {
  const good = exampleOf(described, cast).query;
  for (const field of Object.keys(shapeOf(described.query))) {
    for (const text of SAMPLE) {
      const answer = await sendExample(cast, described, { query: { ...good, [field]: text } });
      if (answer.status !== 200) await expectProblem(answer, 400, `${field}=${JSON.stringify(text)}`);
    }
  }
  for (const text of SAMPLE) {
    const raw = await sendExample(cast, described, { query: text.toWellFormed().replaceAll(/[#\s]/g, "+") });
    if (raw.status !== 200) await expectProblem(raw, 400, JSON.stringify(text));
  }
});

test.each(named(withBody))("%s takes any text as the name of a field and ignores it", async (_id, described) => {
  for (const text of BLNS) {
    const fields = Object.keys(shapeOf(described.body));
    const body = `{${JSON.stringify(text)}:1,${JSON.stringify(`${text}.${fields[0]}`)}:{}}`;
    const answer = await sendExample(cast, described, { body, token: cast.bob.token });
    if (answer.status !== 200) await expectProblem(answer, 400, JSON.stringify(text));
  }
});

test("hostile headers are refused or ignored", async () => {
  const { alice } = cast;
  for (const text of [...BLNS, ...LISTS]) {
    const value = text.replaceAll(/[^\t\x20-\x7e]/g, "");
    const idempotent = await alice.fetch("/2/tweets", {
      json: { text: "kept once" },
      headers: { "idempotency-key": value },
    });
    if (idempotent.status === 201) {
      const again = await alice.fetch("/2/tweets", {
        json: { text: "kept once" },
        headers: { "idempotency-key": value },
      });
      if (value.trim() !== "") expect(await again.json()).toEqual(await idempotent.json());
    } else await expectProblem(idempotent, 400, JSON.stringify(text));
    const odd = await alice.fetch(`/2/users/${alice.id}`, {
      headers: {
        "x-request-id": value,
        "accept-encoding": value,
        accept: value,
        origin: value,
        "content-type": value,
        cookie: value,
      },
    });
    expect(odd.status, JSON.stringify(text)).toBe(200);
    expect(odd.headers.get("x-request-id")).toMatch(/^[\w.:-]{1,64}$/);
  }
});
