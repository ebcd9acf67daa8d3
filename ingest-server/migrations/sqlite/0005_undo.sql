-- Imports that were taken back. Taking back is a run of its own and can be taken back too.

ALTER TABLE runs ADD COLUMN undoes TEXT;
ALTER TABLE runs ADD COLUMN undoes_all INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN undone_by TEXT;
ALTER TABLE run_chunks ADD COLUMN removed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE run_chunks ADD COLUMN kept INTEGER NOT NULL DEFAULT 0;
