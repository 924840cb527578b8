/**
 * What X's two client libraries can do, and which of it this API answers: every public method of the classes named here is
 * either on a line of `OPERATIONS` or has a reason below why it is not.
 */
export type Library = "twitter-api-v2" | "xdk";

/** The form of an answer; client-shapes.ts has one for each library. */
export type AnswerKind =
  | "posted" | "tweet" | "tweets" | "timeline" | "tweetList" | "user" | "users" | "userPage" | "list" | "listPage"
  | "allLists" | "namedThing" | "folders" | "folderTweets" | "following" | "retweeted" | "done"; // prettier-ignore

export interface LibraryOperation {
  /** Method, and path below the prefix. */
  readonly route: string;
  readonly answer: AnswerKind;
  /** Methods that lead there; a library without one cannot. */
  readonly "twitter-api-v2"?: readonly string[];
  readonly xdk?: readonly string[];
}

const operation = (
  route: string,
  answer: AnswerKind,
  twitterApi: readonly string[],
  xdk: readonly string[],
): LibraryOperation => ({ route, answer, "twitter-api-v2": twitterApi, xdk });

const TWEETS = [
  operation("POST /tweets", "posted", ["tweet", "reply", "quote", "tweetThread"], ["posts.create"]),
  operation("DELETE /tweets/:id", "done", ["deleteTweet"], ["posts.delete"]),
  operation("GET /tweets/:id", "tweet", ["singleTweet"], ["posts.getById"]),
  operation("GET /tweets", "tweets", ["tweets"], ["posts.getByIds"]),
  operation("PUT /tweets/:id/hidden", "done", ["hideReply"], ["posts.hideReply"]),
];

const USERS = [
  operation("GET /users/me", "user", ["me"], ["users.getMe"]),
  operation("GET /users/:id", "user", ["user"], ["users.getById"]),
  operation("GET /users", "users", ["users"], ["users.getByIds"]),
  operation("GET /users/by/username/:username", "user", ["userByUsername"], ["users.getByUsername"]),
  operation("GET /users/by", "users", ["usersByUsernames"], ["users.getByUsernames"]),
];

const TIMELINES = [
  operation("GET /users/:id/timelines/reverse_chronological", "timeline", ["homeTimeline"], ["users.getTimeline"]),
  operation("GET /users/:id/tweets", "timeline", ["userTimeline"], ["users.getPosts"]),
  operation("GET /users/:id/mentions", "timeline", ["userMentionTimeline"], ["users.getMentions"]),
];

const FOLLOWS = [
  operation("POST /users/:id/following", "following", ["follow"], ["users.followUser"]),
  operation("DELETE /users/:id/following/:target", "done", ["unfollow"], ["users.unfollowUser"]),
  operation("GET /users/:id/following", "userPage", ["following"], ["users.getFollowing"]),
  operation("GET /users/:id/followers", "userPage", ["followers"], ["users.getFollowers"]),
];

const ENGAGEMENT = [
  operation("POST /users/:id/likes", "done", ["like"], ["users.likePost"]),
  operation("DELETE /users/:id/likes/:tweet_id", "done", ["unlike"], ["users.unlikePost"]),
  operation("GET /users/:id/liked_tweets", "tweetList", ["userLikedTweets"], ["users.getLikedPosts"]),
  operation("GET /tweets/:id/liking_users", "userPage", ["tweetLikedBy"], ["posts.getLikingUsers"]),
  operation("POST /users/:id/retweets", "retweeted", ["retweet"], ["users.repostPost"]),
  operation("DELETE /users/:id/retweets/:source_tweet_id", "done", ["unretweet"], ["users.unrepostPost"]),
  operation("GET /tweets/:id/retweeted_by", "userPage", ["tweetRetweetedBy"], ["posts.getRepostedBy"]),
  operation("GET /tweets/:id/retweets", "tweetList", [], ["posts.getReposts"]),
  operation("GET /users/reposts_of_me", "tweetList", [], ["users.getRepostsOfMe"]),
  operation("GET /tweets/:id/quote_tweets", "tweetList", ["quotes"], ["posts.getQuoted"]),
  operation("POST /users/:id/bookmarks", "done", ["bookmark"], ["users.createBookmark"]),
  operation("DELETE /users/:id/bookmarks/:tweet_id", "done", ["deleteBookmark"], ["users.deleteBookmark"]),
  operation("GET /users/:id/bookmarks", "tweetList", ["bookmarks"], ["users.getBookmarks"]),
  operation("POST /users/:id/bookmarks/folders", "namedThing", [], ["users.createBookmarkFolder"]),
  operation("GET /users/:id/bookmarks/folders", "folders", [], ["users.getBookmarkFolders"]),
  operation("GET /users/:id/bookmarks/folders/:folder_id", "folderTweets", [], ["users.getBookmarksByFolderId"]),
];

const HIDING = [
  operation("POST /users/:id/blocking", "done", ["block"], []),
  operation("DELETE /users/:id/blocking/:target", "done", ["unblock"], []),
  operation("GET /users/:id/blocking", "userPage", ["userBlockingUsers"], ["users.getBlocking"]),
  operation("POST /users/:id/muting", "done", ["mute"], ["users.muteUser"]),
  operation("DELETE /users/:id/muting/:target", "done", ["unmute"], ["users.unmuteUser"]),
  operation("GET /users/:id/muting", "userPage", ["userMutingUsers"], ["users.getMuting"]),
];

const LISTS = [
  operation("POST /lists", "namedThing", ["createList"], ["lists.create"]),
  operation("PUT /lists/:id", "done", ["updateList"], ["lists.update"]),
  operation("DELETE /lists/:id", "done", ["removeList"], ["lists.delete"]),
  operation("GET /lists/:id", "list", ["list"], ["lists.getById"]),
  operation("POST /lists/:id/members", "done", ["addListMember"], ["lists.addMember"]),
  operation("DELETE /lists/:id/members/:user_id", "done", ["removeListMember"], ["lists.removeMemberByUserId"]),
  operation("GET /lists/:id/members", "userPage", ["listMembers"], ["lists.getMembers"]),
  operation("GET /lists/:id/followers", "userPage", ["listFollowers"], ["lists.getFollowers"]),
  operation("GET /lists/:id/tweets", "tweetList", ["listTweets"], ["lists.getPosts"]),
  operation("GET /users/:id/owned_lists", "listPage", ["listsOwned"], ["users.getOwnedLists"]),
  operation("GET /users/:id/list_memberships", "listPage", ["listMemberships"], ["users.getListMemberships"]),
  operation("GET /users/:id/followed_lists", "listPage", ["listFollowed"], ["users.getFollowedLists"]),
  operation("POST /users/:id/followed_lists", "done", ["subscribeToList"], ["users.followList"]),
  operation("DELETE /users/:id/followed_lists/:list_id", "done", ["unsubscribeOfList"], ["users.unfollowList"]),
  operation("GET /users/:id/pinned_lists", "allLists", [], ["users.getPinnedLists"]),
  operation("POST /users/:id/pinned_lists", "done", ["pinList"], ["users.pinList"]),
  operation("DELETE /users/:id/pinned_lists/:list_id", "done", ["unpinList"], ["users.unpinList"]),
];

export const OPERATIONS: readonly LibraryOperation[] = [
  ...TWEETS,
  ...USERS,
  ...TIMELINES,
  ...FOLLOWS,
  ...ENGAGEMENT,
  ...HIDING,
  ...LISTS,
];

/** Operations of this API that neither library has a method for, by area. */
export const OURS_ALONE: Readonly<Record<string, readonly string[]>> = {
  "accounts: X has no API to sign up or sign in by": [
    "POST /auth/register",
    "POST /auth/login",
    "POST /auth/refresh",
    "POST /auth/logout",
    "PATCH /users/me",
    "DELETE /users/me",
  ],
  "live updates: X has none": ["GET /users/:id/live"],
  "X's clients read a conversation by search": ["GET /tweets/:id/conversation"],
  "X answers requests to follow in its own apps alone": [
    "GET /users/:id/follow_requests",
    "POST /users/:id/follow_requests/:requester/approve",
    "POST /users/:id/follow_requests/:requester/refuse",
  ],
  "X mutes words in its own apps alone": [
    "GET /users/:id/muted_words",
    "POST /users/:id/muted_words",
    "DELETE /users/:id/muted_words/:word",
  ],
};

const MEDIA = "this API takes no media yet";
const MESSAGES = "this API has no direct messages yet";
const SEARCH = "this API has no search yet";
const SPACES = "audio rooms are no part of this API";
const STREAMS = "streams over all tweets are for X's paying partners";
const BUSINESS = "for X's paying partners";
const COMMUNITIES = "communities are no part of this API";

/** Why a method of twitter-api-v2's v2 client is not on a line above. */
const NOT_OF_TWITTER_API: Readonly<Record<string, readonly string[]>> = {
  [MEDIA]: ["uploadMedia", "waitForMediaProcessing", "createMediaMetadata"],
  [MESSAGES]: [
    "sendDmInConversation", "sendDmToParticipant", "createDmConversation", "listDmEvents",
    "listDmEventsWithParticipant", "listDmEventsOfConversation",
  ],
  [SEARCH]: ["search", "searchAll", "tweetCountRecent", "tweetCountAll"],
  [SPACES]: ["space", "spaces", "spacesByCreators", "searchSpaces", "spaceBuyers", "spaceTweets"],
  [STREAMS]: ["searchStream", "streamRules", "updateStreamRules", "sampleStream", "sample10Stream"],
  [BUSINESS]: ["complianceJobs", "complianceJob", "sendComplianceJob", "complianceJobResult", "usage"],
  [COMMUNITIES]: ["community", "searchCommunities"],
}; // prettier-ignore

/** The same for the XDK; `area.*` stands for all of an area. */
const NOT_OF_XDK: Readonly<Record<string, readonly string[]>> = {
  [SEARCH]: [
    "posts.searchRecent", "posts.searchAll", "posts.getCountsRecent", "posts.getCountsAll", "users.search", "trends.*",
    "news.*",
  ],
  [MESSAGES]: [
    "users.blockDms", "users.unblockDms", "users.getPublicKey", "users.getPublicKeys", "chat.*", "directMessages.*",
  ],
  [MEDIA]: ["media.*"],
  [BUSINESS]: [
    "posts.getAnalytics", "users.getAffiliates", "usage.*", "compliance.*", "accountActivity.*", "activity.*",
    "webhooks.*", "connections.*", "articles.*", "broadcasts.*",
  ],
  [STREAMS]: ["stream.*"],
  [SPACES]: ["spaces.*"],
  [COMMUNITIES]: ["communities.*"],
  "notes under tweets are no part of this API": ["communityNotes.*"],
  "it gives X's own document; this API has its own at /openapi.json": ["general.*"],
}; // prettier-ignore

export const OUT_OF_SCOPE: Readonly<Record<Library, Readonly<Record<string, readonly string[]>>>> = {
  "twitter-api-v2": NOT_OF_TWITTER_API,
  xdk: NOT_OF_XDK,
};

/** The methods of `library` that this API answers. */
export const methodsOf = (library: Library): readonly string[] => OPERATIONS.flatMap((one) => one[library] ?? []);

const PATTERNS = OPERATIONS.map((one) => ({
  one,
  pattern: new RegExp(`^${one.route.replaceAll(/:\w+/g, "[^/]+")}$`),
  variables: one.route.split("/:").length,
}));

/** The operation behind `route`, as sent: `GET /users/12/tweets`. The one with the fewest variables, where two fit. */
export function operationAt(route: string): LibraryOperation | undefined {
  const fitting = PATTERNS.filter(({ pattern }) => pattern.test(route));
  return fitting.toSorted((a, b) => a.variables - b.variables)[0]?.one;
}
