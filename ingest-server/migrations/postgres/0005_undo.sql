-- Imports that were taken back. Taking back is a run of its own and can be taken back too.

ALTER TABLE runs ADD COLUMN undoes uuid;
ALTER TABLE runs ADD COLUMN undoes_all boolean NOT NULL DEFAULT false;
ALTER TABLE runs ADD COLUMN undone_by uuid;
ALTER TABLE run_chunks ADD COLUMN removed bigint NOT NULL DEFAULT 0;
ALTER TABLE run_chunks ADD COLUMN kept bigint NOT NULL DEFAULT 0;
