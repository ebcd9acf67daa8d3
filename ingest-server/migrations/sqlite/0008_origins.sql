-- Where the values of titles are from: a source's name, or an object where there are several; and edits
-- that came with a run, from our own export, until the person says something else.

ALTER TABLE media ADD COLUMN origins TEXT NOT NULL DEFAULT '';
UPDATE media SET origins = COALESCE((SELECT u.imported_from FROM user_media u
    WHERE u.user_id = media.user_id AND u.media_id = media.media_id), '');
ALTER TABLE run_outcomes ADD COLUMN before_origins TEXT;
ALTER TABLE edits ADD COLUMN run_id TEXT;
