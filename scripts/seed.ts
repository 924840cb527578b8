/**
 * Fills an empty store through the public API: five people one can log in as, 300 generated users with a heavy-tailed
 * follow graph, 800 tweets, and what people do with them: answers, retweets, quotes, likes. The same world every time. A store that was filled is left alone; a filling that was
 * interrupted goes on, because every step may be repeated.
 *
 *     node scripts/seed.ts http://127.0.0.1:8787
 *
 * The server must run with USERNAME_LENGTH_MIN=3, for bob and dan.
 */
import { ApiClient, type Account, type Tweet } from "./api-client.ts";
import { eachOf, seededRandom } from "./lib.ts";
import { showProgress } from "./progress.ts";
import { displayName, generatedUsername, sentence } from "./seed-texts.ts";

/** Everybody's password here: these accounts are for trying things out. */
export const SEED_PASSWORD = "dunlin-demo";
/** The accounts to log in as, with a word about each. The first is in the printed examples. */
export const SEED_PEOPLE: readonly (readonly [username: string, description: string])[] = [
  ["alice", "Counts shorebirds before work."],
  ["bob", "Bakes rye bread, posts about rye bread."],
  ["carol", "Takes the photographs."],
  ["dan", "Reads more than he writes."],
  ["stella_nova", "Followed by nearly everybody. Sings, too."],
];
/** Registered last: where this account exists, the store is filled. */
const MARKER = "dunlin_news";

const GENERATED = 300;
const TWEETS = 800;
const REPLIES = 150;
const RETWEETS = 80;
const QUOTES = 30;
const LIKES = 500;
const WIDTH = 12;
const SEED = 20_261_121;

/** Fills the store behind `url`. @returns false where it was filled already. */
export async function seed(url: string): Promise<boolean> {
  const api = new ApiClient(url);
  if (await api.hasAccount(MARKER)) return false;
  const random = seededRandom(SEED);
  const usernames = [
    ...SEED_PEOPLE.map(([username]) => username),
    ...Array.from({ length: GENERATED }, (_, index) => generatedUsername(index)),
  ];
  const accounts = await register(api, usernames);
  for (const [index, [, description]] of SEED_PEOPLE.entries()) {
    const account = accounts[index];
    if (account !== undefined) await api.describe(account, { description });
  }
  await follow(api, accounts, followGraph(accounts.length, random));
  const tweets = await post(api, accounts, random);
  await converse(api, accounts, tweets, random);
  const own = await api.registerOrLogIn(MARKER, SEED_PASSWORD, "Dunlin News");
  await api.describe(own, { description: "A small shorebird. Welcome!" });
  await api.post(own, "Welcome to Dunlin. Try the API at /docs.", "seed-welcome");
  return true;
}

async function register(api: ApiClient, usernames: readonly string[]): Promise<Account[]> {
  const progress = showProgress("accounts", usernames.length);
  const accounts: Account[] = [];
  await eachOf(usernames, WIDTH, async (username, index) => {
    accounts[index] = await api.registerOrLogIn(username, SEED_PASSWORD, displayName(username));
    progress.step();
  });
  progress.end();
  return accounts;
}

/** Pairs of indexes, follower first. A few accounts are followed by many, most by a handful; the last person by nearly all. */
function followGraph(count: number, random: () => number): (readonly [number, number])[] {
  const celebrity = SEED_PEOPLE.length - 1;
  const pairs = new Set<number>();
  const add = (follower: number, followee: number) => {
    if (follower !== followee) pairs.add(follower * count + followee);
  };
  for (let follower = 0; follower < count; follower += 1) {
    if (follower < celebrity || random() < 0.9) add(follower, celebrity);
    // Pareto: most follow three or four, some follow dozens.
    const many = Math.min(60, Math.floor(3 / Math.sqrt(1 - random())));
    // The cube draws towards the front of the list: those followed by many.
    for (let n = 0; n < many; n += 1) add(follower, Math.floor(random() ** 3 * count));
  }
  for (let one = 0; one < celebrity; one += 1) {
    for (let other = 0; other < celebrity; other += 1) add(one, other);
    for (let n = 0; n < 20; n += 1) add(one, Math.floor(random() * count));
  }
  return [...pairs].map((pair) => [Math.floor(pair / count), pair % count]);
}

async function follow(api: ApiClient, accounts: readonly Account[], pairs: readonly (readonly [number, number])[]) {
  const progress = showProgress("follows", pairs.length);
  await eachOf(pairs, WIDTH, async ([from, to]) => {
    const [follower, followee] = [accounts[from], accounts[to]];
    if (follower !== undefined && followee !== undefined) await api.follow(follower, followee.id);
    progress.step();
  });
  progress.end();
}

async function post(api: ApiClient, accounts: readonly Account[], random: () => number): Promise<Tweet[]> {
  const tweets: Tweet[] = [];
  const progress = showProgress("tweets", TWEETS);
  const any = (skew: number) => accounts[Math.floor(random() ** skew * accounts.length)];
  const planned = Array.from({ length: TWEETS }, (_, index) => {
    const [author, other] = [any(2), any(3)];
    return { author, text: sentence(random, other?.username ?? "alice"), key: `seed-${index}` };
  });
  await eachOf(planned, WIDTH, async ({ author, text, key }, index) => {
    if (author !== undefined) tweets[index] = await api.post(author, text, key);
    progress.step();
  });
  progress.end();
  return tweets;
}

/** Every act has a key or may be repeated, so a seeding that was interrupted goes on here as well. */
async function converse(
  api: ApiClient,
  accounts: readonly Account[],
  tweets: readonly Tweet[],
  random: () => number,
): Promise<void> {
  const progress = showProgress("answers, retweets, likes", REPLIES + RETWEETS + QUOTES + LIKES);
  // The newest tweets are those people talk about.
  const recent = tweets.slice(-120);
  const pick = <T>(items: readonly T[]): T | undefined => items[Math.floor(random() ** 2 * items.length)];
  const acts: ((account: Account, tweet: Tweet, index: number) => Promise<unknown>)[] = [
    ...Array.from({ length: REPLIES }, () => (account: Account, tweet: Tweet, index: number) => {
      const text = sentence(random, "alice");
      return api.post(account, text, `seed-reply-${index}`, { reply: { in_reply_to_tweet_id: tweet.id } });
    }),
    ...Array.from(
      { length: QUOTES },
      () => (account: Account, tweet: Tweet, index: number) =>
        api.post(account, sentence(random, "bob"), `seed-quote-${index}`, { quote_tweet_id: tweet.id }),
    ),
    ...Array.from({ length: RETWEETS }, () => (account: Account, tweet: Tweet) => api.retweet(account, tweet.id)),
    ...Array.from({ length: LIKES }, () => (account: Account, tweet: Tweet) => api.like(account, tweet.id)),
  ];
  for (const [index, act] of acts.entries()) {
    const [account, tweet] = [accounts[Math.floor(random() ** 2 * accounts.length)], pick(recent)];
    if (account !== undefined && tweet !== undefined) await act(account, tweet, index);
    progress.step();
  }
  progress.end();
  const [alice, ...others] = accounts;
  if (alice !== undefined) await api.list(alice, "The shore", others.slice(0, 20), "seed-list");
}

if (import.meta.main) {
  const url = process.argv[2] ?? "http://127.0.0.1:8787";
  console.log((await seed(url)) ? "seeded" : "nothing to do: the store is filled already");
}
