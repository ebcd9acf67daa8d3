-- Device authorization (RFC 8628): what programs ask for until a person has decided; and what was tried
-- that must not be tried too often. Rows live for hours at most.

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

CREATE TABLE attempts (
    attempt_key TEXT NOT NULL,
    attempted_at INTEGER NOT NULL,
    attempt_id TEXT NOT NULL,
    PRIMARY KEY (attempt_key, attempted_at, attempt_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX attempts_id ON attempts (attempt_id);
CREATE INDEX attempts_time ON attempts (attempted_at);
