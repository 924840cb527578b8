/** The Worker's own text rules, in a file that is loaded when somebody begins to write. */
export { extractEntities, measureTweet, TWEET_WEIGHTED_LENGTH_MAX } from "../../../workers/tweets/tweet-text.ts";
