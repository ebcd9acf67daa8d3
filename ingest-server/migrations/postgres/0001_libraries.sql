-- Accounts, tokens, sessions, titles, runs. Every other key begins with the account.
-- Moments are microseconds since 1970 in UTC; ids are UUIDv7.

CREATE TABLE users (
    user_id uuid NOT NULL PRIMARY KEY,
    email text NOT NULL,
    email_key text COLLATE "C" NOT NULL,
    name text NOT NULL,
    finished_from bigint NOT NULL,
    created_at bigint NOT NULL
);
CREATE UNIQUE INDEX users_email ON users (email_key);

CREATE TABLE tokens (
    user_id uuid NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    token_id uuid NOT NULL,
    name text NOT NULL,
    hash text COLLATE "C" NOT NULL,
    scopes text NOT NULL,
    created_at bigint NOT NULL,
    last_used_at bigint,
    revoked_at bigint,
    PRIMARY KEY (user_id, token_id)
);
CREATE UNIQUE INDEX tokens_hash ON tokens (hash);

CREATE TABLE one_time_links (
    hash text COLLATE "C" NOT NULL PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    purpose text NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    used_at bigint
);

CREATE TABLE sessions (
    hash text COLLATE "C" NOT NULL PRIMARY KEY,
    user_id uuid,
    data text NOT NULL,
    expires_at bigint NOT NULL
);
CREATE INDEX sessions_expiry ON sessions (expires_at);

CREATE TABLE media (
    user_id uuid NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    media_id uuid NOT NULL,
    marketplace text COLLATE "C" NOT NULL,
    asin text COLLATE "C" NOT NULL,
    title text NOT NULL,
    type text NOT NULL,
    release_date text,
    platform text NOT NULL,
    platform_ids text NOT NULL,
    media_metadata text NOT NULL,
    item text NOT NULL,
    content_hash text NOT NULL,
    full_hash text NOT NULL,
    newest_key text COLLATE "C" NOT NULL,
    title_key text COLLATE "C" NOT NULL,
    author_key text COLLATE "C" NOT NULL,
    search_key text COLLATE "C" NOT NULL,
    first_run uuid NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    PRIMARY KEY (user_id, media_id)
);
CREATE UNIQUE INDEX media_identity ON media (user_id, asin, marketplace);
CREATE INDEX media_newest ON media (user_id, newest_key, media_id);
CREATE INDEX media_title ON media (user_id, title_key, media_id);
CREATE INDEX media_author ON media (user_id, author_key, media_id);

CREATE TABLE user_media (
    user_id uuid NOT NULL,
    media_id uuid NOT NULL,
    platform text NOT NULL,
    status text NOT NULL,
    percent double precision NOT NULL,
    consumed_at bigint,
    consumed_is_day boolean,
    consumed_at_basis text,
    acquired_at bigint,
    acquired_is_day boolean,
    imported_from text NOT NULL,
    raw_import_data text NOT NULL,
    updated_at bigint NOT NULL,
    PRIMARY KEY (user_id, media_id),
    FOREIGN KEY (user_id, media_id) REFERENCES media (user_id, media_id) ON DELETE CASCADE
);

CREATE TABLE runs (
    user_id uuid NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    run_id uuid NOT NULL,
    source text NOT NULL,
    marketplace text COLLATE "C" NOT NULL,
    library text NOT NULL,
    client_name text NOT NULL,
    client_version text NOT NULL,
    client_browser text NOT NULL,
    source_total bigint,
    reading_complete boolean NOT NULL,
    seen bigint,
    last_chunk bigint,
    received bigint NOT NULL,
    not_sent bigint NOT NULL,
    complete boolean NOT NULL,
    started_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    PRIMARY KEY (user_id, run_id)
);
CREATE INDEX runs_latest ON runs (user_id, started_at, run_id);

CREATE TABLE run_chunks (
    user_id uuid NOT NULL,
    run_id uuid NOT NULL,
    chunk_index bigint NOT NULL,
    asins text NOT NULL,
    not_sent text NOT NULL,
    imported bigint NOT NULL,
    updated bigint NOT NULL,
    unchanged bigint NOT NULL,
    ignored bigint NOT NULL,
    duplicate bigint NOT NULL,
    rejected bigint NOT NULL,
    stored_at bigint NOT NULL,
    PRIMARY KEY (user_id, run_id, chunk_index),
    FOREIGN KEY (user_id, run_id) REFERENCES runs (user_id, run_id) ON DELETE CASCADE
);

CREATE TABLE run_outcomes (
    user_id uuid NOT NULL,
    run_id uuid NOT NULL,
    chunk_index bigint NOT NULL,
    position bigint NOT NULL,
    media_id uuid,
    asin text COLLATE "C",
    outcome text NOT NULL,
    reason text,
    pointer text,
    before text,
    after text,
    after_hash text,
    PRIMARY KEY (user_id, run_id, chunk_index, position),
    FOREIGN KEY (user_id, run_id) REFERENCES runs (user_id, run_id) ON DELETE CASCADE
);

CREATE TABLE idempotency_keys (
    user_id uuid NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    key text COLLATE "C" NOT NULL,
    body_hash text NOT NULL,
    answer text NOT NULL,
    created_at bigint NOT NULL,
    PRIMARY KEY (user_id, key)
);
CREATE INDEX idempotency_keys_age ON idempotency_keys (user_id, created_at);
