-- Pushers: where users want to be notified, and what is waiting to be sent there.
-- Only users who have a pusher cost anything: a row per event and pusher that it notifies, gone when it was sent or read.

CREATE TABLE pushers (
    pusher_nid       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_nid         bigint NOT NULL REFERENCES accounts ON DELETE CASCADE,
    session_nid      bigint REFERENCES sessions ON DELETE CASCADE,
    kind             text NOT NULL CHECK (kind IN ('http', 'email', 'webpush')),
    app_id           text COLLATE "C" NOT NULL,
    pushkey          text COLLATE "C" NOT NULL,
    described        bytea NOT NULL,
    data             bytea NOT NULL,
    enabled          boolean NOT NULL DEFAULT true,
    set_ts           bigint NOT NULL,
    since            bigint NOT NULL,
    activated        boolean NOT NULL DEFAULT true,
    ack_token        text COLLATE "C",
    ack_expires_ts   bigint,
    last_due         bigint NOT NULL DEFAULT 0,
    due_ts           bigint,
    claimed_until    timestamptz NOT NULL DEFAULT '-infinity',
    failing_since_ts bigint,
    failures         integer NOT NULL DEFAULT 0,
    last_badge       integer,
    UNIQUE (user_nid, app_id, pushkey)
);
CREATE INDEX pushers_by_key ON pushers (app_id, pushkey);
CREATE INDEX pushers_by_session ON pushers (session_nid);
CREATE INDEX pushers_due ON pushers (due_ts) WHERE due_ts IS NOT NULL;
COMMENT ON COLUMN pushers.session_nid IS 'The log-in that made it, and that takes it along; NULL: it belongs to the account (e-mail).';
COMMENT ON COLUMN pushers.described IS 'JSON: the names that it is shown by, its language and profile tag. As bytes, for it may hold U+0000; so for data.';
COMMENT ON COLUMN pushers.since IS 'Events up to this position are none of its business.';
COMMENT ON COLUMN pushers.activated IS 'Web push only: whether the client has shown that messages arrive there.';
COMMENT ON COLUMN pushers.ack_token IS 'What the client is sent, and shows; good for minutes, and for nothing but this.';
COMMENT ON COLUMN pushers.last_due IS 'Position of the newest event or receipt that it has to tell of.';
COMMENT ON COLUMN pushers.due_ts IS 'From when on something has to be done, by the server''s clock; NULL: nothing.';
COMMENT ON COLUMN pushers.claimed_until IS 'A worker is at it; a claim that has run out was a crashed worker''s.';

CREATE TABLE push_queue (
    pusher_nid bigint NOT NULL REFERENCES pushers ON DELETE CASCADE,
    position   bigint NOT NULL,
    room_nid   bigint NOT NULL,
    event_nid  bigint,
    actions    bytea NOT NULL,
    queued_ts  bigint NOT NULL,
    PRIMARY KEY (pusher_nid, position)
);
COMMENT ON COLUMN push_queue.event_nid IS 'NULL: an invite to a room of other servers (out_of_band_memberships).';

-- What follows the position log and fills the queue: one worker at a time, from where the one before it stood.
CREATE TABLE push_feed (
    only_row      boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    position      bigint NOT NULL,
    owner         text,
    claimed_until timestamptz NOT NULL DEFAULT '-infinity'
);
INSERT INTO push_feed (position) SELECT coalesce(max(position), 0) FROM position_log;

-- When a pusher of kind email was last told of a room, and how long it then has peace.
CREATE TABLE push_mails (
    pusher_nid bigint NOT NULL REFERENCES pushers ON DELETE CASCADE,
    room_nid   bigint NOT NULL,
    sent_ts    bigint NOT NULL,
    pause_ms   bigint NOT NULL,
    PRIMARY KEY (pusher_nid, room_nid)
);
