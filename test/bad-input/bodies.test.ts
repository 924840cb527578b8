import { afterAll, beforeAll, expect, test } from "vitest";
import type { Operation } from "../../workers/lib/route.ts";
import { newWorld } from "../support/world.ts";
import {
  exampleOf,
  examplesSent,
  expectNothingWritten,
  expectProblem,
  named,
  needsFields,
  newCast,
  sendExample,
  shapeOf,
  withBody,
} from "./cast.ts";
import type { Cast } from "./cast.ts";

const MEGABYTE = 1_048_576;
const WRONG: readonly unknown[] = [null, 7, -0.5, true, "", [], {}, ["a"], { a: 1 }, [[]], { toString: "x" }];

let cast: Cast;
beforeAll(async () => {
  cast = await newCast(await newWorld());
});
afterAll(() => {
  console.log(`bodies: ${examplesSent()} requests`);
});

/** The example's body without `field`, or with `value` for it. */
const bodyWith = (described: Operation, field: string, value?: unknown) => {
  const { [field]: _old, ...rest } = exampleOf(described, cast).json ?? {};
  return value === undefined ? rest : { ...rest, [field]: value };
};

test.each(named(withBody))(
  "%s refuses a field of the wrong type with its name, and nothing is written",
  async (_id, described) => {
    await expectNothingWritten(cast, async () => {
      for (const [field, schema] of Object.entries(shapeOf(described.body))) {
        const good = exampleOf(described, cast).json?.[field];
        const wrong = WRONG.filter((value) => typeof value !== typeof (good ?? "") && !schema.safeParse(value).success);
        expect(wrong.length).toBeGreaterThan(5);
        for (const value of wrong) {
          const answer = await sendExample(cast, described, { json: bodyWith(described, field, value) });
          const problem = await expectProblem(answer, 400, `${field}: ${JSON.stringify(value)}`);
          expect(
            problem.errors?.some((error) => Object.keys(error.parameters ?? {}).some((at) => at.startsWith(field))),
          ).toBe(true);
        }
      }
    });
  },
);

test.each(named(withBody))(
  "%s repeats nothing of a body that it refuses: it may hold a password",
  async (_id, described) => {
    const secret = "hunter2-\u00e9";
    const fields = Object.keys(shapeOf(described.body));
    const json = Object.fromEntries(fields.map((field) => [field, [secret]]));
    const problem = await expectProblem(await sendExample(cast, described, { json }), 400);
    expect(JSON.stringify(problem)).not.toContain("hunter2");
    expect(problem.errors?.length).toBeGreaterThanOrEqual(fields.length);
  },
);

test.each(named(withBody))("%s refuses a body that lacks what it needs, or is no object", async (_id, described) => {
  await expectNothingWritten(cast, async () => {
    const needed = Object.entries(shapeOf(described.body)).filter(([, schema]) => !schema.safeParse(undefined).success);
    for (const [field] of needed) {
      const problem = await expectProblem(
        await sendExample(cast, described, { json: bodyWith(described, field) }),
        400,
        field,
      );
      expect(problem.detail).toContain(field);
    }
    for (const body of ["null", "7", '"text"', "true", "[]", "[{}]", '""']) {
      await expectProblem(await sendExample(cast, described, { body }), 400, body);
    }
    await expectProblem(await sendExample(cast, described, { body: "" }), 400, "an empty body");
  });
});

test.each(named(withBody))(
  "%s answers 413 to 10 MB, announced or in chunks, and reads no further",
  async (_id, described) => {
    await expectNothingWritten(cast, async () => {
      const announced = await sendExample(cast, described, { body: `{"a":"${"x".repeat(10 * MEGABYTE)}"}` });
      await expectProblem(announced, 413, "announced");

      let chunks = 0;
      const endless = new ReadableStream<Uint8Array>({
        pull(controller) {
          chunks += 1;
          if (chunks > 640) controller.close();
          else controller.enqueue(new Uint8Array(16_384).fill(0x20));
        },
      });
      await expectProblem(await sendExample(cast, described, { body: endless }), 413, "in chunks");
      expect(chunks).toBeLessThan(20);
    });
  },
);

test.each(named(withBody))("%s takes a body of exactly the limit and refuses one byte more", async (_id, described) => {
  const limit = cast.world.isolate.runtime.limits.BODY_BYTES_MAX;
  const padded = (length: number) => "{}".padEnd(length, " ");
  const status = async (length: number) => (await sendExample(cast, described, { body: padded(length) })).status;
  await expectNothingWritten(cast, async () => {
    expect(await status(limit + 1)).toBe(413);
    expect(await status(limit)).toBe(needsFields(described) ? 400 : 200);
  });
});

test.each(named(withBody))("%s answers 415 to what does not call itself JSON", async (_id, described) => {
  await expectNothingWritten(cast, async () => {
    for (const type of [
      "text/plain",
      "application/x-www-form-urlencoded",
      "multipart/form-data; boundary=x",
      "json",
      "application/jsonp",
      "application/json5",
      "text/json",
      "x",
    ]) {
      await expectProblem(await sendExample(cast, described, { headers: { "content-type": type } }), 415, type);
    }
    const none = await sendExample(cast, described, {
      body: new TextEncoder().encode("{}"),
      headers: { "content-type": "" },
    });
    await expectProblem(none, 415, "no type");
  });
});

test.each(named(withBody))("%s answers 400 to a body that is not UTF-8", async (_id, described) => {
  const invalid = [[0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x28], [0xf0, 0x9f]];
  const field = Object.keys(shapeOf(described.body))[0] ?? "";
  await expectNothingWritten(cast, async () => {
    for (const bytes of invalid) {
      const quoted = [...Buffer.from(`{"${field}":"ab`), ...bytes, ...Buffer.from('"}')];
      await expectProblem(await sendExample(cast, described, { body: new Uint8Array(quoted) }), 400, bytes.join());
    }
    const utf16 = Buffer.from(`\uFEFF${JSON.stringify(exampleOf(described, cast).json)}`, "utf16le");
    await expectProblem(await sendExample(cast, described, { body: new Uint8Array(utf16) }), 400, "UTF-16");
  });
});

test.each(named(withBody))("%s refuses NUL and lone surrogates in any text with a reason", async (_id, described) => {
  await expectNothingWritten(cast, async () => {
    for (const [field, good] of Object.entries(exampleOf(described, cast).json ?? {})) {
      if (typeof good !== "string") continue;
      for (const bad of [`a${good}\0`, `\0${good}`, `\uD83D${good}`, `${good}\uDE00`, `${good}\uDE00\uD83D`]) {
        const answer = await sendExample(cast, described, { json: bodyWith(described, field, bad) });
        await expectProblem(
          answer,
          described.auth === "none" ? [400, 401, 422] : [400, 422],
          `${field}: ${JSON.stringify(bad)}`,
        );
      }
    }
  });
});

test.each(named(withBody))(
  "%s survives nesting as deep as the limit allows, in a field it knows and in one it does not",
  async (_id, described) => {
    const [field = ""] = Object.keys(shapeOf(described.body));
    await expectNothingWritten(cast, async () => {
      for (const [open, close] of [
        ["[", "]"],
        ['{"a":', "}"],
      ] as const) {
        const depth = Math.floor(65_000 / (open.length + close.length));
        const deep = `${open.repeat(depth)}1${close.repeat(depth)}`;
        for (const body of [deep, `{"${field}":${deep}}`, `{"unknown":${deep}}`, open.repeat(30_000 / open.length)]) {
          const answer = await sendExample(cast, described, { body });
          if (answer.status !== 200 || needsFields(described)) await expectProblem(answer, 400, body.slice(0, 20));
        }
        const hundredThousand = open.repeat(100_000) + close.repeat(100_000);
        await expectProblem(await sendExample(cast, described, { body: hundredThousand }), 413);
      }
    });
  },
);

test("a limit raised to megabytes still meets no body too deep for it", async () => {
  const roomy = await newCast(await newWorld({ vars: { BODY_BYTES_MAX: "4000000" } }));
  await expectNothingWritten(roomy, async () => {
    for (const described of withBody) {
      const [field = ""] = Object.keys(shapeOf(described.body));
      const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
      for (const body of [deep, `{"${field}":${deep}}`, '{"a":'.repeat(100_000)]) {
        await expectProblem(await sendExample(roomy, described, { body }), 400, described.id);
      }
    }
  });
});
