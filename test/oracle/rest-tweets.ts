import type { TweetJson } from "../support/person.ts";
import { checkContent, checkTweets, get, getPage, readerName, same, wholeUserList, type Reader } from "./checks.ts";
import { Disagreement } from "./disagreement.ts";
import type { ModelTweet } from "./model.ts";

import { hides } from "./rules.ts";
import type { Run } from "./run.ts";
import { someReader, wholeTimeline } from "./whole.ts";
import * as views from "./views.ts";

/** What is said of tweets at rest: themselves, their counts, conversations, and who did what with them. */

/** As many as one lookup takes. */
const LOOKUP_MAX = 100;
const CONVERSATIONS = 3;
const PEOPLE_LISTS = 2;

export async function checkTweetsAtRest(run: Run): Promise<void> {
  const tweets = [...run.model.tweets.values()];
  for (let at = 0; at < tweets.length; at += LOOKUP_MAX) {
    await checkLookUp(run, someReader(run), tweets.slice(at, at + LOOKUP_MAX));
  }
  for (let count = 0; count < CONVERSATIONS; count += 1) {
    // Rather where something was answered.
    const answered = tweets.filter((tweet) => tweet.replyTo !== null);
    const tweet = run.pick(run.upTo(3) > 0 && answered.length > 0 ? answered : tweets);
    if (tweet !== undefined) await checkConversation(run, someReader(run), tweet);
  }
  for (let count = 0; count < PEOPLE_LISTS; count += 1) {
    const known = tweets.filter((tweet) => tweet.retweetOf === null);
    const tweet = run.pick(known);
    if (tweet !== undefined) await checkPeople(run, tweet);
  }
  await checkKept(run);
}

interface Looked {
  readonly data?: readonly TweetJson[];
  readonly includes?: { readonly tweets?: readonly TweetJson[] };
}

/** Exactly what may be seen is found, with exact counts; what it refers to stands beside it, or a placeholder does. */
async function checkLookUp(run: Run, reader: Reader, tweets: readonly ModelTweet[]): Promise<void> {
  const { model } = run;
  const readerId = reader?.id ?? null;
  const fields = "tweet.fields=author_id,conversation_id,public_metrics,referenced_tweets,viewer";
  const path = `/2/tweets?ids=${tweets.map((tweet) => tweet.id).join(",")}&${fields}&expansions=referenced_tweets.id`;
  const { data = [], includes } = (await get<Looked>(run, reader, path)).body;
  const sees = (tweet: ModelTweet) => hides(model, readerId, tweet, "elsewhere", run.now()) === null;
  const ids = data.map((tweet) => tweet.id);
  const wanted = tweets.filter(sees).map((tweet) => tweet.id);
  same(run, `what ${readerName(run, reader)} looks up`, ids, wanted);
  for (const json of data) {
    const where = `${readerName(run, reader)} looks up ${run.nameOf(json.id)}`;
    checkContent(run, json, where);
    const got = JSON.stringify(sorted({ ...numbersOf(json["public_metrics"]), ...flagsOf(json["viewer"]) }));
    const facts = JSON.stringify(sorted(factsOf(run, readerId, model.tweet(json.id))));
    if (got !== facts) throw new Disagreement(`${where}: ${got}, not ${facts}`);
    const first = views.conversationId(model, model.tweet(json.id));
    if (json["conversation_id"] !== first) throw new Disagreement(`${where}: not of conversation ${run.nameOf(first)}`);
  }
  for (const json of includes?.tweets ?? []) {
    const shown = json["unavailable"] !== true;
    if (shown === sees(model.tweet(json.id))) continue;
    throw new Disagreement(
      `${readerName(run, reader)} is ${shown ? "" : "not "}shown ${run.nameOf(json.id)} in includes`,
    );
  }
  const referred = new Set(
    wanted.flatMap((id) => {
      const { retweetOf, quoted, replyTo } = model.tweet(id);
      return [retweetOf, quoted, replyTo].filter((other) => other !== null);
    }),
  );
  const included = new Set((includes?.tweets ?? []).map((tweet) => tweet.id));
  const lacking = [...referred].filter((id) => !included.has(id));
  if (lacking.length > 0) throw new Disagreement(`${readerName(run, reader)} lacks ${run.names(lacking)} in includes`);
}

const numbersOf = (value: unknown) => value as Readonly<Record<string, number>>;
const flagsOf = (value: unknown) => (value ?? {}) as Readonly<Record<string, boolean>>;
const sorted = (facts: Readonly<Record<string, unknown>>) => Object.entries(facts).sort(([a], [b]) => (a < b ? -1 : 1));

function factsOf({ model }: Run, readerId: string | null, tweet: ModelTweet): Record<string, unknown> {
  const original = model.originalOf(tweet);
  const counts = views.metrics(model, original);
  if (readerId === null) return counts;
  const { likes, bookmarks } = model.user(readerId);
  const retweeted = model.retweetBy(readerId, original.id) !== undefined;
  return { ...counts, liked: likes.has(original.id), bookmarked: bookmarks.has(original.id), retweeted };
}

/** Read whole, in pages of any size, a conversation is the model's, in reading order. */
async function checkConversation(run: Run, reader: Reader, asked: ModelTweet): Promise<void> {
  const { model } = run;
  const readerId = reader?.id ?? null;
  const path = `/2/tweets/${asked.id}/conversation`;
  const what = `the conversation round ${run.nameOf(asked.id)} for ${readerName(run, reader)}`;
  const seen = hides(model, readerId, asked, "elsewhere", run.now()) === null;
  const got: string[] = [];
  let token: string | undefined;
  do {
    const size = 1 + run.upTo(run.upTo(1) === 0 ? 3 : 30);
    const page = await getPage(run, reader, path, { max_results: size, pagination_token: token });
    if ((page !== null) !== seen) throw new Disagreement(`${what} is ${page === null ? "not " : ""}there`);
    if (page === null) return;
    checkTweets(run, reader, page, "elsewhere");
    got.push(...page.ids);
    token = page.meta.next_token;
  } while (token !== undefined);
  same(run, what, got, views.conversation(model, readerId, model.originalOf(asked), run.now()));
}

/** Who likes, retweets and quotes a tweet. */
async function checkPeople(run: Run, tweet: ModelTweet): Promise<void> {
  const person = run.pick(run.people);
  if (person === undefined || hides(run.model, person.id, tweet, "elsewhere", run.now()) !== null) return;
  const reader = run.anywhere(person);
  const of = `${run.nameOf(tweet.id)} for ${readerName(run, reader)}`;
  const size = 1 + run.upTo(9);
  const likers = await wholeUserList(run, reader, `/2/tweets/${tweet.id}/liking_users`, size);
  same(run, `who likes ${of}`, likers, views.peopleOf(run.model, reader.id, tweet.id, "likes"));
  const retweeters = await wholeUserList(run, reader, `/2/tweets/${tweet.id}/retweeted_by`, size);
  same(run, `who retweets ${of}`, retweeters, views.peopleOf(run.model, reader.id, tweet.id, "retweets"));
  const quotes = await wholeTimeline(run, () => reader, `/2/tweets/${tweet.id}/quote_tweets`);
  const ids = quotes.map((quote) => quote.id);
  same(run, `quotes of ${of}`, ids, views.quotesOf(run.model, reader.id, tweet.id, run.now()));
}

/** What somebody likes, as somebody sees it; what somebody has bookmarked, as they alone do. */
async function checkKept(run: Run): Promise<void> {
  const [owner, person] = [run.pick(run.people), run.pick(run.people)];
  if (owner === undefined || person === undefined) return;
  for (const [what, viewer, path] of [
    ["likes", person, "liked_tweets"],
    ["bookmarks", owner, "bookmarks"],
  ] as const) {
    const got = await wholeTimeline(run, () => run.anywhere(viewer), `/2/users/${owner.id}/${path}`);
    const ids = got.map((tweet) => tweet.id);
    const wanted = views.kept(run.model, viewer.id, owner.id, what, run.now());
    same(run, `the ${what} of ${run.nameOf(owner.id)} for ${run.nameOf(viewer.id)}`, ids, wanted);
  }
}
