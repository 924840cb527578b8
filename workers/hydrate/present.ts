import { timeOfId, unpadId } from "../lib/snowflake.ts";
import type { Asked, PartialError, TweetObject, UserObject } from "./contract.ts";
import type { TweetView } from "./tweets.ts";
import type { Relations, UserView } from "./users.ts";

/** The last step of every read: objects in the form of the wire. */

/** True where the client asked with `post.fields`: it gets post names. */
export const speaksOfPosts = (asked: Asked): boolean => asked["post.fields"] !== undefined;

/** A user with the fields asked for; all public ones unless asked, `viewer` only when asked. */
export function presentUser(view: UserView, asked: Asked, relations: Relations | null): UserObject {
  const { user, counts } = view;
  const fields = asked["user.fields"];
  const wants = (field: string) => fields === undefined || fields.includes(field);
  const object: UserObject = { id: unpadId(user.id), name: user.name, username: user.username };
  if (wants("created_at")) object.created_at = new Date(timeOfId(user.id)).toISOString();
  if (wants("description")) object.description = user.description;
  if (wants("location") && user.location !== "") object.location = user.location;
  if (wants("url") && user.url !== "") object.url = user.url;
  if (wants("protected")) object.protected = user.protected;
  if (wants("public_metrics")) object.public_metrics = metricsOf(counts, speaksOfPosts(asked));
  if (relations !== null) {
    object.viewer = { following: relations.following.has(user.id), followed_by: relations.followedBy.has(user.id) };
  }
  return object;
}

function metricsOf(counts: UserView["counts"], posts: boolean): NonNullable<UserObject["public_metrics"]> {
  const { followersCount, followingCount, tweetCount } = counts;
  const tweets = posts ? { post_count: tweetCount } : { tweet_count: tweetCount };
  return { followers_count: followersCount, following_count: followingCount, ...tweets };
}

/** A tweet with the fields asked for; all public ones unless asked. */
export function presentTweet(view: TweetView, asked: Asked): TweetObject {
  const { tweet } = view;
  const fields = asked["tweet.fields"] ?? asked["post.fields"];
  const wants = (field: string) => fields === undefined || fields.includes(field);
  const id = unpadId(tweet.id);
  const object: TweetObject = { id, text: tweet.text };
  if (speaksOfPosts(asked)) object.edit_history_post_ids = [id];
  else object.edit_history_tweet_ids = [id];
  if (wants("author_id")) object.author_id = unpadId(tweet.authorId);
  if (wants("created_at")) object.created_at = new Date(timeOfId(tweet.id)).toISOString();
  if (wants("conversation_id")) object.conversation_id = id;
  if (wants("entities") && tweet.entities !== null)
    object.entities = structuredClone(tweet.entities) as TweetObject["entities"];
  return object;
}

/** A tweet's JSON text; the default form is made once for as long as the tweet is remembered. */
export function tweetJson(view: TweetView, asked: Asked): string {
  if (asked["tweet.fields"] !== undefined || asked["post.fields"] !== undefined) {
    return JSON.stringify(presentTweet(view, asked));
  }
  return (view.json ??= JSON.stringify(presentTweet(view, asked)));
}

/** What stands in `errors` for an item that a lookup could not give. */
export function notFound(resource: "tweet" | "user", value: string, parameter: string): PartialError {
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
