-- Titles that an account does not want, from whatever source they come.

CREATE TABLE ignored (
    user_id uuid NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    asin text COLLATE "C" NOT NULL,
    marketplace text COLLATE "C" NOT NULL,
    ignored_at bigint NOT NULL,
    PRIMARY KEY (user_id, asin, marketplace)
);
