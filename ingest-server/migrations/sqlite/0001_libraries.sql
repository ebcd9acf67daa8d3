-- Accounts, tokens, sessions, titles, runs. Every other key begins with the account.
-- Moments are microseconds since 1970 in UTC; ids are UUIDv7 as text.

CREATE TABLE users (
    user_id TEXT NOT NULL PRIMARY KEY,
    email TEXT NOT NULL,
    email_key TEXT NOT NULL,
    name TEXT NOT NULL,
    finished_from INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX users_email ON users (email_key);

CREATE TABLE tokens (
    user_id TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    token_id TEXT NOT NULL,
    name TEXT NOT NULL,
    hash TEXT NOT NULL,
    scopes TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    last_used_at INTEGER,
    revoked_at INTEGER,
    PRIMARY KEY (user_id, token_id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX tokens_hash ON tokens (hash);

CREATE TABLE one_time_links (
    hash TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    purpose TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
    hash TEXT NOT NULL PRIMARY KEY,
    user_id TEXT,
    data TEXT NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_expiry ON sessions (expires_at);

CREATE TABLE media (
    user_id TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    media_id TEXT NOT NULL,
    marketplace TEXT NOT NULL,
    asin TEXT NOT NULL,
    title TEXT NOT NULL,
    type TEXT NOT NULL,
    release_date TEXT,
    platform TEXT NOT NULL,
    platform_ids TEXT NOT NULL,
    media_metadata TEXT NOT NULL,
    item TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    full_hash TEXT NOT NULL,
    newest_key TEXT NOT NULL,
    title_key TEXT NOT NULL,
    author_key TEXT NOT NULL,
    search_key TEXT NOT NULL,
    first_run TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, media_id)
) STRICT;
CREATE UNIQUE INDEX media_identity ON media (user_id, asin, marketplace);
CREATE INDEX media_newest ON media (user_id, newest_key, media_id);
CREATE INDEX media_title ON media (user_id, title_key, media_id);
CREATE INDEX media_author ON media (user_id, author_key, media_id);

CREATE TABLE user_media (
    user_id TEXT NOT NULL,
    media_id TEXT NOT NULL,
    platform TEXT NOT NULL,
    status TEXT NOT NULL,
    percent REAL NOT NULL,
    consumed_at INTEGER,
    consumed_is_day INTEGER,
    consumed_at_basis TEXT,
    acquired_at INTEGER,
    acquired_is_day INTEGER,
    imported_from TEXT NOT NULL,
    raw_import_data TEXT NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, media_id),
    FOREIGN KEY (user_id, media_id) REFERENCES media (user_id, media_id) ON DELETE CASCADE
) STRICT;

CREATE TABLE runs (
    user_id TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    run_id TEXT NOT NULL,
    source TEXT NOT NULL,
    marketplace TEXT NOT NULL,
    library TEXT NOT NULL,
    client_name TEXT NOT NULL,
    client_version TEXT NOT NULL,
    client_browser TEXT NOT NULL,
    source_total INTEGER,
    reading_complete INTEGER NOT NULL,
    seen INTEGER,
    last_chunk INTEGER,
    received INTEGER NOT NULL,
    not_sent INTEGER NOT NULL,
    complete INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, run_id)
) STRICT;
CREATE INDEX runs_latest ON runs (user_id, started_at, run_id);

CREATE TABLE run_chunks (
    user_id TEXT NOT NULL,
    run_id TEXT NOT NULL,
    chunk_index INTEGER NOT NULL,
    asins TEXT NOT NULL,
    not_sent TEXT NOT NULL,
    imported INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    unchanged INTEGER NOT NULL,
    ignored INTEGER NOT NULL,
    duplicate INTEGER NOT NULL,
    rejected INTEGER NOT NULL,
    stored_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, run_id, chunk_index),
    FOREIGN KEY (user_id, run_id) REFERENCES runs (user_id, run_id) ON DELETE CASCADE
) STRICT;

CREATE TABLE run_outcomes (
    user_id TEXT NOT NULL,
    run_id TEXT NOT NULL,
    chunk_index INTEGER NOT NULL,
    position INTEGER NOT NULL,
    media_id TEXT,
    asin TEXT,
    outcome TEXT NOT NULL,
    reason TEXT,
    pointer TEXT,
    before TEXT,
    after TEXT,
    after_hash TEXT,
    PRIMARY KEY (user_id, run_id, chunk_index, position),
    FOREIGN KEY (user_id, run_id) REFERENCES runs (user_id, run_id) ON DELETE CASCADE
) STRICT;

CREATE TABLE idempotency_keys (
    user_id TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    key TEXT NOT NULL,
    body_hash TEXT NOT NULL,
    answer TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, key)
) STRICT;
CREATE INDEX idempotency_keys_age ON idempotency_keys (user_id, created_at);
