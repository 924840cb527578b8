import type { Person, Stage } from "./stage.ts";

/** People between whom there is some of everything that the app shows. */
export interface Filled {
  /** Has, does and hides some of everything. */
  readonly alice: Person;
  readonly bob: Person;
  /** Protected; asked by others. */
  readonly paula: Person;
  /** Blocks alice. */
  readonly grudge: Person;
  /** Has nothing. */
  readonly newbie: Person;
  /** In the midst of a conversation: it has an ancestor and answers. */
  readonly tweetId: string;
  readonly listId: string;
  readonly emptyListId: string;
}

/** Makes them, by the API. */
export async function fillStage(stage: Stage): Promise<Filled> {
  const people = await stage.people("alice", "bob", "paula", "grudge", "newbie", "dave", "erin", "zoe");
  const { alice, bob, paula, grudge, newbie, dave, erin, zoe } = people;
  const { api } = stage;
  const does = async (who: Person, what: string, json: object) =>
    await api.call<{ data: { id: string } }>(`/2/users/${who.id}/${what}`, { token: who.token, json });
  const makeList = async (who: Person, json: object) =>
    (await api.call<{ data: { id: string } }>("/2/lists", { token: who.token, json })).data.id;

  await api.describe(bob, {
    description: "At low tide @dunlin #mudflats https://example.org/a",
    location: "Wadden Sea",
  });
  await api.describe(bob, { url: "https://example.org/bob" });
  await api.call("/2/users/me", { method: "PATCH", token: paula.token, json: { protected: true } });
  await api.follow(alice, bob.id);
  await api.follow(bob, alice.id);
  for (const asks of [alice, zoe]) await api.follow(asks, paula.id);
  await does(grudge, "blocking", { target_user_id: alice.id });
  await does(alice, "blocking", { target_user_id: dave.id });
  await does(alice, "muting", { target_user_id: erin.id });
  await does(alice, "muted_words", { word: "spoiler" });
  await does(alice, "muted_words", { word: "for a day", expires_at: new Date(Date.now() + 86_400_000).toISOString() });

  const first = await stage.post(bob, "The first: see https://example.org/a/rather/long/path?with=more and #mudflats");
  const tweetId = await stage.post(alice, `@${bob.username} answered`, { reply: { in_reply_to_tweet_id: first } });
  await stage.post(bob, "And answered again", { reply: { in_reply_to_tweet_id: tweetId } });
  await stage.post(alice, "A quote of it", { quote_tweet_id: first });
  const zoes = await stage.post(zoe, "Retweeted into a home");
  await api.retweet(bob, zoes);
  const gone = await stage.post(zoe, "Gone soon");
  await stage.post(bob, "A quote of what is gone", { quote_tweet_id: gone });
  await api.call(`/2/tweets/${gone}`, { method: "DELETE", token: zoe.token });
  await api.like(alice, first);
  await api.retweet(alice, first);
  await does(alice, "bookmarks", { tweet_id: first });
  await stage.post(paula, "Only for followers");

  const listId = await makeList(alice, { name: "Waders", description: "Birds that wade", private: false });
  const emptyListId = await makeList(alice, { name: "Nobody yet", description: "", private: true });
  await api.call(`/2/lists/${listId}/members`, { token: alice.token, json: { user_id: bob.id } });
  await does(alice, "pinned_lists", { list_id: listId });
  await does(zoe, "followed_lists", { list_id: listId });
  const bobs = await makeList(bob, { name: "Bob's own", description: "", private: false });
  await does(alice, "followed_lists", { list_id: bobs });
  await stage.drained();
  return { alice, bob, paula, grudge, newbie, tweetId, listId, emptyListId };
}
