-- What people say of their titles. It lies over what the sources say and never mixes with it.

CREATE TABLE edits (
    user_id TEXT NOT NULL,
    media_id TEXT NOT NULL,
    status TEXT,
    rating INTEGER,
    notes TEXT,
    hidden INTEGER NOT NULL,
    consumed_at INTEGER,
    edited_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, media_id),
    FOREIGN KEY (user_id, media_id) REFERENCES media (user_id, media_id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
