-- Files that people look at before they import them: what was read, what an import would make of it, and
-- what they choose. Rows live for days at most.

CREATE TABLE uploads (
    user_id TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    upload_id TEXT NOT NULL,
    name TEXT NOT NULL,
    format TEXT NOT NULL,
    marketplace TEXT NOT NULL,
    state TEXT NOT NULL,
    titles INTEGER NOT NULL,
    report TEXT NOT NULL,
    runs TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, upload_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE upload_items (
    user_id TEXT NOT NULL,
    upload_id TEXT NOT NULL,
    position INTEGER NOT NULL,
    marketplace TEXT NOT NULL,
    shop_is_said INTEGER NOT NULL,
    asin TEXT NOT NULL,
    place TEXT NOT NULL,
    item TEXT NOT NULL,
    brought TEXT NOT NULL,
    outcome TEXT NOT NULL,
    detail TEXT NOT NULL,
    chosen INTEGER NOT NULL,
    PRIMARY KEY (user_id, upload_id, position),
    FOREIGN KEY (user_id, upload_id) REFERENCES uploads (user_id, upload_id) ON DELETE CASCADE
) STRICT;
