-- Replies, retweets, quotes, likes, bookmarks, lists, follow requests, blocks and mutes.
-- Edges as before: a state and a version, never deleted; forward where its owner lives, backward where it arrives.

-- accounts ---------------------------------------------------------------------------------------------------------
ALTER TABLE users ADD COLUMN protected_version INTEGER NOT NULL DEFAULT 0; -- raised by every change of `protected`

-- graph: `following.state` 0 does not, 1 follows, 2 has asked to ----------------------------------------------------
ALTER TABLE following ADD COLUMN seen_block INTEGER NOT NULL DEFAULT 0; -- version of the followee's block that let this follow be

CREATE TABLE follow_requests (         -- in the shard of who was asked, written by a consumer
  user_id TEXT NOT NULL,
  requester_id TEXT NOT NULL,
  state INTEGER NOT NULL,              -- 1 waits for an answer, 2 granted, 3 refused; goes once the edge has changed
  version INTEGER NOT NULL,            -- of the requester's edge
  PRIMARY KEY (user_id, requester_id)
) WITHOUT ROWID;

CREATE TABLE blocks (                  -- forward
  blocker_id TEXT NOT NULL,
  blocked_id TEXT NOT NULL,
  state INTEGER NOT NULL,
  version INTEGER NOT NULL,            -- odd where it blocks
  PRIMARY KEY (blocker_id, blocked_id)
) WITHOUT ROWID;

CREATE TABLE blocked_by (              -- backward, in the blocked user's shard
  user_id TEXT NOT NULL,
  blocker_id TEXT NOT NULL,
  state INTEGER NOT NULL,
  version INTEGER NOT NULL,
  PRIMARY KEY (user_id, blocker_id)
) WITHOUT ROWID;

CREATE TABLE mutes (                   -- nobody else's business: forward only
  muter_id TEXT NOT NULL,
  muted_id TEXT NOT NULL,
  state INTEGER NOT NULL,
  version INTEGER NOT NULL,
  until INTEGER,                       -- NULL: until it is ended
  PRIMARY KEY (muter_id, muted_id)
) WITHOUT ROWID;

CREATE TABLE muted_words (
  user_id TEXT NOT NULL PRIMARY KEY,
  words TEXT NOT NULL,                 -- JSON: word, lower-cased -> until when (Unix milliseconds), or null
  version INTEGER NOT NULL
) WITHOUT ROWID;

-- tweets -------------------------------------------------------------------------------------------------------------
ALTER TABLE tweets ADD COLUMN conversation_id TEXT;     -- the tweet a conversation began with; NULL: this one
ALTER TABLE tweets ADD COLUMN reply_to_id TEXT;
ALTER TABLE tweets ADD COLUMN reply_to_user_id TEXT;
ALTER TABLE tweets ADD COLUMN ancestors TEXT;           -- JSON: ids replied to, the nearest last; NULL where it is no reply
ALTER TABLE tweets ADD COLUMN quoted_id TEXT;
ALTER TABLE tweets ADD COLUMN quoted_user_id TEXT;
ALTER TABLE tweets ADD COLUMN retweeted_id TEXT;
ALTER TABLE tweets ADD COLUMN retweeted_user_id TEXT;
ALTER TABLE tweets ADD COLUMN reply_settings TEXT;      -- mentionedUsers | following; NULL: everyone

-- Timelines are read from this index alone.
DROP INDEX tweets_by_author;
CREATE INDEX tweets_by_author ON tweets (author_id, id, reply_to_user_id, retweeted_id, retweeted_user_id)
  WHERE deleted_at IS NULL;

CREATE TABLE tweet_counts (            -- written by consumers; no row: all 0
  tweet_id TEXT NOT NULL PRIMARY KEY,
  reply_count INTEGER NOT NULL DEFAULT 0,
  retweet_count INTEGER NOT NULL DEFAULT 0,
  quote_count INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;

CREATE TABLE tweet_references (        -- in the shard of the tweet replied to or quoted; replies also in that of the conversation's first
  target_id TEXT NOT NULL,
  kind TEXT NOT NULL,                  -- reply | quote
  by_other INTEGER NOT NULL,           -- 0: a reply by which the target's own author goes on; such come first
  tweet_id TEXT NOT NULL,
  author_id TEXT NOT NULL,
  author_version INTEGER NOT NULL,     -- the author's protected_version that `open` goes by
  open INTEGER NOT NULL,               -- 1: by an account that is not protected
  deleted INTEGER NOT NULL DEFAULT 0,
  hidden INTEGER NOT NULL DEFAULT 0,   -- 1: by the author of the conversation
  PRIMARY KEY (target_id, kind, by_other, tweet_id)
) WITHOUT ROWID;

CREATE TABLE retweets (                -- forward
  user_id TEXT NOT NULL,
  tweet_id TEXT NOT NULL,
  retweet_id TEXT NOT NULL,            -- the tweet that is the retweet; another one each time
  state INTEGER NOT NULL,
  version INTEGER NOT NULL,
  PRIMARY KEY (user_id, tweet_id)
) WITHOUT ROWID;

CREATE TABLE retweeters (              -- backward
  tweet_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  retweet_id TEXT NOT NULL,
  state INTEGER NOT NULL,
  version INTEGER NOT NULL,
  PRIMARY KEY (tweet_id, user_id)
) WITHOUT ROWID;

-- engagement ---------------------------------------------------------------------------------------------------------
CREATE TABLE likes (                   -- forward
  user_id TEXT NOT NULL,
  tweet_id TEXT NOT NULL,
  state INTEGER NOT NULL,
  version INTEGER NOT NULL,
  PRIMARY KEY (user_id, tweet_id)
) WITHOUT ROWID;

CREATE TABLE likers (                  -- backward
  tweet_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  state INTEGER NOT NULL,
  version INTEGER NOT NULL,
  PRIMARY KEY (tweet_id, user_id)
) WITHOUT ROWID;

CREATE TABLE bookmarks (               -- forward
  user_id TEXT NOT NULL,
  tweet_id TEXT NOT NULL,
  state INTEGER NOT NULL,
  version INTEGER NOT NULL,
  PRIMARY KEY (user_id, tweet_id)
) WITHOUT ROWID;

CREATE TABLE bookmarkers (             -- backward: only ever counted, never listed
  tweet_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  state INTEGER NOT NULL,
  version INTEGER NOT NULL,
  PRIMARY KEY (tweet_id, user_id)
) WITHOUT ROWID;

CREATE TABLE bookmark_folders (
  user_id TEXT NOT NULL,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  PRIMARY KEY (user_id, id)
) WITHOUT ROWID;

CREATE TABLE bookmark_folder_items (
  user_id TEXT NOT NULL,
  folder_id TEXT NOT NULL,
  tweet_id TEXT NOT NULL,
  PRIMARY KEY (user_id, folder_id, tweet_id)
) WITHOUT ROWID;

CREATE TABLE engagement_counts (       -- written by consumers; no row: all 0
  tweet_id TEXT NOT NULL PRIMARY KEY,
  like_count INTEGER NOT NULL DEFAULT 0,
  bookmark_count INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;

-- lists --------------------------------------------------------------------------------------------------------------
CREATE TABLE lists (                   -- in the owner's shard, as a list's id says
  id TEXT NOT NULL PRIMARY KEY,
  owner_id TEXT NOT NULL,
  name TEXT NOT NULL,
  description TEXT NOT NULL DEFAULT '',
  private INTEGER NOT NULL DEFAULT 0,
  member_count INTEGER NOT NULL DEFAULT 0,
  follower_count INTEGER NOT NULL DEFAULT 0,
  deleted_at INTEGER
) WITHOUT ROWID;
CREATE INDEX lists_by_owner ON lists (owner_id, id) WHERE deleted_at IS NULL;

CREATE TABLE list_members (            -- forward, with the list
  list_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  state INTEGER NOT NULL,
  version INTEGER NOT NULL,
  PRIMARY KEY (list_id, user_id)
) WITHOUT ROWID;

CREATE TABLE list_memberships (        -- backward, with the member
  user_id TEXT NOT NULL,
  list_id TEXT NOT NULL,
  state INTEGER NOT NULL,
  version INTEGER NOT NULL,
  PRIMARY KEY (user_id, list_id)
) WITHOUT ROWID;

CREATE TABLE listed_counts (           -- written by consumers; no row: 0
  user_id TEXT NOT NULL PRIMARY KEY,
  listed_count INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;

CREATE TABLE followed_lists (          -- forward, with the follower
  user_id TEXT NOT NULL,
  list_id TEXT NOT NULL,
  state INTEGER NOT NULL,
  version INTEGER NOT NULL,
  PRIMARY KEY (user_id, list_id)
) WITHOUT ROWID;

CREATE TABLE list_followers (          -- backward, with the list
  list_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  state INTEGER NOT NULL,
  version INTEGER NOT NULL,
  PRIMARY KEY (list_id, user_id)
) WITHOUT ROWID;

CREATE TABLE pinned_lists (
  user_id TEXT NOT NULL,
  list_id TEXT NOT NULL,
  PRIMARY KEY (user_id, list_id)
) WITHOUT ROWID;
