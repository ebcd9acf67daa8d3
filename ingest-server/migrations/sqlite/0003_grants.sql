-- Device authorization (RFC 8628): what programs ask for until a person has decided, and how often
-- codes were entered that nobody has. Rows live for an hour at most.

CREATE TABLE grants (
    grant_id TEXT NOT NULL PRIMARY KEY,
    device_hash TEXT NOT NULL,
    user_code TEXT NOT NULL,
    client_id TEXT NOT NULL,
    client_name TEXT NOT NULL,
    scopes TEXT NOT NULL,
    address TEXT NOT NULL,
    state TEXT NOT NULL,
    user_id TEXT REFERENCES users (user_id) ON DELETE CASCADE,
    pause INTEGER NOT NULL,
    polled_at INTEGER,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX grants_device ON grants (device_hash);
CREATE UNIQUE INDEX grants_user_code ON grants (user_code);
CREATE INDEX grants_expiry ON grants (expires_at);

CREATE TABLE code_misses (
    user_id TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    missed_at INTEGER NOT NULL,
    miss_id TEXT NOT NULL,
    PRIMARY KEY (user_id, missed_at, miss_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX code_misses_time ON code_misses (missed_at);
