/** Every name that the libraries' types let a caller ask for: one that is missing here, or made up, does not compile. */
import type { Client } from "@xdevplatform/xdk";
import type {
  TListV2Expansion,
  TListV2Field,
  TTweetv2Expansion,
  TTweetv2TweetField,
  TTweetv2UserField,
  TUserV2Expansion,
  TwitterApiv2,
} from "twitter-api-v2";

/** All of `Names`, each once. */
const all =
  <Names extends string>() =>
  <const Given extends readonly Names[]>(
    given: Given & (Exclude<Names, Given[number]> extends never ? unknown : Exclude<Names, Given[number]>),
  ): Names[] => [...given];

const tweetFields = all<TTweetv2TweetField>()([
  "id", "text", "edit_history_tweet_ids", "created_at", "author_id", "conversation_id", "in_reply_to_user_id",
  "referenced_tweets", "attachments", "geo", "context_annotations", "entities", "withheld", "public_metrics",
  "non_public_metrics", "organic_metrics", "promoted_metrics", "edit_controls", "possibly_sensitive", "lang",
  "reply_settings", "source", "note_tweet", "community_id", "article",
]); // prettier-ignore
const tweetExpansions = all<TTweetv2Expansion>()([
  "attachments.poll_ids", "attachments.media_keys", "attachments.media_source_tweet", "author_id",
  "referenced_tweets.id", "in_reply_to_user_id", "edit_history_tweet_ids", "geo.place_id", "entities.mentions.username",
  "referenced_tweets.id.author_id", "article.cover_media", "article.media_entities",
  "entities.note.mentions.username", "referenced_tweets.id.attachments.media_keys",
]); // prettier-ignore
const userFields = all<TTweetv2UserField>()([
  "id", "name", "username", "created_at", "protected", "withheld", "location", "url", "description", "verified",
  "verified_type", "confirmed_email", "entities", "profile_image_url", "profile_banner_url", "public_metrics",
  "pinned_tweet_id", "connection_status", "most_recent_tweet_id", "affiliation", "is_identity_verified", "parody",
  "receives_your_dm", "subscription", "subscription_type", "verified_followers_count",
]); // prettier-ignore
const userExpansions = all<TUserV2Expansion>()(["pinned_tweet_id"]);
const listFields = all<TListV2Field>()([
  "created_at", "follower_count", "member_count", "private", "description", "owner_id",
]); // prettier-ignore
const listExpansions = all<TListV2Expansion>()(["owner_id"]);

/** Options of twitter-api-v2 that ask for everything. */
export const TWITTER_API_NAMES = {
  tweets: { "tweet.fields": tweetFields, "user.fields": userFields, expansions: tweetExpansions },
  users: { "tweet.fields": tweetFields, "user.fields": userFields, expansions: userExpansions },
  lists: { "list.fields": listFields, "user.fields": userFields, expansions: listExpansions },
};

type PostOptions = Required<NonNullable<Parameters<Client["posts"]["getById"]>[1]>>;
type UserOptions = Required<NonNullable<Parameters<Client["users"]["getById"]>[1]>>;
type ListOptions = Required<NonNullable<Parameters<Client["lists"]["getById"]>[1]>>;

const xdkPostFields = all<PostOptions["postFields"][number]>()([
  "article", "article_title", "attachments", "card_uri", "community_id", "context_annotations", "conversation_id",
  "created_at", "display_text_range", "edit_controls", "entities", "geo", "id", "lang", "matched_media_notes",
  "media_metadata", "non_public_metrics", "note_post", "note_request_suggestions", "organic_metrics",
  "paid_partnership", "possibly_sensitive", "promoted_metrics", "public_metrics", "reply_settings", "scopes", "source",
  "suggested_source_links", "suggested_source_links_with_counts", "text", "withheld",
]); // prettier-ignore
const xdkPostExpansions = all<PostOptions["expansions"][number]>()([
  "article.cover_media", "article.media_entities", "attachments.media_keys", "attachments.media_source_tweet",
  "attachments.poll_ids", "author_id", "edit_history_post_ids", "entities.mentions.username", "geo.place_id",
  "in_reply_to_user_id", "referenced_posts", "username",
]); // prettier-ignore
const xdkUserFields = all<UserOptions["userFields"][number]>()([
  "confirmed_email", "connection_status", "created_at", "description", "entities", "id", "is_identity_verified",
  "location", "name", "parody", "profile_banner_url", "profile_image_url", "protected", "public_metrics",
  "receives_your_dm", "subscribes_to_you", "subscription", "subscription_type", "url", "username", "verified",
  "verified_followers_count", "verified_type", "withheld",
]); // prettier-ignore
const xdkUserExpansions = all<UserOptions["expansions"][number]>()([
  "affiliation", "most_recent_post_id", "pinned_post_id",
]); // prettier-ignore
const xdkListFields = all<ListOptions["listFields"][number]>()([
  "created_at", "description", "follower_count", "id", "member_count", "name", "private",
]); // prettier-ignore
const xdkListExpansions = all<ListOptions["expansions"][number]>()(["owner_id"]);

/** Options of the XDK that ask for everything. */
export const XDK_NAMES = {
  posts: { postFields: xdkPostFields, userFields: xdkUserFields, expansions: xdkPostExpansions },
  users: { postFields: xdkPostFields, userFields: xdkUserFields, expansions: xdkUserExpansions },
  lists: { listFields: xdkListFields, userFields: xdkUserFields, expansions: xdkListExpansions },
};

/** What a timeline of people and what they point to is drawn from. */
export const ABOUT_TWEETS = {
  "tweet.fields": ["created_at", "author_id", "in_reply_to_user_id", "referenced_tweets", "public_metrics"],
  "user.fields": ["username", "public_metrics"],
  expansions: ["author_id", "in_reply_to_user_id", "referenced_tweets.id", "referenced_tweets.id.author_id"],
} satisfies Parameters<TwitterApiv2["singleTweet"]>[1];

/** The same for the XDK, where the fields that expansions lead by cannot be named. */
export const ABOUT_POSTS = {
  postFields: ["created_at", "public_metrics", "conversation_id"],
  userFields: ["username", "public_metrics"],
  expansions: ["author_id", "in_reply_to_user_id", "referenced_posts"],
} satisfies Parameters<Client["posts"]["getById"]>[1];
