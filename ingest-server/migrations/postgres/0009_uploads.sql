-- Files that people look at before they import them: what was read, what an import would make of it, and
-- what they choose. Rows live for days at most.

CREATE TABLE uploads (
    user_id uuid NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    upload_id uuid NOT NULL,
    name text NOT NULL,
    format text NOT NULL,
    marketplace text COLLATE "C" NOT NULL,
    state text NOT NULL,
    titles bigint NOT NULL,
    report text NOT NULL,
    runs text NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    PRIMARY KEY (user_id, upload_id)
);

CREATE TABLE upload_items (
    user_id uuid NOT NULL,
    upload_id uuid NOT NULL,
    position bigint NOT NULL,
    marketplace text COLLATE "C" NOT NULL,
    shop_is_said boolean NOT NULL,
    asin text COLLATE "C" NOT NULL,
    place text NOT NULL,
    item text NOT NULL,
    brought text NOT NULL,
    outcome text NOT NULL,
    detail text NOT NULL,
    chosen boolean NOT NULL,
    PRIMARY KEY (user_id, upload_id, position),
    FOREIGN KEY (user_id, upload_id) REFERENCES uploads (user_id, upload_id) ON DELETE CASCADE
);
