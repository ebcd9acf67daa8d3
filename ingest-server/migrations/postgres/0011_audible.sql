-- Connections that the server keeps with Audible: the device's secrets, sealed; when to sync, and how
-- the last sync went; attempts of connecting; the wishlist; what was done for whom.

CREATE TABLE audible_auth (
    user_id uuid NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    marketplace text COLLATE "C" NOT NULL,
    id uuid NOT NULL,
    encrypted_token text NOT NULL,
    device_name text NOT NULL,
    last_sync_at bigint,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    PRIMARY KEY (user_id, marketplace)
);

-- One job for each connection. Whoever writes its lease works on it, until the lease ends.
CREATE TABLE audible_sync (
    user_id uuid NOT NULL,
    marketplace text COLLATE "C" NOT NULL,
    schedule text NOT NULL,
    due_at bigint,
    lease text NOT NULL,
    lease_until bigint NOT NULL,
    state_token text NOT NULL,
    full_at bigint,
    books_count bigint,
    failures bigint NOT NULL,
    error_code text NOT NULL,
    stopped boolean NOT NULL,
    progress text NOT NULL,
    run_id uuid,
    PRIMARY KEY (user_id, marketplace),
    FOREIGN KEY (user_id, marketplace) REFERENCES audible_auth (user_id, marketplace) ON DELETE CASCADE
);
CREATE INDEX audible_sync_due ON audible_sync (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE audible_attempts (
    user_id uuid NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    hash text COLLATE "C" NOT NULL,
    marketplace text COLLATE "C" NOT NULL,
    sealed text NOT NULL,
    expires_at bigint NOT NULL,
    PRIMARY KEY (user_id, hash)
);

CREATE TABLE wishes (
    user_id uuid NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    marketplace text COLLATE "C" NOT NULL,
    asin text COLLATE "C" NOT NULL,
    position bigint NOT NULL,
    item text NOT NULL,
    added_at text,
    PRIMARY KEY (user_id, marketplace, asin)
);

CREATE TABLE account_audit (
    user_id uuid NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    entry_id uuid NOT NULL,
    noted_at bigint NOT NULL,
    what text NOT NULL,
    marketplace text COLLATE "C" NOT NULL,
    result text NOT NULL,
    PRIMARY KEY (user_id, entry_id)
);
