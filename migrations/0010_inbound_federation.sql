-- What other servers sent and no room's processor has dealt with yet.

CREATE TABLE staged_pdus (
    staged_nid  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    room_nid    bigint NOT NULL,
    event_id    text COLLATE "C" NOT NULL,
    origin      text COLLATE "C" NOT NULL,
    received_ms bigint NOT NULL,
    retry_at_ms bigint NOT NULL DEFAULT 0,
    failures    integer NOT NULL DEFAULT 0,
    has_gap     boolean NOT NULL DEFAULT false,
    json        bytea NOT NULL,
    UNIQUE (room_nid, event_id)
);
COMMENT ON TABLE staged_pdus IS 'Checked for format, signatures and hash, and answered for: they wait to be authorised and stored.';
COMMENT ON COLUMN staged_pdus.has_gap IS 'Refers to events that are not known: something has to be fetched first.';
COMMENT ON COLUMN staged_pdus.retry_at_ms IS 'Left alone until then; failures counts the attempts to fetch.';
CREATE INDEX staged_pdus_by_origin ON staged_pdus (origin, room_nid, has_gap);
CREATE INDEX staged_pdus_by_age ON staged_pdus (received_ms);

-- Transactions are answered the same when they are sent again, also after a restart.
CREATE TABLE received_transactions (
    origin      text COLLATE "C" NOT NULL,
    txn_id      text COLLATE "C" NOT NULL,
    received_ms bigint NOT NULL,
    answer      bytea NOT NULL,
    PRIMARY KEY (origin, txn_id)
);
CREATE INDEX received_transactions_by_age ON received_transactions (received_ms);
