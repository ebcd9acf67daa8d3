-- Until when Audible asked to be left alone, whatever becomes of the schedule meanwhile.

ALTER TABLE audible_sync ADD COLUMN not_before INTEGER;
