/** What `npm run bench` is told. */
import { parseArgs } from "node:util";
import { resolve } from "node:path";
import { FULL, QUICK, type Scale } from "./scale.ts";

export const PARTS = [
  "costs",
  "home",
  "fan-out",
  "post",
  "timelines",
  "writes",
  "conversation",
  "mixed",
  "burst",
  "tiers",
  "flat",
  "likes",
] as const;
export type Part = (typeof PARTS)[number];

export const PROFILES = ["home", "fan-out"] as const;
export type Profiled = (typeof PROFILES)[number];

export interface Options {
  readonly parts: ReadonlySet<Part>;
  readonly scale: Scale;
  readonly profile: Profiled | null;
  /** An earlier run's report.json, and the one to hold against it where nothing is to be run. */
  readonly against: string | null;
  readonly compare: string | null;
  readonly strict: boolean;
  readonly speed: number | null;
  readonly burstSeconds: number;
  /** A folder for the report; null: bench/results. */
  readonly out: string | null;
}

export const USAGE = `npm run bench -- [options]
  --only PART,PART      some of ${PARTS.join(", ")}
  --quick               seconds instead of minutes; shows that everything works, its figures mean nothing
  --against FILE        an earlier report.json: says what moved beyond the noise that both runs measured
  --compare FILE        with --against: runs nothing, holds this report.json against the other
  --strict              ends with 1 where something moved for the worse
  --profile PART        where the Worker's time goes: ${PROFILES.join(" or ")}
  --speed N             burst: so many seconds of the week pass in one
  --burst-seconds N     burst: how long it lasts
  --out FOLDER          where the report goes instead of bench/results`;

/** Throws, in plain words, where an option makes no sense. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: "string" },
      quick: { type: "boolean" },
      against: { type: "string" },
      compare: { type: "string" },
      strict: { type: "boolean" },
      profile: { type: "string" },
      speed: { type: "string" },
      "burst-seconds": { type: "string" },
      out: { type: "string" },
    },
  });
  const scale = values.quick ? QUICK : FULL;
  if (values.compare !== undefined && values.against === undefined) throw new Error("--compare needs --against");
  const path = (file: string | undefined) => (file === undefined ? null : resolve(file));
  return {
    parts: chosenParts(values.only),
    scale,
    profile: values.profile === undefined ? null : oneOf(PROFILES, values.profile, "--profile"),
    against: path(values.against),
    compare: path(values.compare),
    strict: values.strict ?? false,
    speed: values.speed === undefined ? null : positive(values.speed, "--speed"),
    burstSeconds:
      values["burst-seconds"] === undefined
        ? scale.burst.seconds
        : positive(values["burst-seconds"], "--burst-seconds"),
    out: path(values.out),
  };
}

function chosenParts(only: string | undefined): ReadonlySet<Part> {
  if (only === undefined) return new Set(PARTS);
  return new Set(only.split(",").map((name) => oneOf(PARTS, name, "--only")));
}

function oneOf<T extends string>(known: readonly T[], name: string, option: string): T {
  const found = known.find((one) => one === name);
  if (found === undefined) throw new Error(`${option} takes ${known.join(", ")}`);
  return found;
}

function positive(text: string, option: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new Error(`${option} takes a number above 0`);
  return value;
}
