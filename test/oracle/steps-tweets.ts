import type { Person } from "../support/person.ts";
import * as acts from "./acts-tweets.ts";
import { mayActOn } from "./bounds.ts";
import { lookUp, readHome } from "./checks.ts";
import type { ModelTweet } from "./model.ts";
import type { Step } from "./plan.ts";
import { conversationAuthor } from "./rules.ts";
import type { Run } from "./run.ts";
import { meets } from "./steps-meet.ts";

/** Mostly one; at times more than a feed or a timeline keeps. */
const POSTS_AT_ONCE = [...Array.from({ length: 13 }, () => 1), 3, 3, 3, 14];
/** Mostly what was written lately is acted on: it is still on its way. */
const RECENT = 12;

export async function postOne(run: Run, author: Person): Promise<void> {
  await acts.post(run, author);
  if (run.upTo(3) === 0) await readHome(run, run.anywhere(author), { max_results: 5 });
}

/** Something to act on: mostly recent, mostly by those many follow, and now and then what the actor may not see. */
function someTweet(run: Run, actor: Person): ModelTweet | undefined {
  const all = [...run.model.tweets.values()];
  const near = run.upTo(4) === 0 ? all : all.slice(-RECENT);
  if (run.upTo(7) === 0) return run.pick(near);
  return run.pick(near.filter((tweet) => mayActOn(run.model, actor.id, tweet, run.unsettled) === "yes"));
}

/** The actor reads home at once now and then: own writes stand there. */
async function readBack(run: Run, actor: Person): Promise<void> {
  if (run.upTo(3) === 0) await readHome(run, run.anywhere(actor), { max_results: 20 });
}

/** Those whom the actor follows are as likely to be answered as all others: themself at times, strangers too. */
async function onTweet(
  run: Run,
  { who }: Step,
  what: string,
  act: (run: Run, actor: Person, tweet: ModelTweet) => Promise<void>,
): Promise<void> {
  const actor = run.person(who);
  const tweet = someTweet(run, actor);
  if (tweet === undefined) return;
  await act(run, actor, tweet);
  meets(run, what, [actor.id]);
  await readBack(run, actor);
}

/** Likes and bookmarks are met by the tweets' authors. */
async function keepOne(run: Run, { who }: Step, what: "likes" | "bookmarks"): Promise<void> {
  const actor = run.person(who);
  const known = [...run.model.user(actor.id)[what]];
  const kept = run.upTo(2) === 0 ? run.pick(known) : undefined;
  const tweet = kept === undefined ? someTweet(run, actor) : run.model.tweet(kept);
  if (tweet === undefined) return;
  const { authorId } = run.model.originalOf(tweet);
  if (kept === undefined) await acts.keep(run, actor, what, tweet);
  else await acts.drop(run, actor, what, kept);
  meets(run, kept === undefined ? what : `${what} no more`, [authorId, actor.id]);
}

async function hideOne(run: Run): Promise<void> {
  const replies = [...run.model.tweets.values()].filter((tweet) => tweet.replyTo !== null);
  const others = replies.filter((tweet) => conversationAuthor(run.model, tweet) !== tweet.authorId);
  // Mostly a reply that can be hidden, by whom it can be.
  const [most, one] = [others.filter((tweet) => tweet.deletedAt === null), run.pick(replies)];
  const tweet = run.upTo(7) === 0 ? one : run.pick(most);
  if (tweet === undefined) return;
  const actor = run.upTo(7) === 0 ? run.pick(run.people) : run.personOf(conversationAuthor(run.model, tweet));
  if (actor === undefined) return;
  meets(run, "hide reply", [tweet.authorId, actor.id]);
  await acts.hide(run, actor, tweet, !tweet.hidden);
}

async function deleteOne(run: Run, { who }: Step): Promise<void> {
  const author = run.person(who);
  const standing = run.model.standing(author.id).reverse();
  // Mostly recent ones: they are still on their way.
  const tweet = run.pick(run.upTo(1) === 0 ? standing.slice(0, 3) : standing);
  if (tweet === undefined) return;
  meets(run, "delete", [author.id]);
  await acts.remove(run, author, tweet.id);
  if (run.upTo(2) === 0) await lookUp(run, run.anywhere(author), [tweet.id]);
  if (run.upTo(2) === 0) await readHome(run, run.anywhere(author), { max_results: 20 });
}

async function undoOne(run: Run, { who }: Step): Promise<void> {
  const retweets = run.model.all((tweet) => tweet.retweetOf !== null).slice(-RECENT);
  const own = retweets.filter((tweet) => tweet.authorId === run.person(who).id);
  const tweet = run.pick(own.length > 0 ? own : retweets);
  if (tweet === undefined) return;
  const actor = run.personOf(tweet.authorId);
  meets(run, "undo retweet", [actor.id]);
  await acts.undo(run, actor, tweet);
  await readBack(run, actor);
}

export const TWEET_STEPS = {
  post: async (run: Run, { who }: Step) => {
    const count = run.pick(POSTS_AT_ONCE) ?? 1;
    for (let index = 0; index < count; index += 1) await postOne(run, run.person(who));
    meets(run, "post", [run.person(who).id]);
  },
  reply: (run: Run, step: Step) => onTweet(run, step, "reply", acts.reply),
  quote: (run: Run, step: Step) => onTweet(run, step, "quote", acts.quote),
  retweet: (run: Run, step: Step) => onTweet(run, step, "retweet", acts.retweet),
  undo: undoOne,
  delete: deleteOne,
  like: (run: Run, step: Step) => keepOne(run, step, "likes"),
  bookmark: (run: Run, step: Step) => keepOne(run, step, "bookmarks"),
  hide: hideOne,
};
