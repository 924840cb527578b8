import * as z from "zod";
import { nameListField } from "../lib/fields.ts";

/** What a client may ask for, and the objects it gets: the one description of users and tweets on the wire. */
const USER_FIELDS = [
  "affiliation", "confirmed_email", "connection_status", "created_at", "description", "entities", "id",
  "is_identity_verified", "location", "most_recent_post_id", "most_recent_tweet_id", "name", "parody", "pinned_post_id",
  "pinned_tweet_id", "profile_banner_url", "profile_image_url", "protected", "public_metrics", "receives_your_dm",
  "subscription", "subscription_type", "url", "username", "verified", "verified_followers_count", "verified_type",
  "viewer", "withheld",
] as const; // prettier-ignore
const TWEET_FIELDS = [
  "article", "attachments", "author_id", "card_uri", "community_id", "context_annotations", "conversation_id",
  "created_at", "display_text_range", "edit_controls", "edit_history_post_ids", "edit_history_tweet_ids", "entities",
  "geo", "id", "in_reply_to_user_id", "lang", "matched_media_notes", "media_metadata", "non_public_metrics",
  "note_post", "note_request_suggestions", "note_tweet", "organic_metrics", "paid_partnership", "possibly_sensitive",
  "promoted_metrics", "public_metrics", "referenced_posts", "referenced_tweets", "reply_settings", "scopes", "source",
  "suggested_source_links", "suggested_source_links_with_counts", "text", "viewer", "withheld",
] as const; // prettier-ignore
const TWEET_EXPANSIONS = [
  "article.cover_media", "article.media_entities", "attachments.media_keys", "attachments.media_source_post",
  "attachments.media_source_tweet", "attachments.poll_ids", "author_id", "edit_history_post_ids",
  "edit_history_tweet_ids", "entities.mentions.username", "entities.note.mentions.username", "geo.place_id",
  "in_reply_to_user_id", "referenced_posts", "referenced_posts.author_id", "referenced_tweets.id",
  "referenced_tweets.id.attachments.media_keys", "referenced_tweets.id.author_id",
] as const; // prettier-ignore
const USER_EXPANSIONS = [
  "affiliation.user_id", "most_recent_post_id", "most_recent_tweet_id", "pinned_post_id", "pinned_tweet_id",
] as const; // prettier-ignore

const ignoredFields = {
  "media.fields": z.string().optional(),
  "poll.fields": z.string().optional(),
  "place.fields": z.string().optional(),
};

/** Query fields of every operation that answers tweets. `post.fields` is a synonym that also switches to post names. */
export const tweetAsking = {
  "tweet.fields": nameListField(TWEET_FIELDS).optional(),
  "post.fields": nameListField(TWEET_FIELDS).optional(),
  "user.fields": nameListField(USER_FIELDS).optional(),
  expansions: nameListField(TWEET_EXPANSIONS).optional(),
  ...ignoredFields,
};

/** Query fields of every operation that answers users. */
export const userAsking = {
  "user.fields": nameListField(USER_FIELDS).optional(),
  "tweet.fields": nameListField(TWEET_FIELDS).optional(),
  "post.fields": nameListField(TWEET_FIELDS).optional(),
  expansions: nameListField(USER_EXPANSIONS).optional(),
};

/** What a request asked for, as parsed by `tweetAsking` or `userAsking`. */
export interface Asked {
  readonly "user.fields"?: readonly string[] | undefined;
  readonly "tweet.fields"?: readonly string[] | undefined;
  readonly "post.fields"?: readonly string[] | undefined;
  readonly expansions?: readonly string[] | undefined;
}

const idText = z
  .string()
  .regex(/^[0-9]{1,19}$/)
  .meta({ example: "1990000000000000000" });

export const userObject = z
  .object({
    id: idText,
    name: z.string(),
    username: z.string(),
    created_at: z.iso.datetime().optional(),
    description: z.string().optional(),
    location: z.string().optional(),
    url: z.string().optional(),
    protected: z.boolean().optional(),
    public_metrics: z
      .object({
        followers_count: z.number().int(),
        following_count: z.number().int(),
        tweet_count: z.number().int().optional(),
        post_count: z.number().int().optional(),
      })
      .optional(),
    viewer: z.object({ following: z.boolean(), followed_by: z.boolean() }).optional(),
  })
  .meta({ id: "User" });
export type UserObject = z.infer<typeof userObject>;

const span = { start: z.number().int(), end: z.number().int() };
export const entitiesObject = z
  .object({
    mentions: z.array(z.object({ ...span, username: z.string() })).optional(),
    hashtags: z.array(z.object({ ...span, tag: z.string() })).optional(),
    cashtags: z.array(z.object({ ...span, tag: z.string() })).optional(),
    urls: z.array(z.object({ ...span, url: z.string(), expanded_url: z.string(), display_url: z.string() })).optional(),
  })
  .meta({ id: "Entities" });

export const tweetObject = z
  .object({
    id: idText,
    text: z.string(),
    author_id: idText.optional(),
    created_at: z.iso.datetime().optional(),
    conversation_id: idText.optional(),
    edit_history_tweet_ids: z.array(idText).optional(),
    edit_history_post_ids: z.array(idText).optional(),
    entities: entitiesObject.optional(),
  })
  .meta({ id: "Tweet" });
export type TweetObject = z.infer<typeof tweetObject>;

export const includesObject = z
  .object({
    users: z.array(userObject).optional(),
  })
  .meta({ id: "Includes" });

/** An item a lookup could not give; the rest of the answer stands. */
export const partialError = z
  .object({
    title: z.string(),
    detail: z.string(),
    type: z.string(),
    resource_type: z.string(),
    resource_id: z.string(),
    parameter: z.string(),
    value: z.string(),
  })
  .meta({ id: "PartialError" });
export type PartialError = z.infer<typeof partialError>;

const degraded = z.array(z.string()).meta({ description: "dependencies that did not answer; the rest was left out" });

export const listMeta = z
  .object({ result_count: z.number().int(), next_token: z.string().optional(), degraded: degraded.optional() })
  .meta({ id: "ListMeta" });
export const timelineMeta = z
  .object({
    result_count: z.number().int(),
    newest_id: idText.optional(),
    oldest_id: idText.optional(),
    next_token: z.string().optional(),
    degraded: degraded.optional(),
  })
  .meta({ id: "TimelineMeta" });

export const userAnswer = z.object({ data: userObject, includes: includesObject.optional() });
export const usersAnswer = z.object({
  data: z.array(userObject).optional(),
  includes: includesObject.optional(),
  errors: z.array(partialError).optional(),
  meta: listMeta.optional(),
});
export const tweetAnswer = z.object({ data: tweetObject, includes: includesObject.optional() });
export const tweetsAnswer = z.object({
  data: z.array(tweetObject).optional(),
  includes: includesObject.optional(),
  errors: z.array(partialError).optional(),
});
export const timelineAnswer = z.object({
  data: z.array(tweetObject).optional(),
  includes: includesObject.optional(),
  meta: timelineMeta,
});
