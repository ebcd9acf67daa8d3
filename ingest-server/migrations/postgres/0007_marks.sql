-- What readings have noticed of titles: that they cannot be played any more (`unavailable`), or that
-- a library does not list them any more (`absent`), and since which run.

CREATE TABLE marks (
    user_id uuid NOT NULL,
    media_id uuid NOT NULL,
    kind text NOT NULL,
    library text NOT NULL,
    run_id uuid NOT NULL,
    marked_at bigint NOT NULL,
    PRIMARY KEY (user_id, media_id, kind, library),
    FOREIGN KEY (user_id, media_id) REFERENCES media (user_id, media_id) ON DELETE CASCADE
);

-- The same recording in several shops has the same number there.
ALTER TABLE media ADD COLUMN sku text;
UPDATE media SET sku = platform_ids::json ->> 'sku';
CREATE INDEX media_sku ON media (user_id, sku) WHERE sku IS NOT NULL;
