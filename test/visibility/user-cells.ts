import {
  lookOf,
  ofEachTarget,
  ofEachUser,
  ownOnly,
  refusal,
  signedIn,
  usersOf,
  type Cell,
  type Expected,
  type Given,
  type Table,
} from "./cells.ts";
import type { Account, List } from "./facts.ts";
import { isBlockedEitherWay, isClosed, isListHidden } from "./plain-rules.ts";

/** The cells of every route that answers users or lists. Profiles are everybody's; a deleted account's nobody's. */

const standing = (accounts: readonly Account[]): Account[] => accounts.filter((account) => !account.gone);
const users = (judged: readonly Account[]): Expected => ({ kind: "users", shown: standing(judged), judged });

const oneUser = (path: (user: Account) => string) => (given: Given) =>
  usersOf(given).map((user): Cell => ({
    path: path(user),
    about: user.label,
    expected: { kind: "users", shown: standing([user]), judged: [user], single: true },
  }));

const manyUsers =
  (path: string, keyOf: (user: Account) => string) =>
  ({ facts: { accounts: judged } }: Given): Cell[] => {
    const shown = standing(judged);
    const missing = judged.filter((user) => user.gone).map(keyOf);
    const asked = path + judged.map(keyOf).join(",");
    const expected = { kind: "users", shown, judged, ordered: true, missing } as const;
    return [
      { path: asked, about: "everybody", expected },
      {
        path: `${asked}&user.fields=username,viewer`,
        about: "everybody and me",
        expected: { ...expected, standings: true },
      },
    ];
  };

/** Followers and the like: people round an account, for those who may see what is that account's. */
const roundUser = (path: string, judgedOf: (given: Given, user: Account) => Account[]) =>
  signedIn(
    ofEachUser(path, (given, user) => {
      const judged = judgedOf(given, user);
      return isClosed(user, lookOf(given, "elsewhere"))
        ? { kind: "users", shown: [], judged, closed: user }
        : users(judged);
    }),
    ({ authors: [author] }) => `/2/users/${author?.id}/${path}`,
  );

/** People who did something with a tweet; a protected account is named, a blocked one is not. */
const roundTweet = (path: string, judgedOf: (given: Given, target: Given["targets"][number]) => Account[]) =>
  ofEachTarget(path, (given, target) => {
    const judged = judgedOf(given, target);
    const look = lookOf(given, "elsewhere");
    const shown = standing(judged).filter((user) => !isBlockedEitherWay(user, look));
    return { kind: "users", shown, judged };
  });

/** People round a list, for those who may see the list. */
const roundList = (path: string, judgedOf: (given: Given, list: List) => Account[]) =>
  signedIn(
    (given) =>
      given.facts.lists.map((list): Cell => ({
        path: `/2/lists/${list.id}/${path}`,
        about: list.label,
        expected: isListHidden(list, lookOf(given, "elsewhere")) ? refusal(404) : users(judgedOf(given, list)),
      })),
    ({ facts: { lists } }) => `/2/lists/${lists[0]?.id}/${path}`,
  );

const openLists = (given: Given, judged: readonly List[]): List[] =>
  judged.filter((list) => !isListHidden(list, lookOf(given, "elsewhere")));

/** Lists that somebody has to do with. */
const listsOf = (path: string, judgedOf: (given: Given, user: Account) => List[]) =>
  signedIn(
    ofEachUser(path, (given, user) => {
      const judged = judgedOf(given, user);
      return isClosed(user, lookOf(given, "elsewhere"))
        ? { kind: "lists", shown: [], judged, closed: user }
        : { kind: "lists", shown: openLists(given, judged), judged };
    }),
    ({ authors: [author] }) => `/2/users/${author?.id}/${path}`,
  );

const lookUpLists = (given: Given): Cell[] =>
  given.facts.lists.map((list): Cell => ({
    path: `/2/lists/${list.id}`,
    about: list.label,
    expected: { kind: "lists", shown: openLists(given, [list]), judged: [list], single: true },
  }));

const likers = roundTweet("liking_users", (given, target) => given.facts.likes.to(target));

export const USER_CELLS: Table = {
  findMyUser: signedIn(
    ({ viewer }) => [
      {
        path: "/2/users/me",
        about: "own",
        expected: viewer.gone ? refusal(403) : { kind: "users", shown: [viewer], judged: [viewer], single: true },
      },
    ],
    () => "/2/users/me",
  ),
  findUserById: oneUser((user) => `/2/users/${user.id}`),
  findUserByUsername: oneUser((user) => `/2/users/by/username/${user.username}`),
  findUsersById: manyUsers("/2/users?ids=", (user) => user.id),
  findUsersByUsername: manyUsers("/2/users/by?usernames=", (user) => user.username),
  getRetweeters: roundTweet("retweeted_by", (given, target) =>
    given.facts.tweets.flatMap((tweet) => (tweet.retweets === target && !tweet.deleted ? [tweet.author] : [])),
  ),
  getLikingUsers: signedIn(likers, ({ targets: [target] }) => `/2/tweets/${target?.id}/liking_users`),
  getFollowers: roundUser("followers", (given, user) => given.facts.follows.to(user)),
  getFollowing: roundUser("following", (given, user) => given.facts.follows.of(user)),
  getFollowRequests: ownOnly("follow_requests", ({ facts, viewer }) => users(facts.asks.to(viewer))),
  getBlocking: ownOnly("blocking", ({ facts, viewer }) => users(facts.blocks.of(viewer))),
  getMuting: ownOnly("muting", ({ facts, viewer }) => users(facts.mutes.of(viewer))),
  getMutedWords: ownOnly("muted_words", ({ facts, viewer }) => ({
    kind: "plain",
    data: facts.mutedWords.of(viewer).map((word) => ({ word })),
  })),
  getBookmarkFolders: ownOnly("bookmarks/folders", ({ facts, viewer }) => ({
    kind: "plain",
    data: facts.folders.filter(({ owner }) => owner === viewer).map(({ id, name }) => ({ id, name })),
  })),
  getList: lookUpLists,
  getListMembers: roundList("members", (given, list) => given.facts.members.of(list)),
  getListFollowers: roundList("followers", (given, list) => given.facts.listFollows.to(list)),
  getOwnedLists: listsOf("owned_lists", (given, user) => given.facts.lists.filter((list) => list.owner === user)),
  getListMemberships: listsOf("list_memberships", (given, user) => given.facts.members.to(user)),
  getFollowedLists: listsOf("followed_lists", (given, user) => given.facts.listFollows.of(user)),
  getPinnedLists: ownOnly("pinned_lists", (given) => {
    const judged = given.facts.pins.of(given.viewer);
    return { kind: "lists", shown: openLists(given, judged), judged };
  }),
};
