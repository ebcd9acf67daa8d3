-- Passwords, the owner, people's sessions by name, links that make accounts, the server's settings.
-- Links and sessions last for a short time: what there was ends with this step.

ALTER TABLE users ADD COLUMN is_owner bigint NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN password_hash text;
ALTER TABLE users ADD COLUMN session_key text NOT NULL DEFAULT '';
UPDATE users SET is_owner = 1
    WHERE user_id = (SELECT user_id FROM users ORDER BY created_at, user_id LIMIT 1);

DROP TABLE one_time_links;
CREATE TABLE one_time_links (
    hash text COLLATE "C" NOT NULL PRIMARY KEY,
    user_id uuid REFERENCES users (user_id) ON DELETE CASCADE,
    purpose text NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    used_at bigint
);

DROP TABLE sessions;
CREATE TABLE sessions (
    hash text COLLATE "C" NOT NULL PRIMARY KEY,
    user_id uuid REFERENCES users (user_id) ON DELETE CASCADE,
    browser text NOT NULL,
    created_at bigint NOT NULL,
    seen_at bigint NOT NULL,
    data text NOT NULL,
    expires_at bigint NOT NULL
);
CREATE INDEX sessions_expiry ON sessions (expires_at);
CREATE INDEX sessions_user ON sessions (user_id);

CREATE TABLE server_settings (
    name text COLLATE "C" NOT NULL PRIMARY KEY,
    value text NOT NULL
);
