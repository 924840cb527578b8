import * as z from "zod";
import { listMeta, listPaging, timelineAnswer, tweetAsking, userAsking, usersAnswer } from "../hydrate/contract.ts";
import { idField, textField } from "../lib/fields.ts";
import { operation, type Operation } from "../lib/route.ts";

const oneId = z.object({ id: idField });
const tweetPage = z.object({ ...listPaging(100), ...tweetAsking });

export const likeTweetOperation = operation({
  method: "post",
  path: "/users/:id/likes",
  id: "likeTweet",
  tag: "Likes",
  summary: "Like a tweet",
  description: "`id` is your own. Liking a retweet is liking its original; twice is once.",
  auth: "required",
  params: oneId,
  body: z.object({ tweet_id: idField }).meta({ id: "LikeTweet" }),
  success: {
    status: 200,
    description: "liked",
    schema: z.object({ data: z.object({ liked: z.boolean() }) }),
  },
  errors: [403, 404, 413, 415, 422],
});

export const unlikeTweetOperation = operation({
  method: "delete",
  path: "/users/:id/likes/:tweet_id",
  id: "unlikeTweet",
  tag: "Likes",
  summary: "Take a like back",
  description: "`id` is your own. Where there is none nothing changes.",
  auth: "required",
  params: z.object({ id: idField, tweet_id: idField }),
  success: {
    status: 200,
    description: "not liked any more",
    schema: z.object({ data: z.object({ liked: z.boolean() }) }),
  },
  errors: [403],
});

export const getLikedTweetsOperation = operation({
  method: "get",
  path: "/users/:id/liked_tweets",
  id: "getLikedTweets",
  tag: "Likes",
  summary: "The tweets that a user likes",
  description:
    "Newest tweet first, whenever it was liked. Of a protected account only its followers see them, and where a block " +
    "stands between you neither does: `errors` says so.",
  auth: "required",
  params: oneId,
  query: tweetPage,
  success: { status: 200, description: "a page", schema: timelineAnswer },
  errors: [404],
});

export const getLikingUsersOperation = operation({
  method: "get",
  path: "/tweets/:id/liking_users",
  id: "getLikingUsers",
  tag: "Likes",
  summary: "Who likes a tweet",
  description: "In the order of their ids, newest account first.",
  auth: "required",
  params: oneId,
  query: z.object({ ...listPaging(100), ...userAsking }),
  success: { status: 200, description: "a page of users", schema: usersAnswer },
  errors: [404],
});

export const bookmarkTweetOperation = operation({
  method: "post",
  path: "/users/:id/bookmarks",
  id: "bookmarkTweet",
  tag: "Bookmarks",
  summary: "Bookmark a tweet",
  description:
    "`id` is your own; nobody else sees your bookmarks. With `folder_id` it goes into that folder of yours as well. A " +
    "retweet stands for its original.",
  auth: "required",
  params: oneId,
  body: z.object({ tweet_id: idField, folder_id: idField.optional() }).meta({ id: "BookmarkTweet" }),
  success: {
    status: 200,
    description: "bookmarked",
    schema: z.object({ data: z.object({ bookmarked: z.boolean() }) }),
  },
  errors: [403, 404, 413, 415, 422],
});

export const removeBookmarkOperation = operation({
  method: "delete",
  path: "/users/:id/bookmarks/:tweet_id",
  id: "removeBookmark",
  tag: "Bookmarks",
  summary: "Remove a bookmark",
  description: "`id` is your own. It leaves every folder. Where there is none nothing changes.",
  auth: "required",
  params: z.object({ id: idField, tweet_id: idField }),
  success: {
    status: 200,
    description: "not bookmarked any more",
    schema: z.object({ data: z.object({ bookmarked: z.boolean() }) }),
  },
  errors: [403],
});

export const getBookmarksOperation = operation({
  method: "get",
  path: "/users/:id/bookmarks",
  id: "getBookmarks",
  tag: "Bookmarks",
  summary: "Your bookmarks",
  description: "`id` is your own. Newest tweet first, whenever it was bookmarked.",
  auth: "required",
  params: oneId,
  query: tweetPage,
  success: { status: 200, description: "a page", schema: timelineAnswer },
  errors: [403],
});

const folder = z.object({ id: z.string(), name: z.string() }).meta({ id: "BookmarkFolder" });

export const getBookmarkFoldersOperation = operation({
  method: "get",
  path: "/users/:id/bookmarks/folders",
  id: "getBookmarkFolders",
  tag: "Bookmarks",
  summary: "Your bookmark folders",
  description: "`id` is your own. Newest first.",
  auth: "required",
  params: oneId,
  query: z.object(listPaging(100)),
  success: {
    status: 200,
    description: "a page of folders",
    schema: z.object({ data: z.array(folder).optional(), meta: listMeta }),
  },
  errors: [403],
});

export const createBookmarkFolderOperation = operation({
  method: "post",
  path: "/users/:id/bookmarks/folders",
  id: "createBookmarkFolder",
  tag: "Bookmarks",
  summary: "Make a bookmark folder",
  description: "`id` is your own. Two folders may have the same name.",
  auth: "required",
  params: oneId,
  body: z
    .object({ name: textField(1, 100).refine((text) => /\S/.test(text), "must not be blank") })
    .meta({ id: "CreateBookmarkFolder" }),
  success: { status: 201, description: "made", schema: z.object({ data: folder }) },
  errors: [403, 413, 415, 422],
});

export const getBookmarksByFolderOperation = operation({
  method: "get",
  path: "/users/:id/bookmarks/folders/:folder_id",
  id: "getBookmarksByFolder",
  tag: "Bookmarks",
  summary: "The ids of the tweets in one of your bookmark folders",
  description: "`id` is your own. Newest tweet first.",
  auth: "required",
  params: z.object({ id: idField, folder_id: idField }),
  query: z.object(listPaging(100)),
  success: {
    status: 200,
    description: "a page of ids",
    schema: z.object({ data: z.array(z.object({ id: z.string() })).optional(), meta: listMeta }),
  },
  errors: [403, 404],
});

export const operations: readonly Operation[] = [
  likeTweetOperation,
  unlikeTweetOperation,
  getLikedTweetsOperation,
  getLikingUsersOperation,
  bookmarkTweetOperation,
  removeBookmarkOperation,
  getBookmarksOperation,
  getBookmarkFoldersOperation,
  createBookmarkFolderOperation,
  getBookmarksByFolderOperation,
];
