import { beforeAll, expect, test } from "vitest";
import { protects } from "../support/graph.ts";
import { newWorld, type Person } from "../support/world.ts";
import { expectNothingWritten, expectProblem, newCast, type Cast } from "./cast.ts";

/** Requests that are well-formed by themselves and yet may not be: what they speak of does not let them. */
let cast: Cast;
beforeAll(async () => {
  cast = await newCast(await newWorld());
});

interface Has {
  readonly id: string;
}

const own = (person: Person, path: string): string => `/2/users/${person.id}/${path}`;

/** Everything that is done to a tweet, by its name. */
const ACTS: Readonly<Record<string, (person: Person, tweet: Has) => Promise<Response>>> = {
  like: (person, { id }) => person.fetch(own(person, "likes"), { json: { tweet_id: id } }),
  bookmark: (person, { id }) => person.fetch(own(person, "bookmarks"), { json: { tweet_id: id } }),
  "bookmark in a folder": (person, { id }) =>
    person.fetch(own(person, "bookmarks"), { json: { tweet_id: id, folder_id: cast.folder.id } }),
  retweet: (person, { id }) => person.fetch(own(person, "retweets"), { json: { tweet_id: id } }),
  quote: (person, { id }) => person.fetch("/2/tweets", { json: { text: "look", quote_tweet_id: id } }),
  answer: (person, { id }) =>
    person.fetch("/2/tweets", { json: { text: "well", reply: { in_reply_to_tweet_id: id } } }),
  hide: (person, { id }) => person.fetch(`/2/tweets/${id}/hidden`, { method: "PUT", json: { hidden: true } }),
};
function act(name: string, person: Person, tweet: Has): Promise<Response> {
  const does = ACTS[name];
  if (does === undefined) throw new Error(`nobody can ${name}`);
  return does(person, tweet);
}
/** Everything that is read about one tweet. */
const READS = ["", "/conversation", "/liking_users", "/retweeted_by", "/retweets", "/quote_tweets"];

test.each(Object.keys(ACTS))(
  "nobody can %s what is deleted, by its id or a retweet's, nor what never was",
  async (name) => {
    const { alice, bob, world } = cast;
    const gone = await bob.posts("soon gone");
    const answered = await bob.replies(cast.tweet, "soon gone");
    const retweet = await bob.retweets(gone);
    await world.drain();
    for (const tweet of [gone, answered]) await bob.deletes(tweet);
    await world.drain();
    await expectNothingWritten(cast, async () => {
      for (const tweet of [gone, answered, retweet, alice, { id: "0" }, { id: "9223372036854775807" }]) {
        for (const person of [alice, bob]) {
          await expectProblem(await act(name, person, tweet), 404, tweet.id);
        }
      }
    });
  },
);

test("what is read about a deleted tweet, or about its retweet, is a 404 for everybody", async () => {
  const { alice, bob, world } = cast;
  const gone = await bob.posts("soon gone");
  const retweet = await bob.retweets(gone);
  await act("like", alice, gone);
  await world.drain();
  await bob.deletes(gone);
  await world.drain();
  for (const person of [alice, bob]) {
    for (const { id } of [gone, retweet]) {
      for (const below of READS) await expectProblem(await person.fetch(`/2/tweets/${id}${below}`), 404, below);
    }
  }
});

test("a tweet of a protected account is retweeted by nobody, quoted by nobody else, and for a stranger it is not there", async () => {
  const { alice, bob, world } = cast;
  const shy = await world.register("shy");
  await alice.follows(shy);
  await protects(shy);
  const tweet = await shy.posts("for some");
  await world.drain();
  await alice.home();
  await expectNothingWritten(cast, async () => {
    for (const act of ["retweet", "quote"])
      await expectProblem((await ACTS[act]?.(alice, tweet)) as Response, 403, act);
    await expectProblem(await act("retweet", shy, tweet), 403, "one's own");
    for (const name of Object.keys(ACTS)) await expectProblem(await act(name, bob, tweet), 404, name);
    for (const below of READS) await expectProblem(await bob.fetch(`/2/tweets/${tweet.id}${below}`), 404, below);
  });
});

test.each(["following", "blocking", "muting"])("nobody does it to themself: %s", async (path) => {
  const { alice, bob } = cast;
  await expectNothingWritten(cast, async () => {
    for (const person of [alice, bob]) {
      for (const id of [person.id, person.id.padStart(19, "0")]) {
        await expectProblem(await person.fetch(own(person, path), { json: { target_user_id: id } }), 422, id);
      }
    }
  });
});

test("a mute that ends in the past, or at no time at all, is none", async () => {
  const { alice, foe, world } = cast;
  const past = new Date(world.now() - 1000).toISOString();
  const targets: [string, object][] = [
    ["muting", { target_user_id: foe.id }],
    ["muted_words", { word: "tide" }],
  ];
  await expectNothingWritten(cast, async () => {
    for (const [path, json] of targets) {
      const ask = (expires_at: unknown) => alice.fetch(own(alice, path), { json: { ...json, expires_at } });
      for (const end of [past, "1970-01-01T00:00:00Z", "0000-01-01T00:00:00Z"]) {
        await expectProblem(await ask(end), 422, end);
      }
      for (const end of ["", "tomorrow", "2026-02-30T00:00:00Z", world.now(), null, {}]) {
        await expectProblem(await ask(end), 400, JSON.stringify(end));
      }
    }
  });
});

/** Parts of a tweet's body that are no answer, no quote, no setting; the field each names. */
const SPOILED: readonly (readonly [field: string, json: object])[] = [
  ["reply", { reply: "1" }],
  ["reply", { reply: null }],
  ["reply", { reply: [] }],
  ["reply", { reply: {} }],
  ...["", "x", "-1", "1".repeat(20), "9".repeat(25), 1, null, ["1"]].map(
    (id) => ["reply", { reply: { in_reply_to_tweet_id: id } }] as const,
  ),
  ...["", "x", "1".repeat(20), 1, null, ["1"]].map((id) => ["quote_tweet_id", { quote_tweet_id: id }] as const),
  ...["", "nobody", "Everyone", 1, null, ["everyone"], "__proto__"].map(
    (settings) => ["reply_settings", { reply_settings: settings }] as const,
  ),
];

test("a tweet whose answer, quote or settings are of the wrong form is a 400 that names the part, and none is posted", async () => {
  const { alice } = cast;
  await expectNothingWritten(cast, async () => {
    for (const [field, json] of SPOILED) {
      const problem = await expectProblem(
        await alice.fetch("/2/tweets", { json: { text: "spoiled", ...json } }),
        400,
        JSON.stringify(json),
      );
      expect(problem.detail).toContain(field);
    }
    for (const settings of ["subscribers", "verified"]) {
      const json = { text: "not possible here", reply_settings: settings };
      await expectProblem(await alice.fetch("/2/tweets", { json }), 422, settings);
    }
    const media = await alice.fetch("/2/tweets", { json: { text: "a picture", media: { media_ids: ["1"] } } });
    await expectProblem(media, 422, "media");
  });
});

test("an answer that is refused for one reason is not posted as something else: both ends must be there", async () => {
  const { alice, bob, tweet, reply } = cast;
  const good = { reply: { in_reply_to_tweet_id: reply.id }, quote_tweet_id: tweet.id };
  await expectNothingWritten(cast, async () => {
    for (const json of [
      { ...good, quote_tweet_id: "1" },
      { ...good, reply: { in_reply_to_tweet_id: "1" } },
    ]) {
      await expectProblem(await alice.fetch("/2/tweets", { json: { text: "half", ...json } }), 404);
    }
    await expectProblem(await alice.fetch("/2/tweets", { json: { text: "x".repeat(281), ...good } }), 422);
    await expectProblem(await alice.fetch("/2/tweets", { json: { text: "", ...good } }), 422);
    await expectProblem(await act("hide", alice, tweet), 403, "no reply");
    await expectProblem(await act("hide", bob, reply), 403, "in another's conversation");
  });
});
