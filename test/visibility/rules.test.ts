import { expect, test } from "vitest";
import { hiddenBy, holdsWord, type Place, type Seen } from "../../workers/hydrate/rules.ts";
import type { TweetView } from "../../workers/hydrate/tweets.ts";
import { STRANGER } from "../../workers/hydrate/viewing.ts";
import { repliesElsewhere, type TimelineEntry } from "../../durable-objects/timeline-entry.ts";
import { RULE_NAMES } from "./plain-rules.ts";

/** The rules of the read hall, by name. */

const PLACES: readonly Place[] = ["timeline", "conversation", "elsewhere"];
const ALL_BUT_TIMELINES: readonly Place[] = ["conversation", "elsewhere"];

/** Who follows, is followed and has asked: everything that does not hide by itself. */
const FRIEND = { ...STRANGER, following: true, followedBy: true };
const OPEN = { id: "0000000000000000001", username: "ada", name: "Ada", description: "", location: "", url: "" };

function viewOf(text: string, isProtected: boolean): TweetView {
  return {
    tweet: {
      id: "0000000000000000011",
      authorId: OPEN.id,
      text,
      entities: null,
      conversationId: "0000000000000000011",
      replyToId: null,
      replyToUserId: null,
      quotedId: null,
      quotedUserId: null,
      retweetedId: null,
      retweetedUserId: null,
      replySettings: "everyone",
    },
    author: { ...OPEN, protected: isProtected },
    counts: { followersCount: 0, followingCount: 0, tweetCount: 1, listedCount: 0 },
    metrics: { replyCount: 0, retweetCount: 0, quoteCount: 0, likeCount: 0, bookmarkCount: 0 },
  };
}

type Given = Partial<Omit<Seen, "view">> & { readonly text?: string; readonly protected?: boolean };

const seen = ({ text = "hello", protected: isProtected = false, ...given }: Given = {}): Seen => ({
  view: viewOf(text, isProtected),
  standing: STRANGER,
  own: false,
  place: "timeline",
  mutedWords: [],
  hiddenReply: false,
  ...given,
});

const ruleAt = (place: Place, given: Given) => hiddenBy(seen({ place, ...given }));

test("a public tweet of somebody one has nothing to do with, or gets on with, is for everybody everywhere", () => {
  for (const place of PLACES) {
    for (const standing of [STRANGER, FRIEND, { ...STRANGER, requested: true }]) {
      expect(ruleAt(place, { standing })).toBeNull();
      expect(ruleAt(place, { original: seen({ place, standing }) })).toBeNull();
    }
  }
});

test("author_protected: a protected account's tweets are for its followers alone, not for those it follows or who asked", () => {
  for (const place of PLACES) {
    expect(ruleAt(place, { protected: true })).toBe("author_protected");
    const standing = { ...STRANGER, requested: true, followedBy: true };
    expect(ruleAt(place, { protected: true, standing })).toBe("author_protected");
    expect(ruleAt(place, { protected: true, standing: { ...STRANGER, following: true } })).toBeNull();
    expect(ruleAt(place, { protected: true, own: true })).toBeNull();
  }
});

test("blocking_author: whom one blocks is not seen anywhere, followed or not", () => {
  for (const place of PLACES)
    expect(ruleAt(place, { standing: { ...FRIEND, blocking: true } })).toBe("blocking_author");
});

test("blocked_by_author: who blocks one is not seen anywhere, followed or not", () => {
  for (const place of PLACES) {
    expect(ruleAt(place, { standing: { ...FRIEND, blockedBy: true } })).toBe("blocked_by_author");
  }
});

test("muted_author: a mute takes somebody out of timelines, and out of nothing else", () => {
  const standing = { ...FRIEND, muting: true };
  expect(ruleAt("timeline", { standing })).toBe("muted_author");
  for (const place of ALL_BUT_TIMELINES) expect(ruleAt(place, { standing })).toBeNull();
});

test("muted_word: a word takes others' tweets out of timelines, friends' as well, but never one's own", () => {
  const given = { text: "Spoiler: it was the butler", mutedWords: ["cake", "spoiler"], standing: FRIEND };
  expect(ruleAt("timeline", given)).toBe("muted_word");
  for (const place of ALL_BUT_TIMELINES) expect(ruleAt(place, given)).toBeNull();
  expect(ruleAt("timeline", { ...given, own: true })).toBeNull();
  expect(ruleAt("timeline", { ...given, text: "no cakes here" })).toBeNull();
});

test.each([
  ["cat", "a cat", true],
  ["cat", "CAT!", true],
  ["cat", "my #cat and @cat", true],
  ["cat", "concatenate", false],
  ["cat", "cat_food", false],
  ["cat", "cats", false],
  ["grand finale", "the grand finale, at last", true],
  ["grand finale", "a grand, late finale", false],
  ["c++", "I write c++.", true],
  ["c++", "I write c.", false],
  ["straße", "die Straße", true],
  ["ne", "né", false],
])("the muted word %s in %j: %s", (word, text, holds) => {
  expect(holdsWord(text, word)).toBe(holds);
});

test("hidden_reply: a reply that the conversation's author hid leaves the conversation, for all but its own author", () => {
  expect(ruleAt("conversation", { hiddenReply: true, standing: FRIEND })).toBe("hidden_reply");
  expect(ruleAt("conversation", { hiddenReply: true, own: true })).toBeNull();
  for (const place of ["timeline", "elsewhere"] as const) expect(ruleAt(place, { hiddenReply: true })).toBeNull();
});

test("retweet_of_hidden: a retweet shows where its original would, one's own too, and not once that is gone", () => {
  for (const place of PLACES) {
    for (const own of [true, false]) {
      expect(ruleAt(place, { own, original: null })).toBe("retweet_of_hidden");
      const closed = seen({ place, protected: true });
      expect(ruleAt(place, { own, original: closed })).toBe("retweet_of_hidden");
      const blocked = seen({ place, standing: { ...FRIEND, blockedBy: true } });
      expect(ruleAt(place, { own, original: blocked })).toBe("retweet_of_hidden");
      expect(ruleAt(place, { own, original: seen({ place, own: true, protected: true }) })).toBeNull();
    }
  }
  const muted = (place: Place) => ({ original: seen({ place, standing: { ...FRIEND, muting: true } }) });
  expect(ruleAt("timeline", muted("timeline"))).toBe("retweet_of_hidden");
  expect(ruleAt("elsewhere", muted("elsewhere"))).toBeNull();
});

test("reply_elsewhere: a reply shows to who follows the one replied to, or is them, or wrote it; or where it goes on its own author's thread", () => {
  const [reader, author, other] = ["1", "2", "3"];
  const entry = (replyToId?: string, actorId = author): TimelineEntry => ({
    id: "11",
    tweetId: "11",
    authorId: actorId,
    actorId,
    ...(replyToId === undefined ? {} : { replyToId }),
  });
  const nobody = () => false;
  expect(repliesElsewhere(entry(other), reader, nobody)).toBe(true);
  expect(repliesElsewhere(entry(other), null, nobody)).toBe(true);
  expect(repliesElsewhere(entry(other), reader, (id) => id === other)).toBe(false);
  expect(repliesElsewhere(entry(reader), reader, nobody)).toBe(false);
  expect(repliesElsewhere(entry(author), reader, nobody)).toBe(false);
  expect(repliesElsewhere(entry(other, reader), reader, nobody)).toBe(false);
  expect(repliesElsewhere(entry(), reader, nobody)).toBe(false);
});

test("there are no other rules than those that the matrix knows", () => {
  const named = new Set<string>(RULE_NAMES);
  const standings = (["blocking", "blockedBy", "muting"] as const).map((name) => ({ ...STRANGER, [name]: true }));
  const found = PLACES.flatMap((place) => [
    ...standings.map((standing) => ruleAt(place, { standing })),
    ruleAt(place, { protected: true }),
    ruleAt(place, { mutedWords: ["hello"] }),
    ruleAt(place, { hiddenReply: true }),
    ruleAt(place, { original: null }),
  ]);
  const rules = new Set(found.filter((rule) => rule !== null));
  expect(rules.size).toBe(7);
  for (const rule of rules) expect(named).toContain(rule);
});
