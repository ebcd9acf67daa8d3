-- How often a connection was told to read everything anew: a sync that was under way then keeps no state.

ALTER TABLE audible_sync ADD COLUMN anew bigint NOT NULL DEFAULT 0;
