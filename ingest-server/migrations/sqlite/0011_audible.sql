-- Connections that the server keeps with Audible: the device's secrets, sealed; when to sync, and how
-- the last sync went; attempts of connecting; the wishlist; what was done for whom.

CREATE TABLE audible_auth (
    user_id TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    marketplace TEXT NOT NULL,
    id TEXT NOT NULL,
    encrypted_token TEXT NOT NULL,
    device_name TEXT NOT NULL,
    last_sync_at INTEGER,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, marketplace)
) STRICT, WITHOUT ROWID;

-- One job for each connection. Whoever writes its lease works on it, until the lease ends.
CREATE TABLE audible_sync (
    user_id TEXT NOT NULL,
    marketplace TEXT NOT NULL,
    schedule TEXT NOT NULL,
    due_at INTEGER,
    lease TEXT NOT NULL,
    lease_until INTEGER NOT NULL,
    state_token TEXT NOT NULL,
    full_at INTEGER,
    books_count INTEGER,
    failures INTEGER NOT NULL,
    error_code TEXT NOT NULL,
    stopped INTEGER NOT NULL,
    progress TEXT NOT NULL,
    run_id TEXT,
    PRIMARY KEY (user_id, marketplace),
    FOREIGN KEY (user_id, marketplace) REFERENCES audible_auth (user_id, marketplace) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX audible_sync_due ON audible_sync (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE audible_attempts (
    user_id TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    hash TEXT NOT NULL,
    marketplace TEXT NOT NULL,
    sealed TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE wishes (
    user_id TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    marketplace TEXT NOT NULL,
    asin TEXT NOT NULL,
    position INTEGER NOT NULL,
    item TEXT NOT NULL,
    added_at TEXT,
    PRIMARY KEY (user_id, marketplace, asin)
) STRICT, WITHOUT ROWID;

CREATE TABLE account_audit (
    user_id TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    entry_id TEXT NOT NULL,
    noted_at INTEGER NOT NULL,
    what TEXT NOT NULL,
    marketplace TEXT NOT NULL,
    result TEXT NOT NULL,
    PRIMARY KEY (user_id, entry_id)
) STRICT, WITHOUT ROWID;
