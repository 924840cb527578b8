import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import twitterText from "twitter-text";
import { extractEntities, measureTweet, TWEET_UNITS_MAX } from "../../workers/tweets/tweet-text.ts";

/** Twitter's own suite. It lies beside the repo, not in it; its SOURCE.md says where it is from. */
const SUITE = fileURLToPath(new URL("../../../shared/data/twitter-text/conformance.json.gz", import.meta.url).href);

const EXCLUDED = {
  autolink: "HTML output",
  hit_highlighting: "HTML output",
} as const;

interface Case {
  readonly description: string;
  readonly text: string;
  readonly expected: unknown;
}
type Sections = Readonly<Record<string, readonly Case[]>>;
interface Suite {
  readonly extract: Sections;
  readonly validate: Sections;
  readonly autolink: Sections;
  readonly hit_highlighting: Sections;
}
type Runner = (text: string) => unknown;

const { configs } = twitterText;
const indices = ({ start, end }: { start: number; end: number }) => [start, end];
const mentions = (text: string) => extractEntities(text).mentions ?? [];
const hashtags = (text: string) => extractEntities(text).hashtags ?? [];
const cashtags = (text: string) => extractEntities(text).cashtags ?? [];
const urls = (text: string) => extractEntities(text).urls ?? [];
const urlsWithIndices = (text: string) => urls(text).map((found) => ({ url: found.url, indices: indices(found) }));

/** The parser's own answer, which has the ranges too, after ours was held against it. */
function weighBothWays(text: string): unknown {
  const parsed = twitterText.parseTweet(text, configs.version3);
  const measured = measureTweet(text);
  expect(measured.valid).toBe(parsed.valid);
  if (text.length <= TWEET_UNITS_MAX) expect(measured.weightedLength).toBe(parsed.weightedLength);
  return parsed;
}

/** Dunlin's functions wherever it has one; else (lists, replies, validators, older weights) the parser's own. */
const EXTRACT: Readonly<Record<string, Runner>> = {
  mentions: (text) => mentions(text).map(({ username }) => username),
  mentions_with_indices: (text) =>
    mentions(text).map((found) => ({ screen_name: found.username, indices: indices(found) })),
  mentions_or_lists_with_indices: (text) =>
    twitterText
      .extractMentionsOrListsWithIndices(text)
      .map((found) => ({ screen_name: found.screenName, list_slug: found.listSlug, indices: found.indices })),
  replies: (text) => twitterText.extractReplies(text),
  urls: (text) => urls(text).map(({ url }) => url),
  urls_with_indices: urlsWithIndices,
  urls_with_directional_markers: urlsWithIndices,
  tco_urls_with_params: (text) => urls(text).map(({ url }) => url),
  hashtags: (text) => hashtags(text).map(({ tag }) => tag),
  hashtags_from_astral: (text) => hashtags(text).map(({ tag }) => tag),
  hashtags_with_indices: (text) => hashtags(text).map((found) => ({ hashtag: found.tag, indices: indices(found) })),
  cashtags: (text) => cashtags(text).map(({ tag }) => tag),
  cashtags_with_indices: (text) => cashtags(text).map((found) => ({ cashtag: found.tag, indices: indices(found) })),
};

const VALIDATE: Readonly<Record<string, Runner>> = {
  tweets: (text) => twitterText.parseTweet(text, configs.version1).valid,
  usernames: (text) => twitterText.isValidUsername(text),
  lists: (text) => twitterText.isValidList(text),
  hashtags: (text) => twitterText.isValidHashtag(text),
  urls: (text) => twitterText.isValidUrl(text),
  urls_without_protocol: (text) => twitterText.isValidUrl(text, true, false),
  WeightedTweetsCounterTest: (text) => twitterText.parseTweet(text, configs.version2),
  WeightedTweetsWithDiscountedEmojiCounterTest: weighBothWays,
  UnicodeDirectionalMarkerCounterTest: weighBothWays,
};

function readSuite(): Suite {
  return JSON.parse(gunzipSync(readFileSync(SUITE)).toString("utf8")) as Suite;
}

const countCases = (sections: Sections) => Object.values(sections).reduce((sum, cases) => sum + cases.length, 0);

function runCases(suite: Suite): { applicable: number; failures: string[] } {
  const failures: string[] = [];
  let applicable = 0;
  for (const [part, sections, runners] of [
    ["extract", suite.extract, EXTRACT],
    ["validate", suite.validate, VALIDATE],
  ] as const) {
    for (const [section, cases] of Object.entries(sections)) {
      for (const { description, text, expected } of cases) {
        applicable += 1;
        try {
          const run = runners[section];
          if (run === undefined) throw new Error("nothing runs this section");
          expect(run(text)).toEqual(expected);
        } catch (error) {
          failures.push(`${part}.${section}: ${description}: ${String(error)}`);
        }
      }
    }
  }
  return { applicable, failures };
}

describe("twitter-text conformance", () => {
  const present = existsSync(SUITE);
  if (!present) console.log("twitter-text conformance: skipped, its data is not beside the repo");

  test.skipIf(!present)("every case that is not about HTML passes", () => {
    const suite = readSuite();
    const { applicable, failures } = runCases(suite);
    const excluded = (["autolink", "hit_highlighting"] as const)
      .map((part) => `${part} ${countCases(suite[part])} (${EXCLUDED[part]})`)
      .join(", ");
    console.log(
      `twitter-text conformance: ${applicable - failures.length} of ${applicable} applicable; excluded: ${excluded}`,
    );
    expect(failures).toEqual([]);
    expect(applicable).toBe(335);
  });
});
