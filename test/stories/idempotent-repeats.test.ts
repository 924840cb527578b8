import { describe, expect, test } from "vitest";
import { newWorld, type Person } from "../support/world.ts";

const KEY = "5f2b8a52-7c0f-4b80-8a1e-0c8b1f2d4c11";

/** What a keyed request is made of: its path and body, by whom and about whose tweet. */
type Request = (bob: Person, alice: Person, tweetId: string) => readonly [path: string, json: object];

const REQUESTS: readonly (readonly [string, Request])[] = [
  ["an answer", (_bob, _alice, id) => ["/2/tweets", { text: "so true", reply: { in_reply_to_tweet_id: id } }]],
  ["a quote", (_bob, _alice, id) => ["/2/tweets", { text: "look", quote_tweet_id: id }]],
  ["a retweet", (bob, _alice, id) => [`/2/users/${bob.id}/retweets`, { tweet_id: id }]],
  ["a like", (bob, _alice, id) => [`/2/users/${bob.id}/likes`, { tweet_id: id }]],
  ["a bookmark", (bob, _alice, id) => [`/2/users/${bob.id}/bookmarks`, { tweet_id: id }]],
  ["a follow", (bob, alice) => [`/2/users/${bob.id}/following`, { target_user_id: alice.id }]],
];

const ask = async (person: Person, [path, json]: readonly [string, object], idempotencyKey = KEY) => {
  const response = await person.fetch(path, { json, idempotencyKey });
  return { status: response.status, body: await response.text() };
};

/** A client that lost the answer asks again: what was done is told, whatever has become of it since. */
describe("a repeat under the same Idempotency-Key gives the first answer", () => {
  test.each(REQUESTS)(
    "of %s, though its author blocks the actor by now and has deleted the tweet",
    async (_what, of) => {
      const world = await newWorld();
      const [alice, bob] = await world.registerAll("alice", "bob");
      const { id } = await alice.posts("here today");
      const request = of(bob, alice, id);
      const first = await ask(bob, request);
      expect([200, 201]).toContain(first.status);
      await alice.deletes({ id });
      await alice.asks(`/2/users/${alice.id}/blocking`, { json: { target_user_id: bob.id } });
      expect(await ask(bob, request)).toEqual(first);
      await world.drain();
      expect(await ask(bob, request)).toEqual(first);
      expect([403, 404], "another one is refused").toContain((await ask(bob, request, "another-key")).status);
    },
  );

  test("and nothing else that was refused: under a key that did nothing yet the refusal stands", async () => {
    const world = await newWorld();
    const [alice, bob] = await world.registerAll("alice", "bob");
    const { id } = await alice.posts("gone at once");
    await alice.deletes({ id });
    const like = [`/2/users/${bob.id}/likes`, { tweet_id: id }] as const;
    expect((await ask(bob, like)).status).toBe(404);
    expect((await ask(bob, like)).status).toBe(404);
  });

  test("but not to another request: that is a 422 still", async () => {
    const world = await newWorld();
    const [alice, bob] = await world.registerAll("alice", "bob");
    const { id } = await alice.posts("here today");
    const path = `/2/users/${bob.id}/likes`;
    expect((await ask(bob, [path, { tweet_id: id }])).status).toBe(200);
    expect((await ask(bob, [path, { tweet_id: "1" }])).status).toBe(422);
  });
});
