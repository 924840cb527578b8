/** The fields and expansions that pages ask for: all that a card shows, in one request. */
export const TWEETS = {
  "tweet.fields":
    "author_id,conversation_id,created_at,entities,in_reply_to_user_id,public_metrics,referenced_tweets,reply_settings,retweeted_by,viewer",
  "user.fields": "name,protected,username,viewer",
  expansions: "author_id,in_reply_to_user_id,referenced_tweets.id,referenced_tweets.id.author_id",
} as const;

export const USERS = {
  "user.fields": "created_at,description,location,name,protected,public_metrics,url,username,viewer",
} as const;

/** Enough to bring a card up to date. */
export const COUNTS = { "tweet.fields": "public_metrics,viewer" } as const;
