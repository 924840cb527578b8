import * as z from "zod";
import { idField, maxResultsField, nameListField, timeField } from "../lib/fields.ts";

/** What a client may ask for, and the objects it gets: the one description of users and tweets on the wire. */
const USER_FIELDS = [
  "affiliation", "confirmed_email", "connection_status", "created_at", "description", "entities", "id",
  "is_identity_verified", "location", "most_recent_post_id", "most_recent_tweet_id", "name", "parody", "pinned_post_id",
  "pinned_tweet_id", "profile_banner_url", "profile_image_url", "protected", "public_metrics", "receives_your_dm",
  "subscribes_to_you", "subscription", "subscription_type", "url", "username", "verified", "verified_followers_count", "verified_type",
  "viewer", "withheld",
] as const; // prettier-ignore
const TWEET_FIELDS = [
  "article", "article_title", "attachments", "author_id", "card_uri", "community_id", "context_annotations", "conversation_id",
  "created_at", "display_text_range", "edit_controls", "edit_history_post_ids", "edit_history_tweet_ids", "entities",
  "geo", "id", "in_reply_to_user_id", "lang", "matched_media_notes", "media_metadata", "non_public_metrics",
  "note_post", "note_request_suggestions", "note_tweet", "organic_metrics", "paid_partnership", "possibly_sensitive",
  "promoted_metrics", "public_metrics", "referenced_posts", "referenced_tweets", "reply_settings", "retweeted_by", "scopes",
  "source",
  "suggested_source_links", "suggested_source_links_with_counts", "text", "viewer", "withheld",
] as const; // prettier-ignore
const TWEET_EXPANSIONS = [
  "article.cover_media", "article.media_entities", "attachments.media_keys", "attachments.media_source_post",
  "attachments.media_source_tweet", "attachments.poll_ids", "author_id", "edit_history_post_ids",
  "edit_history_tweet_ids", "entities.mentions.username", "entities.note.mentions.username", "geo.place_id",
  "in_reply_to_user_id", "referenced_posts", "referenced_posts.author_id", "referenced_tweets.id",
  "referenced_tweets.id.attachments.media_keys", "referenced_tweets.id.author_id", "username",
] as const; // prettier-ignore
const USER_EXPANSIONS = [
  "affiliation", "affiliation.user_id", "most_recent_post_id", "most_recent_tweet_id", "pinned_post_id", "pinned_tweet_id",
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

const token = z.string().max(512).optional();

/** Query fields of a page of a timeline: by token, by ids, by times. */
export const timelinePaging = {
  max_results: maxResultsField(100),
  pagination_token: token,
  since_id: idField.optional(),
  until_id: idField.optional(),
  start_time: timeField.optional(),
  end_time: timeField.optional(),
  exclude: nameListField(["replies", "retweets"]).optional(),
};

/** Query fields of a page of any other list. */
export const listPaging = (most: number) => ({ max_results: maxResultsField(most), pagination_token: token });

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
        listed_count: z.number().int(),
      })
      .optional(),
    connection_status: z.array(z.string()).optional(),
    viewer: z
      .object({
        following: z.boolean(),
        followed_by: z.boolean(),
        requested: z.boolean(),
        blocking: z.boolean(),
        blocked_by: z.boolean(),
        muting: z.boolean(),
      })
      .optional(),
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

const reference = z.object({ type: z.enum(["retweeted", "quoted", "replied_to"]), id: idText });

export const tweetObject = z
  .object({
    id: idText,
    text: z.string(),
    author_id: idText.optional(),
    created_at: z.iso.datetime().optional(),
    conversation_id: idText.optional(),
    in_reply_to_user_id: idText.optional(),
    referenced_tweets: z.array(reference).optional(),
    referenced_posts: z.array(reference).optional(),
    reply_settings: z.enum(["everyone", "mentionedUsers", "following"]).optional(),
    public_metrics: z
      .object({
        retweet_count: z.number().int().optional(),
        repost_count: z.number().int().optional(),
        reply_count: z.number().int(),
        like_count: z.number().int(),
        quote_count: z.number().int(),
        bookmark_count: z.number().int(),
      })
      .optional(),
    retweeted_by: z
      .array(idText)
      .optional()
      .meta({ description: "in a timeline: those of whom you follow who retweeted it, newest first" }),
    viewer: z.object({ liked: z.boolean(), retweeted: z.boolean(), bookmarked: z.boolean() }).optional(),
    unavailable: z
      .boolean()
      .optional()
      .meta({ description: "true in `includes` for a tweet that is gone, or hidden from you" }),
    edit_history_tweet_ids: z.array(idText).optional(),
    edit_history_post_ids: z.array(idText).optional(),
    entities: entitiesObject.optional(),
  })
  .meta({ id: "Tweet" });
export type TweetObject = z.infer<typeof tweetObject>;

export const includesObject = z
  .object({
    users: z.array(userObject).optional(),
    tweets: z.array(tweetObject).optional(),
    posts: z.array(tweetObject).optional(),
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
    poll_after: z.number().int().optional().meta({
      description: "home alone: seconds after which to read it again with `since_id`, though no live message came",
    }),
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
  errors: z.array(partialError).optional(),
  meta: timelineMeta,
});
