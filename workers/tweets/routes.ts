import { Hono } from "hono";
import { hydrateTweets } from "../hydrate/tweets.ts";
import { presentTweet, presentTweets } from "../hydrate/answers.ts";
import { readIdempotency } from "../lib/idempotency.ts";
import { handle, type AppEnv } from "../lib/route.ts";
import { createTweetOperation, deleteTweetOperation, getTweetOperation, getTweetsOperation } from "./contract.ts";
import { createTweet } from "./create-tweet.ts";
import { deleteTweet } from "./delete-tweet.ts";

const routes = new Hono<AppEnv>();

handle(routes, createTweetOperation, async ({ ctx, actor, body }, c) => {
  const idempotency = await readIdempotency(c.req.raw, body);
  const { id, text } = await createTweet(ctx, actor, { ...body, idempotency });
  return c.json({ data: { id, text, edit_history_tweet_ids: [id] } }, 201);
});

handle(routes, deleteTweetOperation, async ({ ctx, actor, params }, c) => {
  await deleteTweet(ctx, actor, params.id);
  return c.json({ data: { deleted: true } });
});

handle(routes, getTweetsOperation, async ({ ctx, viewer, query }) =>
  presentTweets(ctx, await hydrateTweets(ctx, viewer, query.ids), query.ids, { viewer, asked: query }),
);

handle(routes, getTweetOperation, async ({ ctx, viewer, params, query }) =>
  presentTweet(ctx, await hydrateTweets(ctx, viewer, [params.id]), params.id, { viewer, asked: query }),
);

export default routes;
