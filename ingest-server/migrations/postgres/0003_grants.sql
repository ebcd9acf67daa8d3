-- Device authorization (RFC 8628): what programs ask for until a person has decided, and how often
-- codes were entered that nobody has. Rows live for an hour at most.

CREATE TABLE grants (
    grant_id uuid NOT NULL PRIMARY KEY,
    device_hash text COLLATE "C" NOT NULL,
    user_code text COLLATE "C" NOT NULL,
    client_id text NOT NULL,
    client_name text NOT NULL,
    scopes text NOT NULL,
    address text COLLATE "C" NOT NULL,
    state text NOT NULL,
    user_id uuid REFERENCES users (user_id) ON DELETE CASCADE,
    pause bigint NOT NULL,
    polled_at bigint,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL
);
CREATE UNIQUE INDEX grants_device ON grants (device_hash);
CREATE UNIQUE INDEX grants_user_code ON grants (user_code);
CREATE INDEX grants_expiry ON grants (expires_at);

CREATE TABLE code_misses (
    user_id uuid NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    missed_at bigint NOT NULL,
    miss_id uuid NOT NULL,
    PRIMARY KEY (user_id, missed_at, miss_id)
);
CREATE INDEX code_misses_time ON code_misses (missed_at);
