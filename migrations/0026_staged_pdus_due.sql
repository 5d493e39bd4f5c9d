-- What waits of a room is taken in turns, origin by origin: found in the index alone, however much waits.
CREATE INDEX staged_pdus_due ON staged_pdus (room_nid, has_gap, origin, staged_nid) INCLUDE (retry_at_ms);
