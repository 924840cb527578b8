import * as fc from "fast-check";
import twitterText from "twitter-text";
import { afterEach, describe, expect, test, vi } from "vitest";
import {
  extractEntities,
  LINK_SCAN_STEPS_MAX,
  measureTweet,
  TWEET_UNITS_MAX,
  TWEET_WEIGHTED_LENGTH_MAX,
} from "../../workers/tweets/tweet-text.ts";

/** Pieces that entities are made of and end at, so that random texts have many, next to each other and to astral text. */
const PIECES = [
  "@alice",
  "@",
  "#tag",
  "#𠀡",
  "＃京",
  "$TWTR",
  "example.com",
  "https://t.co/a",
  "http://☃.net/é?q=(1)",
  "www.",
]
  .concat(["👩‍👩‍👧", "👍🏽", "1\u20E3", "\u{1F1E6}", "\u200D", "\uFE0F", "e\u0301", "日本", "\u200F", "\uFEFF"])
  .concat([" ", "\n", ".", "/", ":", "-", "_", "x", "9", "\uD800", "\uDC00", "/list"]);
const text = fc.oneof(
  fc.array(fc.constantFrom(...PIECES), { maxLength: 60 }).map((pieces) => pieces.join("")),
  fc.string({ unit: "binary", maxLength: 400 }),
  // UTF-16 units one by one: lone surrogates too.
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 400 }).map((units) => String.fromCharCode(...units)),
);

const slice = (of: string, { start, end }: { start: number; end: number }) => Array.from(of).slice(start, end).join("");

describe("weighted length", () => {
  test.each([
    ["Latin letters weigh 1", "a".repeat(280), 280],
    ["Han characters weigh 2", "京".repeat(140), 280],
    ["a link weighs 23, however long", `https://example.com/${"a".repeat(2000)}`, 23],
    ["a link needs no scheme", "example.com", 23],
    ["an accent weighs nothing of its own", "e\u0301".repeat(280), 280],
    ["a joined emoji weighs 2", "👩🏻‍❤️‍💋‍👩🏼".repeat(140), 280],
    ["so does one newer than the parser's table", "🫱🏻‍🫲🏿🐦‍🔥🫩", 6],
    ["so does one without its variation selectors", "👁‍🗨🏳‍🌈⛹🏻‍♂", 6],
    ["a chain that is no emoji weighs as its parts", "👨‍👨‍👨‍👨‍👨", 14],
    ["a joined emoji before a link", `${"👩‍👩‍👧‍👦".repeat(120)} example.com`, 264],
  ])("%s", (_, given, weightedLength) => {
    expect(measureTweet(given)).toEqual({ weightedLength, valid: true });
  });

  test.each([
    ["empty", "", "empty"],
    ["white space", " \n\t\u3000\u00A0", "empty"],
    ["281 letters", "a".repeat(281), "too_long"],
    ["141 Han characters", "京".repeat(141), "too_long"],
    ["U+FFFE", "a\uFFFE", "invalid_characters"],
    ["U+FEFF", "\uFEFF", "invalid_characters"],
    ["U+FFFF", "a\uFFFF", "invalid_characters"],
    ["a lone surrogate", "a\uD83D", "invalid_characters"],
  ])("%s may not be posted", (_, given, reason) => {
    expect(measureTweet(given)).toMatchObject({ valid: false, reason });
  });

  test("any text at all has a measure, and may be posted if and only if no reason speaks against it", () => {
    fc.assert(
      fc.property(text, (given) => {
        const { weightedLength, valid, reason } = measureTweet(given);
        expect(valid).toBe(reason === undefined);
        if (valid) expect(weightedLength).toBeLessThanOrEqual(TWEET_WEIGHTED_LENGTH_MAX);
        if (valid) expect(new TextDecoder().decode(new TextEncoder().encode(given))).toBe(given);
      }),
    );
  });
});

describe("entities", () => {
  test("each kind, at code points", () => {
    expect(extractEntities("👍 @bob #𠀡𠀡 $TWTR www.example.com/a/long/path/to/it https://X.co/")).toEqual({
      mentions: [{ start: 2, end: 6, username: "bob" }],
      hashtags: [{ start: 7, end: 10, tag: "𠀡𠀡" }],
      cashtags: [{ start: 11, end: 16, tag: "TWTR" }],
      urls: [
        {
          start: 17,
          end: 50,
          url: "www.example.com/a/long/path/to/it",
          expanded_url: "http://www.example.com/a/long/path/to/it",
          display_url: "example.com/a/long/path/to…",
        },
        { start: 51, end: 64, url: "https://X.co/", expanded_url: "https://X.co/", display_url: "X.co" },
      ],
    });
  });

  test.each([
    ["nothing", "plain text"],
    ["a list mentions nobody", "@alice/friends"],
    ["an address is no mention", "alice@example"],
    ["a number is no hashtag", "#2026"],
  ])("none: %s", (_, given) => {
    expect(extractEntities(given)).toEqual({});
  });

  test("positions slice back to what was found, in order and without overlap", () => {
    fc.assert(
      fc.property(text, (given) => {
        const { mentions = [], hashtags = [], cashtags = [], urls = [] } = extractEntities(given);
        for (const found of mentions) expect(slice(given, found).slice(1)).toBe(found.username);
        for (const found of [...hashtags, ...cashtags]) expect(slice(given, found).slice(1)).toBe(found.tag);
        for (const found of urls) expect(slice(given, found)).toBe(found.url);
        const all = [...mentions, ...hashtags, ...cashtags, ...urls].sort((a, b) => a.start - b.start);
        all.forEach(({ start }, index) => expect(start).toBeGreaterThanOrEqual(all[index - 1]?.end ?? 0));
      }),
    );
  });
});

describe("hostile text", () => {
  afterEach(() => vi.restoreAllMocks());

  /** "見.見.見.…": every character may begin a host, and none does. */
  const dotted = (pattern: string, units: number) => pattern.repeat(units).slice(0, units);

  test.each([
    ["over the cap", "a".repeat(TWEET_UNITS_MAX + 1)],
    ["a huge one", dotted("a.", 25_000)],
    ["host-like Han", dotted("見.", TWEET_UNITS_MAX)],
    ["host-like Latin", dotted("a-", TWEET_UNITS_MAX - 1) + "."],
    ["host-like Cyrillic", dotted("д.", TWEET_UNITS_MAX)],
    ["host-like emoji", dotted("👍.", TWEET_UNITS_MAX)],
    ["a label that overflows Punycode", `http://${"a".repeat(1927)}\u{10FFFD}.com`],
  ])("is refused before it is parsed: %s", (_, given) => {
    const links = vi.spyOn(twitterText, "extractUrlsWithIndices");
    const entities = vi.spyOn(twitterText, "extractEntitiesWithIndices");
    expect(measureTweet(given)).toEqual({ weightedLength: given.length, valid: false, reason: "too_long" });
    expect(extractEntities(given)).toEqual({});
    expect(links).not.toHaveBeenCalled();
    expect(entities).not.toHaveBeenCalled();
  });

  test("what reaches the parser has no more steps than the bound, and the longest texts that fit are among it", () => {
    const measured = vi.spyOn(twitterText, "extractUrlsWithIndices");
    for (const fits of ["u\u0308\u0301".repeat(279) + ".", "👩🏻‍❤️‍💋‍👩🏼".repeat(139) + "."]) {
      expect(measureTweet(fits).valid).toBe(true);
      // One run without a letter or digit: the square of its length bounds the parser's work.
      const longest = Math.max(...(measured.mock.lastCall?.[0] ?? "").split(" ").map(({ length }) => length));
      expect(longest ** 2).toBeLessThanOrEqual(LINK_SCAN_STEPS_MAX);
    }
  });
});
