-- Device authorization (RFC 8628): what programs ask for until a person has decided; and what was tried
-- that must not be tried too often. Rows live for hours at most.

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

CREATE TABLE attempts (
    attempt_key text COLLATE "C" NOT NULL,
    attempted_at bigint NOT NULL,
    attempt_id uuid NOT NULL,
    PRIMARY KEY (attempt_key, attempted_at, attempt_id)
);
CREATE INDEX attempts_id ON attempts (attempt_id);
CREATE INDEX attempts_time ON attempts (attempted_at);
