-- The room directory: this server's aliases, and what its users reported.
-- Times are milliseconds since the Unix epoch, from the server's clock.

-- An alias may be claimed before its room is committed, so there is no reference to rooms; a claim whose room never
-- came may be taken over after a while.
CREATE TABLE room_aliases (
    alias       text COLLATE "C" PRIMARY KEY,
    room_nid    bigint NOT NULL,
    creator_nid bigint NOT NULL REFERENCES users,
    created_ts  bigint NOT NULL
);
CREATE INDEX room_aliases_by_room ON room_aliases (room_nid);

CREATE TABLE reports (
    report_nid   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    reporter_nid bigint NOT NULL REFERENCES users,
    room_nid     bigint,
    event_nid    bigint,
    user_nid     bigint,
    reason       text NOT NULL,
    score        integer,
    received_ts  bigint NOT NULL
);
COMMENT ON TABLE reports IS 'A report of a room has room_nid alone, one of an event room_nid and event_nid, one of a user user_nid.';
CREATE INDEX reports_by_time ON reports (received_ts);
