import { afterAll, beforeAll, expect, test } from "vitest";
import { newWorld } from "../support/world.ts";
import {
  exampleOf,
  examplesSent,
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
import { hostileStrings, OWN_STRINGS, shareTexts } from "./hostile-data.ts";

// Beside our own.
const BLNS = hostileStrings("blns");
const LISTED = [...BLNS, ...["xss", "sqli", "h5sc"].flatMap((list) => hostileStrings(list, 60))];
const SAMPLE = [...hostileStrings("blns", 60), ...hostileStrings("sqli", 20), ...hostileStrings("xss", 10)];

/** The raw query, beside its fields. */
const RAW = "?";
const inParams = withParams.map(({ id, params }) => ({ id, fields: Object.keys(shapeOf(params)) }));
const inQuery = withQuery.map(({ id, query }) => ({ id, fields: [...Object.keys(shapeOf(query)), RAW] }));
const inNames = withBody.map(({ id }) => ({ id, fields: ["name"] }));

// All operations share the machinery that reads requests: not every one is sent every string in every field.
const PARAMS_MET = 6;
const QUERIES_MET = 16;
const NAMES_MET = 4;
const textsInPath = shareTexts(inParams, LISTED, PARAMS_MET);
const textsInQuery = shareTexts(inQuery, SAMPLE, QUERIES_MET);
const textsInNames = shareTexts(inNames, BLNS, NAMES_MET);

let cast: Cast;
beforeAll(async () => {
  cast = await newCast(await newWorld());
});
afterAll(() => {
  console.log(`hostile paths, queries and field names: ${examplesSent()} requests`);
});

test.each([
  ["path", inParams, textsInPath, LISTED, PARAMS_MET],
  ["query", inQuery, textsInQuery, SAMPLE, QUERIES_MET],
  ["names of fields", inNames, textsInNames, BLNS, NAMES_MET],
] as const)(
  "in the %s every string meets several operations, and every operation all of our own",
  (_part, takers, textsOf, rest, met) => {
    const timesMet = new Map<string, number>();
    for (const { id, fields } of takers) {
      const texts = new Set(fields.flatMap((field) => textsOf(id, field)));
      expect(OWN_STRINGS.filter((text) => !texts.has(text))).toEqual([]);
      for (const text of texts) timesMet.set(text, (timesMet.get(text) ?? 0) + 1);
    }
    for (const text of rest) expect(timesMet.get(text), JSON.stringify(text)).toBeGreaterThanOrEqual(met / 2);
  },
);

test.each(named(withParams))("%s takes any text in its path without a failure", async (id, described) => {
  for (const field of Object.keys(shapeOf(described.params))) {
    for (const text of textsInPath(id, field)) {
      const params = { ...exampleOf(described, cast).params, [field]: text.toWellFormed() };
      const answer = await sendExample(cast, described, { params });
      // An empty part makes it another path.
      if (answer.status !== 200) await expectProblem(answer, [400, 403, 404], JSON.stringify(text));
    }
  }
});

test.each(named(withQuery))("%s takes any text in its query without a failure", async (id, described) => {
  const good = exampleOf(described, cast).query;
  for (const field of Object.keys(shapeOf(described.query))) {
    for (const text of textsInQuery(id, field)) {
      const answer = await sendExample(cast, described, { query: { ...good, [field]: text } });
      if (answer.status !== 200) await expectProblem(answer, 400, `${field}=${JSON.stringify(text)}`);
    }
  }
  for (const text of textsInQuery(id, RAW)) {
    const raw = await sendExample(cast, described, { query: text.toWellFormed().replaceAll(/[#\s]/g, "+") });
    if (raw.status !== 200) await expectProblem(raw, 400, JSON.stringify(text));
  }
});

test.each(named(withBody))("%s takes any text as the name of a field and ignores it", async (id, described) => {
  const [field] = Object.keys(shapeOf(described.body));
  for (const text of textsInNames(id, "name")) {
    const body = `{${JSON.stringify(text)}:1,${JSON.stringify(`${text}.${field}`)}:{}}`;
    const answer = await sendExample(cast, described, { body, token: cast.bob.token });
    if (answer.status !== 200) await expectProblem(answer, 400, JSON.stringify(text));
  }
});

test("hostile headers are refused or ignored", async () => {
  const { alice } = cast;
  // Many differ only in what no header may hold.
  const values = new Set([...OWN_STRINGS, ...LISTED].map((text) => text.replaceAll(/[^\t\x20-\x7e]/g, "")));
  for (const value of values) {
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
    } else await expectProblem(idempotent, 400, JSON.stringify(value));
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
    expect(odd.status, JSON.stringify(value)).toBe(200);
    expect(odd.headers.get("x-request-id")).toMatch(/^[\w.:-]{1,64}$/);
  }
});
