-- What waits of a room is found in the indexes alone, however much waits: the oldest, and each origin's next.
CREATE INDEX staged_pdus_due ON staged_pdus (room_nid, has_gap, origin, staged_nid) INCLUDE (retry_at_ms);
CREATE INDEX staged_pdus_in_order ON staged_pdus (room_nid, has_gap, staged_nid) INCLUDE (retry_at_ms);
