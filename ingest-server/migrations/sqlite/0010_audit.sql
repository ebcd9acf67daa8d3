-- What was done that leaves nothing else behind: never who, never what it was about.

CREATE TABLE audit (
    entry_id TEXT NOT NULL PRIMARY KEY,
    noted_at INTEGER NOT NULL,
    what TEXT NOT NULL,
    detail TEXT NOT NULL
) STRICT, WITHOUT ROWID;
