-- What clients keep on the server, tell each other beside the rooms, and are yet to fetch.

-- ---------------------------------------------------------------- account data
CREATE TABLE account_data (
    user_nid bigint NOT NULL REFERENCES users,
    room_nid bigint NOT NULL DEFAULT 0,
    type     text COLLATE "C" NOT NULL,
    position bigint NOT NULL,
    content  bytea NOT NULL,
    PRIMARY KEY (user_nid, room_nid, type)
);
COMMENT ON COLUMN account_data.room_nid IS '0: of the account, not of a room.';
COMMENT ON COLUMN account_data.content IS 'A JSON object, as bytes since it may hold U+0000.';
CREATE INDEX account_data_by_position ON account_data (user_nid, position);

-- ---------------------------------------------------------------- filters
-- A filter never changes, so the same definition by the same user is one row.
CREATE TABLE filters (
    filter_nid bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_nid   bigint NOT NULL REFERENCES users,
    sha256     bytea NOT NULL CHECK (octet_length(sha256) = 32),
    json       bytea NOT NULL,
    UNIQUE (user_nid, sha256)
);

-- ---------------------------------------------------------------- receipts
-- The newest receipt of each user, type and thread; one row each, moved forwards only. No foreign keys: this is the busiest
-- table after events, and its rows go with their room.
CREATE TABLE receipts (
    room_nid       bigint NOT NULL,
    user_nid       bigint NOT NULL,
    type           text COLLATE "C" NOT NULL,
    thread         text COLLATE "C" NOT NULL DEFAULT '',
    event_id       text COLLATE "C" NOT NULL,
    event_position bigint NOT NULL,
    ts             bigint NOT NULL,
    position       bigint NOT NULL,
    PRIMARY KEY (room_nid, user_nid, type, thread)
) WITH (fillfactor = 80);
COMMENT ON COLUMN receipts.type IS 'm.read, m.read.private, or m.fully_read: the last is shown as account data, and kept here for its order.';
COMMENT ON COLUMN receipts.thread IS 'Empty: unthreaded; "main", or the event id of a thread root.';
COMMENT ON COLUMN receipts.event_position IS 'Place of the event in the stream; 0 for one that was backfilled and so is older than all of it.';
CREATE INDEX receipts_by_position ON receipts (room_nid, position);

-- ---------------------------------------------------------------- to-device messages
CREATE TABLE to_device (
    device_nid bigint NOT NULL REFERENCES devices ON DELETE CASCADE,
    position   bigint NOT NULL,
    ordinal    integer NOT NULL DEFAULT 0,
    json       bytea NOT NULL,
    PRIMARY KEY (device_nid, position, ordinal)
);
COMMENT ON TABLE to_device IS 'Messages that their device has not acknowledged yet, in order of (position, ordinal).';
COMMENT ON COLUMN to_device.ordinal IS 'Order among messages of one position, which only those have that were put off together.';

CREATE TABLE to_device_txns (
    device_nid bigint NOT NULL REFERENCES devices ON DELETE CASCADE,
    type       text COLLATE "C" NOT NULL,
    txn_id     text COLLATE "C" NOT NULL,
    created_ts bigint NOT NULL,
    PRIMARY KEY (device_nid, type, txn_id)
);
COMMENT ON TABLE to_device_txns IS 'Transactions of the last hours, so that a repeated request sends nothing twice.';
