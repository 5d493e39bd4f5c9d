-- Events that are sent later, and devices that wait for somebody to log in.
-- Times are milliseconds since the Unix epoch, from the server's clock; claims go by the database's.

CREATE TABLE delayed_events (
    delay_id         text COLLATE "C" PRIMARY KEY,
    user_nid         bigint NOT NULL REFERENCES accounts ON DELETE CASCADE,
    txn_scope        bigint NOT NULL,
    txn_id           text COLLATE "C",
    room_id          text COLLATE "C" NOT NULL,
    type             text COLLATE "C" NOT NULL,
    state_key        text COLLATE "C",
    content          bytea NOT NULL,
    origin_server_ts bigint,
    delay_ms         bigint NOT NULL CHECK (delay_ms > 0),
    running_since_ms bigint NOT NULL,
    send_at_ms       bigint GENERATED ALWAYS AS (running_since_ms + delay_ms) STORED,
    claimed_until    timestamptz NOT NULL DEFAULT '-infinity',
    outcome          text CHECK (outcome IN ('send', 'cancel', 'error')),
    by_action        boolean,
    finalised_ms     bigint,
    event_id         text COLLATE "C",
    error            bytea
);
COMMENT ON COLUMN delayed_events.txn_scope IS 'Among whose requests the transaction id means the same one: the device, or the user as a negative number.';
COMMENT ON COLUMN delayed_events.origin_server_ts IS 'What the event is to say instead of the time at which it is sent.';
COMMENT ON COLUMN delayed_events.outcome IS 'NULL: it is yet to be sent. by_action: it was not the delay that ended it.';
COMMENT ON COLUMN delayed_events.error IS 'JSON of a standard error response, as bytes since it may hold U+0000; so is content.';
CREATE INDEX delayed_events_due ON delayed_events (send_at_ms) WHERE outcome IS NULL;
CREATE INDEX delayed_events_by_user ON delayed_events (user_nid, send_at_ms);
CREATE INDEX delayed_events_finalised ON delayed_events (finalised_ms) WHERE outcome IS NOT NULL;
CREATE UNIQUE INDEX delayed_events_by_txn ON delayed_events (txn_scope, txn_id, room_id, type) WHERE txn_id IS NOT NULL;

-- Devices without a session, which take in messages until the user's next device opens them. At most one per user.
CREATE TABLE dehydrated_devices (
    user_nid   bigint PRIMARY KEY REFERENCES accounts ON DELETE CASCADE,
    device_nid bigint NOT NULL UNIQUE REFERENCES devices ON DELETE CASCADE,
    data       bytea NOT NULL
);
COMMENT ON COLUMN dehydrated_devices.data IS 'JSON that only the user can decrypt.';
