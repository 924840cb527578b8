import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { parseLimits } from "../../workers/lib/limits.ts";

/** Vars that this test project itself changes. */
const CHANGED = new Set(["PASSWORD_SCRYPT_N", "RATE_LIMIT_SCALE", "FEED_WRITE_INTERVAL_MS", "LOG_LEVEL"]);
/** Bindings of text that are no limits. */
const OTHERS = /^(SIGNING_KEYS|ORACLE_\w+|__\w+)$/;

const defaults: Readonly<Record<string, unknown>> = parseLimits({});
const vars = Object.fromEntries(
  Object.entries(env).filter(([name, value]) => typeof value === "string" && !OTHERS.test(name)),
);

test("wrangler.toml lists every limit there is and nothing else, with the value that the code has without it", () => {
  expect(Object.keys(vars).sort()).toEqual(Object.keys(defaults).sort());
  const stated: Readonly<Record<string, unknown>> = parseLimits(vars);
  for (const name of Object.keys(defaults)) if (!CHANGED.has(name)) expect(stated[name], name).toBe(defaults[name]);
});

test("a limit that is no number in its range stops the start and is named", () => {
  const numbers = Object.entries(defaults).filter(([, value]) => typeof value === "number");
  expect(numbers.length).toBeGreaterThan(30);
  for (const [name] of numbers) {
    for (const wrong of ["many", "1x", "", " ", "NaN", "Infinity"]) {
      expect(() => parseLimits({ [name]: wrong }), `${name}=${JSON.stringify(wrong)}`).toThrow(name);
    }
    if (name !== "CLOCK_OFFSET_SECONDS") expect(() => parseLimits({ [name]: "-1" }), name).toThrow(name);
  }
  expect(() => parseLimits({ LOG_LEVEL: "loud" })).toThrow("LOG_LEVEL");
  expect(() => parseLimits({ FANOUT_PAGE_SIZE: "0" })).toThrow("FANOUT_PAGE_SIZE");
  expect(parseLimits({ TIMELINE_ENTRIES_MAX: "12", CLOCK_OFFSET_SECONDS: "-3600" })).toMatchObject({
    TIMELINE_ENTRIES_MAX: 12,
    CLOCK_OFFSET_SECONDS: -3600,
  });
});
