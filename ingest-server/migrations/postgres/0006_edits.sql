-- What people say of their titles. It lies over what the sources say and never mixes with it.

CREATE TABLE edits (
    user_id uuid NOT NULL,
    media_id uuid NOT NULL,
    status text,
    rating bigint,
    notes text,
    hidden boolean NOT NULL,
    consumed_at bigint,
    edited_at bigint NOT NULL,
    PRIMARY KEY (user_id, media_id),
    FOREIGN KEY (user_id, media_id) REFERENCES media (user_id, media_id) ON DELETE CASCADE
);
