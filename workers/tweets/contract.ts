import * as z from "zod";
import { tweetAnswer, tweetAsking, tweetsAnswer, tweetObject } from "../hydrate/contract.ts";
import { idField, idListField } from "../lib/fields.ts";
import { operation, type Operation } from "../lib/route.ts";

const tweetId = z.object({ id: idField });
const tag = "Tweets";

/** What X has and Dunlin has not yet: taking it without doing it would post something else than was asked for. */
const later = { description: "not possible yet: answered with 422" };

const createTweetBody = z
  .object({
    text: z.string().max(65_536).meta({ description: "1 to 280 weighted characters, by twitter-text's v3 rules" }),
    reply: z.object({ in_reply_to_tweet_id: idField }).optional().meta(later),
    quote_tweet_id: idField.optional().meta(later),
    media: z
      .object({ media_ids: z.array(idField).max(4) })
      .optional()
      .meta(later),
  })
  .meta({ id: "CreateTweet" });

export const createTweetOperation = operation({
  method: "post",
  path: "/tweets",
  id: "createTweet",
  tag,
  summary: "Post a tweet",
  description: "An `Idempotency-Key` header makes a retry safe: the same key gives the first answer for 24 hours.",
  auth: "required",
  body: createTweetBody,
  success: { status: 201, description: "posted", schema: z.object({ data: tweetObject }) },
  errors: [403, 413, 415, 422],
});

export const deleteTweetOperation = operation({
  method: "delete",
  path: "/tweets/:id",
  id: "deleteTweet",
  tag,
  summary: "Delete one of your tweets",
  auth: "required",
  params: tweetId,
  success: { status: 200, description: "deleted", schema: z.object({ data: z.object({ deleted: z.boolean() }) }) },
  errors: [403, 404],
});

export const getTweetOperation = operation({
  method: "get",
  path: "/tweets/:id",
  id: "getTweet",
  tag,
  summary: "Look up one tweet",
  auth: "optional",
  params: tweetId,
  query: z.object(tweetAsking),
  success: { status: 200, description: "the tweet", schema: tweetAnswer },
  errors: [404],
});

export const getTweetsOperation = operation({
  method: "get",
  path: "/tweets",
  id: "getTweets",
  tag,
  summary: "Look up to 100 tweets",
  auth: "optional",
  query: z.object({ ids: idListField, ...tweetAsking }),
  success: { status: 200, description: "those found; the rest in `errors`", schema: tweetsAnswer },
});

export const operations: readonly Operation[] = [
  createTweetOperation,
  deleteTweetOperation,
  getTweetsOperation,
  getTweetOperation,
];
