-- Titles that an account does not want, from whatever source they come.

CREATE TABLE ignored (
    user_id TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    asin TEXT NOT NULL,
    marketplace TEXT NOT NULL,
    ignored_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, asin, marketplace)
) STRICT, WITHOUT ROWID;
