-- One shard. Every shard has this schema. docs/storage.md says what each table is for, who writes it and how long rows live.
-- Ids are decimal TEXT of 19 digits, so text order is numeric order (D1 would return 64-bit integers as lossy doubles).
-- Times are INTEGER milliseconds since the Unix epoch.

-- accounts ---------------------------------------------------------------------------------------------------------
CREATE TABLE users (
  id TEXT NOT NULL PRIMARY KEY,
  username TEXT NOT NULL,
  username_key TEXT NOT NULL,          -- lower-cased: unique without case
  name TEXT NOT NULL,
  description TEXT NOT NULL DEFAULT '',
  location TEXT NOT NULL DEFAULT '',
  url TEXT NOT NULL DEFAULT '',
  email TEXT,                          -- neither unique nor a login
  protected INTEGER NOT NULL DEFAULT 0,
  state TEXT NOT NULL DEFAULT 'active' -- active | deactivated
) WITHOUT ROWID;
CREATE UNIQUE INDEX users_by_username_key ON users (username_key);

CREATE TABLE credentials (
  user_id TEXT NOT NULL PRIMARY KEY,
  password_hash TEXT NOT NULL          -- scrypt$N$r$p$salt$hash
) WITHOUT ROWID;

CREATE TABLE refresh_tokens (
  user_id TEXT NOT NULL,
  family_id TEXT NOT NULL,             -- one log-in; reuse of a spent token ends all of it
  token_hash TEXT NOT NULL,            -- SHA-256: a leaked table opens no session
  expires_at INTEGER NOT NULL,
  spent_at INTEGER,
  PRIMARY KEY (user_id, family_id, token_hash)
) WITHOUT ROWID;

-- graph: an edge is stored twice and never deleted ------------------------------------------------------------------
CREATE TABLE following (               -- forward edge, in the follower's shard, written by the follower's request
  follower_id TEXT NOT NULL,
  followee_id TEXT NOT NULL,
  state INTEGER NOT NULL,              -- 1 follows, 0 does not
  version INTEGER NOT NULL,            -- raised by every change of state
  PRIMARY KEY (follower_id, followee_id)
) WITHOUT ROWID;

CREATE TABLE followers (               -- backward edge, in the followee's shard, written by a consumer
  followee_id TEXT NOT NULL,
  follower_shard INTEGER NOT NULL,     -- the follower's logical shard: a page of followers is one database's
  follower_id TEXT NOT NULL,
  state INTEGER NOT NULL,
  version INTEGER NOT NULL,            -- only a higher version is applied
  PRIMARY KEY (followee_id, follower_shard, follower_id)
) WITHOUT ROWID;

CREATE TABLE follow_counts (
  user_id TEXT NOT NULL PRIMARY KEY,
  following_count INTEGER NOT NULL DEFAULT 0,
  followers_count INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;

-- tweets -------------------------------------------------------------------------------------------------------------
CREATE TABLE tweets (
  id TEXT NOT NULL PRIMARY KEY,
  author_id TEXT NOT NULL,
  text TEXT NOT NULL,
  entities TEXT,                       -- JSON; NULL where there are none
  tier TEXT NOT NULL,                  -- push | active | both | pull: how this tweet was sent
  deleted_at INTEGER
) WITHOUT ROWID;
CREATE INDEX tweets_by_author ON tweets (author_id, id) WHERE deleted_at IS NULL;

CREATE TABLE authors (
  user_id TEXT NOT NULL PRIMARY KEY,
  tweet_count INTEGER NOT NULL DEFAULT 0,
  newest_tweet_id TEXT NOT NULL DEFAULT '0000000000000000000',
  tier TEXT NOT NULL DEFAULT 'push',   -- push | active | pull
  pull_listed INTEGER NOT NULL DEFAULT 0, -- 1: belongs in KV's list of pull authors
  pull_known_at INTEGER,               -- since when KV's list has this author; NULL: not yet
  newest_pull_only_id TEXT             -- the newest tweet that nobody was pushed
) WITHOUT ROWID;
CREATE INDEX authors_pull_listed ON authors (user_id) WHERE pull_listed = 1;

CREATE TABLE mentions (                -- in the mentioned user's shard, written by a consumer
  user_id TEXT NOT NULL,
  tweet_id TEXT NOT NULL,
  PRIMARY KEY (user_id, tweet_id)
) WITHOUT ROWID;

-- timelines ----------------------------------------------------------------------------------------------------------
CREATE TABLE readers (
  user_id TEXT NOT NULL PRIMARY KEY,
  seen_at INTEGER NOT NULL             -- decides who is pushed to; written at most hourly
) WITHOUT ROWID;

-- foundations --------------------------------------------------------------------------------------------------------
CREATE TABLE outbox (                  -- the log: a row goes when the last effect it stands for is committed
  id TEXT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  payload TEXT NOT NULL,               -- JSON
  progress TEXT,                       -- JSON: fan-out ranges that have not reported, each with its cursor
  attempts INTEGER NOT NULL DEFAULT 0,
  next_sweep_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE idempotency_keys (
  user_id TEXT NOT NULL,
  key TEXT NOT NULL,
  request_hash TEXT NOT NULL,
  answer TEXT NOT NULL,                -- JSON: the first answer's body
  created_at INTEGER NOT NULL,
  PRIMARY KEY (user_id, key)
) WITHOUT ROWID;

-- What isolates must stop showing, in commit order. The newest row is never pruned, so numbers only rise.
CREATE TABLE visibility_log (
  number INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,                  -- tweet | user
  subject_id TEXT NOT NULL,
  at INTEGER NOT NULL
);
