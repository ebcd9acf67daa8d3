-- What was done that leaves nothing else behind: never who, never what it was about.

CREATE TABLE audit (
    entry_id uuid NOT NULL PRIMARY KEY,
    noted_at bigint NOT NULL,
    what text NOT NULL,
    detail text NOT NULL
);
