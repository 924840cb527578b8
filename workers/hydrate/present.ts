import { timeOfId, unpadId } from "../lib/snowflake.ts";
import type { Tweet } from "../tweets/reader.ts";
import type { ShownTweet } from "./answers.ts";
import type { Asked, PartialError, TweetObject, UserObject } from "./contract.ts";
import type { TweetView } from "./tweets.ts";
import type { UserView } from "./users.ts";
import type { ViewerFields } from "./viewer-fields.ts";
import { STRANGER, type Standing } from "./viewing.ts";

/** The last step of every read: objects in the form of the wire. */

/** True where the client asked in post names, by `post.fields` or an expansion: it gets post names. */
export const speaksOfPosts = (asked: Asked): boolean =>
  asked["post.fields"] !== undefined || asked.expansions?.some((name) => name.includes("post")) === true;

/** The field of a tweet that each expansion leads by: it comes with the expansion, as on X, asked for or not. */
const LEADING_FIELDS: Readonly<Record<string, string>> = {
  author_id: "author_id",
  in_reply_to_user_id: "in_reply_to_user_id",
  "entities.mentions.username": "entities",
  "referenced_tweets.id": "referenced_tweets",
  "referenced_tweets.id.author_id": "referenced_tweets",
  referenced_posts: "referenced_tweets",
  "referenced_posts.author_id": "referenced_tweets",
};

/** True for an expansion to the authors of the tweets referred to: those tweets then say who that is. */
const wantsTheirAuthors = (asked: Asked): boolean =>
  asked.expansions?.some((name) => name.startsWith("referenced_") && name.endsWith("author_id")) === true;

/** A user with the fields asked for; all public ones unless asked, how the viewer stands to them only when asked. */
export function presentUser(view: UserView, asked: Asked, viewer: ViewerFields | null): UserObject {
  const { user, counts } = view;
  const fields = asked["user.fields"];
  const wants = (field: string) => fields === undefined || fields.includes(field);
  const object: UserObject = { id: unpadId(user.id), name: user.name, username: user.username };
  if (wants("created_at")) object.created_at = new Date(timeOfId(user.id)).toISOString();
  if (wants("description")) object.description = user.description;
  if (wants("location") && user.location !== "") object.location = user.location;
  if (wants("url") && user.url !== "") object.url = user.url;
  if (wants("protected")) object.protected = user.protected;
  if (wants("public_metrics")) object.public_metrics = userMetricsOf(counts, speaksOfPosts(asked));
  if (viewer === null || fields === undefined) return object;
  const standing = viewer.standings.get(user.id) ?? STRANGER;
  if (fields.includes("viewer")) object.viewer = viewerOf(standing);
  if (fields.includes("connection_status")) object.connection_status = connectionsOf(standing);
  return object;
}

const viewerOf = ({ following, followedBy, requested, blocking, blockedBy, muting }: Standing) => ({
  following,
  followed_by: followedBy,
  requested,
  blocking,
  blocked_by: blockedBy,
  muting,
});

/** X's words for the same. */
function connectionsOf(standing: Standing): string[] {
  const words = [
    [standing.following, "following"],
    [standing.requested, "follow_request_sent"],
    [standing.followedBy, "followed_by"],
    [standing.blocking, "blocking"],
    [standing.muting, "muting"],
  ] as const;
  return words.flatMap(([holds, word]) => (holds ? [word] : []));
}

function userMetricsOf(counts: UserView["counts"], posts: boolean): NonNullable<UserObject["public_metrics"]> {
  const { followersCount, followingCount, tweetCount, listedCount } = counts;
  const tweets = posts ? { post_count: tweetCount } : { tweet_count: tweetCount };
  return { followers_count: followersCount, following_count: followingCount, ...tweets, listed_count: listedCount };
}

/** A tweet with the fields asked for; all public ones unless asked, what the viewer did with it only when asked. */
export function presentTweet(view: ShownTweet, asked: Asked, viewer: ViewerFields | null): TweetObject {
  const { tweet, original } = view;
  const fields = asked["tweet.fields"] ?? asked["post.fields"];
  const leading = new Set((asked.expansions ?? []).map((name) => LEADING_FIELDS[name]));
  if (wantsTheirAuthors(asked)) leading.add("author_id");
  const wants = (field: string) => fields === undefined || fields.includes(field) || leading.has(field);
  const posts = speaksOfPosts(asked);
  const object: TweetObject = { id: unpadId(tweet.id), text: textOf(view), ...editHistoryOf(tweet.id, posts) };
  if (wants("author_id")) object.author_id = unpadId(tweet.authorId);
  if (wants("created_at")) object.created_at = new Date(timeOfId(tweet.id)).toISOString();
  if (wants("conversation_id")) object.conversation_id = unpadId(tweet.conversationId);
  if (wants("in_reply_to_user_id") && tweet.replyToUserId !== null)
    object.in_reply_to_user_id = unpadId(tweet.replyToUserId);
  const references = referencesOf(tweet);
  if (references.length > 0 && (wants("referenced_tweets") || wants("referenced_posts"))) {
    object[posts ? "referenced_posts" : "referenced_tweets"] = references;
  }
  if (wants("reply_settings")) object.reply_settings = tweet.replySettings;
  const { entities } = tweet;
  if (wants("entities") && entities !== null) object.entities = structuredClone(entities) as TweetObject["entities"];
  if (wants("public_metrics")) object.public_metrics = tweetMetricsOf((original ?? view).metrics, posts);
  if (wants("retweeted_by") && view.retweeters !== undefined) {
    object.retweeted_by = view.retweeters.slice(0, RETWEETERS_SHOWN_MAX).map(unpadId);
  }
  if (viewer !== null && fields?.includes("viewer") === true) {
    // Whoever likes a retweet likes the original.
    const acted = (original ?? view).tweet.id;
    const { liked, retweeted, bookmarked } = viewer;
    object.viewer = { liked: liked.has(acted), retweeted: retweeted.has(acted), bookmarked: bookmarked.has(acted) };
  }
  return object;
}

/** Nothing is edited here: a tweet's history is itself. X's clients rely on it. */
function editHistoryOf(id: string, posts: boolean): Partial<TweetObject> {
  return posts ? { edit_history_post_ids: [unpadId(id)] } : { edit_history_tweet_ids: [unpadId(id)] };
}

/** Of those who retweeted a tweet, so many are named. */
export const RETWEETERS_SHOWN_MAX = 10;

/** A retweet has no text of its own: X's clients expect this one. */
function textOf({ tweet, original }: ShownTweet): string {
  return original === undefined ? tweet.text : `RT @${original.author.username}: ${original.tweet.text}`;
}

function referencesOf({ retweetedId, quotedId, replyToId }: Tweet) {
  const pointers = [
    { type: "retweeted", to: retweetedId },
    { type: "quoted", to: quotedId },
    { type: "replied_to", to: replyToId },
  ] as const;
  return pointers.flatMap(({ type, to }) => (to === null ? [] : [{ type, id: unpadId(to) }]));
}

function tweetMetricsOf(metrics: TweetView["metrics"], posts: boolean): NonNullable<TweetObject["public_metrics"]> {
  const { retweetCount, replyCount, likeCount, quoteCount, bookmarkCount } = metrics;
  return {
    ...(posts ? { repost_count: retweetCount } : { retweet_count: retweetCount }),
    reply_count: replyCount,
    like_count: likeCount,
    quote_count: quoteCount,
    bookmark_count: bookmarkCount,
  };
}

/** What stands in `includes` for a tweet that is gone, or that the viewer may not see: which of both is not said. */
export const unavailableTweet = (id: string, asked: Asked): TweetObject => ({
  id: unpadId(id),
  text: "",
  ...editHistoryOf(id, speaksOfPosts(asked)),
  unavailable: true,
});

/** A tweet's JSON text; the default form is made once for as long as the tweet is remembered. */
export function tweetJson(view: ShownTweet, asked: Asked, viewer: ViewerFields | null): string {
  const plain = view.original === undefined && view.retweeters === undefined;
  if (!plain || asked["tweet.fields"] !== undefined || speaksOfPosts(asked)) {
    return JSON.stringify(presentTweet(view, asked, viewer));
  }
  return (view.json ??= JSON.stringify(presentTweet(view, asked, viewer)));
}

/** What stands in `errors` for an item that a lookup could not give. */
export function notFound(resource: "tweet" | "user" | "list", value: string, parameter: string): PartialError {
  return {
    title: "Not Found Error",
    detail: `Could not find ${resource} with ${parameter}: [${value}].`,
    type: "about:blank#not_found",
    resource_type: resource,
    resource_id: value,
    parameter,
    value,
  };
}
