// oxlint-disable-next-line typescript/triple-slash-reference -- the tests' own program sees these typings only so
/// <reference path="./twitter-text.d.ts" />
import twitterText from "twitter-text";

/** Weighted characters a tweet may have. A link weighs 23, an emoji 2, a Latin letter 1, a Han character 2. */
export const TWEET_WEIGHTED_LENGTH_MAX = 280;

/**
 * UTF-16 units of text that are parsed at all. Without links no text of weight 280 is longer than 2,100 units (140
 * emoji of 15); the rest is room for long links.
 */
export const TWEET_UNITS_MAX = 4096;

/**
 * Steps that looking for links may take, as estimated by linkScanSteps. twitter-text's pattern is quadratic in runs of
 * characters that could be a host's. Of a text of weight 280 the longest such run is 840 units (280 letters like "ǘ",
 * decomposed) next to a DNS name of 253, and the square of that is below this; only an odd link path could get here.
 */
export const LINK_SCAN_STEPS_MAX = 1_200_000;

/** Characters of a link that its `display_url` shows at most, before the "…". */
const DISPLAY_URL_MAX = 26;

const RULES = twitterText.configs.version3;

const INVALID = /[\uFFFE\uFEFF\uFFFF]/;
const BLANK = /^[\p{White_Space}\u180E]*$/u;

/** Two or more pictographs joined into one, whether or not their variation selectors are all there. */
const EMOJI_CHAIN = /\p{Emoji}[\uFE0F\p{Emoji_Modifier}]?(?:\u200D\p{Emoji}[\uFE0F\p{Emoji_Modifier}]?)+/u;
/** One emoji of the runtime's Unicode version, or a keycap without its variation selector. */
const EMOJI = /\p{RGI_Emoji}|[0-9#*]\u20E3/v;
const EMOJIS = new RegExp(EMOJI, "gv");
const EMOJIS_AND_CHAINS = new RegExp(`${EMOJI_CHAIN.source}|${EMOJI.source}`, "gv");

const ONE_EMOJI = new RegExp(`^(?:${EMOJI.source})$`, "v");
/** Where a fully qualified sequence has U+FE0F. */
const NEEDS_SELECTOR = /(?!\p{Emoji_Presentation})\p{Emoji}(?!\p{Emoji_Modifier})/gu;

/** Units of the longest emoji that is not joined of others: a flag, or one with a skin tone. */
const SINGLE_EMOJI_UNITS_MAX = 4;

/** twitter-text's Punycode throws on a host label of some 1,926 characters with one of these, and loses its place. */
const PUNYCODE_OVERFLOW_UNITS = 1900;
const PUNYCODE_OVERFLOW = /[\u{80000}-\u{10FFFF}]/u;

/** Runs of what twitter-text takes for host characters, and the ".", "-" and "_" between them. */
const HOST_RUNS = /[^\p{White_Space}!#%&'()*+,/:;<=>?@[\]^{|}~$\\]+/gu;

/** A link's place and address. `start` and `end` are Unicode code points, `end` exclusive, here and below. */
export interface UrlEntity {
  readonly start: number;
  readonly end: number;
  /** As it stands in the text. */
  readonly url: string;
  /** With `http://` in front where the text has no scheme. */
  readonly expanded_url: string;
  /** Without scheme and "www.", cut to 26 characters and "…". */
  readonly display_url: string;
}

export interface MentionEntity {
  readonly start: number;
  readonly end: number;
  /** Without the "@", as written; whether such a user exists is not known here. */
  readonly username: string;
}

export interface TagEntity {
  readonly start: number;
  readonly end: number;
  /** Without the "#" or "$", as written. */
  readonly tag: string;
}

/** What a text refers to, each kind in the order of the text. A kind that the text does not have is absent. */
export interface TweetEntities {
  readonly mentions?: readonly MentionEntity[];
  readonly hashtags?: readonly TagEntity[];
  readonly cashtags?: readonly TagEntity[];
  readonly urls?: readonly UrlEntity[];
}

/** `reason` is there if and only if `valid` is false. */
export interface TweetMeasure {
  readonly weightedLength: number;
  readonly valid: boolean;
  readonly reason?: "empty" | "too_long" | "invalid_characters";
}

/**
 * Tells the weighted length of a text (of its NFC form, as twitter-text counts) and whether it may be posted. Never
 * throws. A text of only white space is "empty". NUL, U+FFFE, U+FEFF, U+FFFF and lone surrogates are invalid: the last
 * could not come back from UTF-8 as they were sent. A text over TWEET_UNITS_MAX or LINK_SCAN_STEPS_MAX is "too_long" and not
 * parsed: its `weightedLength` is its number of UTF-16 units, which is no exact weight.
 */
export function measureTweet(text: string): TweetMeasure {
  const normalized = text.normalize("NFC");
  const scanned = scannable(normalized);
  if (scanned === undefined) return { weightedLength: text.length, valid: false, reason: "too_long" };
  const weightedLength = weigh(normalized, scanned);
  if (INVALID.test(text) || text.includes("\0") || !text.isWellFormed())
    return { weightedLength, valid: false, reason: "invalid_characters" };
  if (BLANK.test(text)) return { weightedLength, valid: false, reason: "empty" };
  if (weightedLength > TWEET_WEIGHTED_LENGTH_MAX) return { weightedLength, valid: false, reason: "too_long" };
  return { weightedLength, valid: true };
}

/**
 * Finds the mentions, hashtags, cashtags and links of a text, in the text as it was sent. Entities never overlap: the
 * one that starts first stays. Never throws; a text that measureTweet refuses to parse has none.
 */
export function extractEntities(text: string): TweetEntities {
  const scanned = scannable(text);
  if (scanned === undefined) return {};
  const mentions: MentionEntity[] = [];
  const hashtags: TagEntity[] = [];
  const cashtags: TagEntity[] = [];
  const urls: UrlEntity[] = [];
  const codePointsUntil = codePointCounter(text);
  for (const found of twitterText.extractEntitiesWithIndices(scanned)) {
    const start = codePointsUntil(found.indices[0]);
    const end = codePointsUntil(found.indices[1]);
    if ("url" in found) urls.push({ start, end, ...urlForms(found.url) });
    else if ("hashtag" in found) hashtags.push({ start, end, tag: found.hashtag });
    else if ("cashtag" in found) cashtags.push({ start, end, tag: found.cashtag });
    // "@user/list" names a list; it mentions nobody.
    else if (found.listSlug === "") mentions.push({ start, end, username: found.screenName });
  }
  return {
    ...(mentions.length > 0 && { mentions }),
    ...(hashtags.length > 0 && { hashtags }),
    ...(cashtags.length > 0 && { cashtags }),
    ...(urls.length > 0 && { urls }),
  };
}

/**
 * What of a text is given to the parser; undefined for a text that could cost too much. Joined emoji are blanked, unit
 * for unit: no entity may have one (IDNA forbids them in a host), and up to 15 units each they are what makes a tweet
 * that fits long. A text that is short anyway is given as it is.
 */
function scannable(text: string): string | undefined {
  if (text.length <= TWEET_WEIGHTED_LENGTH_MAX) return text;
  if (text.length > TWEET_UNITS_MAX) return undefined;
  const scanned = text.replace(EMOJIS_AND_CHAINS, (emoji) =>
    emoji.length > SINGLE_EMOJI_UNITS_MAX ? " ".repeat(emoji.length) : emoji,
  );
  return linkScanSteps(scanned) > LINK_SCAN_STEPS_MAX ? undefined : scanned;
}

/**
 * How much work it is to find a text's links: each place of a run where a host may begin is tried to the run's end.
 * Infinite where the parser would throw; no such text fits.
 */
function linkScanSteps(text: string): number {
  // Without a dot there is no host, and the parser does not look for one.
  if (!text.includes(".")) return 0;
  let steps = 0;
  for (const [run] of text.matchAll(HOST_RUNS)) {
    if (run.length > PUNYCODE_OVERFLOW_UNITS && PUNYCODE_OVERFLOW.test(run)) return Infinity;
    const beginnings = run.length - (run.match(/[A-Za-z0-9]/g)?.length ?? 0);
    steps += beginnings * run.length;
  }
  return steps;
}

/** `scanned` is `normalized` or a copy with as many units in which links are looked for. */
function weigh(normalized: string, scanned: string): number {
  let weight = 0;
  let from = 0;
  for (const { indices } of twitterText.extractUrlsWithIndices(scanned)) {
    weight += weighPlain(normalized.slice(from, indices[0])) + RULES.transformedURLLength * RULES.scale;
    from = indices[1];
  }
  return (weight + weighPlain(normalized.slice(from))) / RULES.scale;
}

/** The weight of a text without links, in units of 1 / RULES.scale. */
function weighPlain(text: string): number {
  // The parser's own emoji table is Unicode 11's: there a newer joined emoji weighs as much as all its parts.
  let emojis = 0;
  const rest = text.replace(EMOJIS_AND_CHAINS, (emoji) => {
    if (isOneEmoji(emoji)) {
      emojis += 1;
      return "";
    }
    return emoji.replace(EMOJIS, () => {
      emojis += 1;
      return "";
    });
  });
  let weight = emojis * RULES.defaultWeight;
  for (const character of rest) weight += weightOf(character.codePointAt(0) ?? 0);
  return weight;
}

function weightOf(codePoint: number): number {
  const range = RULES.ranges.find(({ start, end }) => start <= codePoint && codePoint <= end);
  return range === undefined ? RULES.defaultWeight : range.weight;
}

/** True for an emoji sequence, also where a keyboard left out some of its variation selectors. */
function isOneEmoji(text: string): boolean {
  return ONE_EMOJI.test(text) || ONE_EMOJI.test(text.replaceAll("\uFE0F", "").replace(NEEDS_SELECTOR, "$&\uFE0F"));
}

function urlForms(url: string): { url: string; expanded_url: string; display_url: string } {
  const bare = url.replace(/^https?:\/\//i, "");
  const expanded_url = bare === url ? `http://${url}` : url;
  const shown = Array.from(bare.replace(/^www\./i, "").replace(/^([^/]+)\/$/, "$1"));
  const display_url = shown.length > DISPLAY_URL_MAX ? `${shown.slice(0, DISPLAY_URL_MAX).join("")}…` : shown.join("");
  return { url, expanded_url, display_url };
}

/** Turns UTF-16 offsets into code point offsets. They must be asked for in ascending order: the text is read once. */
function codePointCounter(text: string): (unitOffset: number) => number {
  let unit = 0;
  let codePoints = 0;
  return (unitOffset) => {
    while (unit < unitOffset) {
      unit += (text.codePointAt(unit) ?? 0) > 0xffff ? 2 : 1;
      codePoints += 1;
    }
    return codePoints;
  };
}
