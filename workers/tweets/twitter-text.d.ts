/**
 * What Dunlin uses of `twitter-text` 3.1.0. The package has no typings of its own, and DefinitelyTyped's name exports
 * that neither of its two builds has: both export one default object.
 */
declare module "twitter-text" {
  /** UTF-16 offsets: the first unit, and the first one after. */
  type Indices = readonly [start: number, end: number];

  interface UrlFound {
    readonly url: string;
    readonly indices: Indices;
  }
  interface MentionFound {
    readonly screenName: string;
    readonly indices: Indices;
  }
  interface MentionOrListFound extends MentionFound {
    /** "/" and the list's name, or "" for a plain mention. */
    readonly listSlug: string;
  }
  interface HashtagFound {
    readonly hashtag: string;
    readonly indices: Indices;
  }
  interface CashtagFound {
    readonly cashtag: string;
    readonly indices: Indices;
  }
  type EntityFound = UrlFound | MentionOrListFound | HashtagFound | CashtagFound;

  /** Weights are in units of 1 / `scale`; `ranges` are code points, both ends included. */
  interface WeightConfig {
    readonly defaultWeight: number;
    readonly maxWeightedTweetLength: number;
    readonly ranges: readonly { readonly start: number; readonly end: number; readonly weight: number }[];
    readonly scale: number;
    readonly transformedURLLength: number;
    readonly emojiParsingEnabled?: boolean;
  }
  interface ParsedTweet {
    readonly weightedLength: number;
    readonly valid: boolean;
    readonly permillage: number;
    readonly displayRangeStart: number;
    readonly displayRangeEnd: number;
    readonly validRangeStart: number;
    readonly validRangeEnd: number;
  }

  const twitterText: {
    readonly configs: {
      readonly version1: WeightConfig;
      readonly version2: WeightConfig;
      readonly version3: WeightConfig;
    };
    /** Disjoint, in the order of the text. */
    extractUrlsWithIndices(text: string): UrlFound[];
    /** Disjoint, in the order of the text: where two overlap, the one that starts first stays. */
    extractEntitiesWithIndices(text: string): EntityFound[];
    extractMentionsOrListsWithIndices(text: string): MentionOrListFound[];
    extractReplies(text: string): string | null;
    isValidHashtag(text: string): boolean;
    isValidList(text: string): boolean;
    isValidUrl(url: string, unicodeDomains?: boolean, requireProtocol?: boolean): boolean;
    isValidUsername(text: string): boolean;
    parseTweet(text: string, config: WeightConfig): ParsedTweet;
  };
  export default twitterText;
}
