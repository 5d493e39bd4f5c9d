-- Connections of simplified sliding sync, and the threads that users subscribe to.

-- ---------------------------------------------------------------- what each connection was sent
-- A client names the state of its connection by an ordinal in its position. What an ordinal stands for never changes, so
-- any worker may remember it. The rows with ordinal 0 are the state that the client has confirmed last, which `settled`
-- names; every answer that the client may yet confirm has rows of its own for the rooms in which it differs.
CREATE TABLE sliding_connections (
    connection_nid bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_nid       bigint NOT NULL REFERENCES users,
    device_nid     bigint REFERENCES devices ON DELETE CASCADE,
    conn_id        text COLLATE "C" NOT NULL,
    settled        bigint NOT NULL,
    since          bigint NOT NULL,
    used           timestamptz NOT NULL DEFAULT now()
);
COMMENT ON COLUMN sliding_connections.since IS 'The position at which the connection began.';
CREATE UNIQUE INDEX sliding_connections_by_id ON sliding_connections (user_nid, coalesce(device_nid, 0), conn_id);
CREATE INDEX sliding_connections_by_device ON sliding_connections (device_nid);
CREATE INDEX sliding_connections_by_use ON sliding_connections (used);

CREATE TABLE sliding_answers (
    connection_nid bigint NOT NULL REFERENCES sliding_connections ON DELETE CASCADE,
    ordinal        bigint NOT NULL,
    made           bigint GENERATED ALWAYS AS IDENTITY,
    PRIMARY KEY (connection_nid, ordinal)
);
COMMENT ON TABLE sliding_answers IS 'Answers that changed what the client has, and that it has not confirmed.';

CREATE TABLE sliding_configs (
    connection_nid bigint NOT NULL REFERENCES sliding_connections ON DELETE CASCADE,
    code           bigint NOT NULL,
    json           bytea NOT NULL,
    PRIMARY KEY (connection_nid, code)
);
COMMENT ON TABLE sliding_configs IS 'Which state a client wants of rooms; code is a hash of json.';

CREATE TABLE sliding_rooms (
    connection_nid bigint NOT NULL REFERENCES sliding_connections ON DELETE CASCADE,
    ordinal        bigint NOT NULL,
    room_nid       bigint NOT NULL,
    since          bigint,
    config         bigint NOT NULL,
    seen           smallint NOT NULL,
    flags          smallint NOT NULL,
    PRIMARY KEY (connection_nid, ordinal, room_nid)
);
COMMENT ON COLUMN sliding_rooms.since IS 'Up to which position the room was sent; NULL: up to the one in the client''s token.';
COMMENT ON COLUMN sliding_rooms.seen IS 'How many of the newest events up to there the client has, at least.';

-- Store what an answer changes; false where the client's position is not known any more. Losing the last of these in a
-- crash makes a client begin again, so nothing waits for the disk.
CREATE FUNCTION store_sliding_answer(
    p_connection bigint, p_base bigint, p_ordinal bigint, p_kept integer,
    c_code bigint[], c_json bytea[],
    r_room bigint[], r_since bigint[], r_config bigint[], r_seen smallint[], r_flags smallint[]
) RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    v_settled bigint;
BEGIN
    PERFORM set_config('synchronous_commit', 'off', true);
    SELECT settled INTO v_settled FROM sliding_connections WHERE connection_nid = p_connection FOR UPDATE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    IF v_settled <> p_base THEN
        IF NOT EXISTS (SELECT FROM sliding_answers WHERE connection_nid = p_connection AND ordinal = p_base) THEN
            RETURN false;
        END IF;
        DELETE FROM sliding_rooms o USING sliding_rooms n
        WHERE o.connection_nid = p_connection AND o.ordinal = 0
          AND n.connection_nid = p_connection AND n.ordinal = p_base AND n.room_nid = o.room_nid;
        DELETE FROM sliding_rooms WHERE connection_nid = p_connection AND ordinal NOT IN (0, p_base);
        UPDATE sliding_rooms SET ordinal = 0 WHERE connection_nid = p_connection AND ordinal = p_base;
        DELETE FROM sliding_answers WHERE connection_nid = p_connection;
    END IF;
    UPDATE sliding_connections SET settled = p_base, used = now() WHERE connection_nid = p_connection;
    INSERT INTO sliding_configs (connection_nid, code, json)
    SELECT p_connection, * FROM unnest(c_code, c_json) ON CONFLICT DO NOTHING;
    INSERT INTO sliding_answers (connection_nid, ordinal) VALUES (p_connection, p_ordinal);
    INSERT INTO sliding_rooms (connection_nid, ordinal, room_nid, since, config, seen, flags)
    SELECT p_connection, p_ordinal, * FROM unnest(r_room, r_since, r_config, r_seen, r_flags);
    WITH dropped AS (
        DELETE FROM sliding_answers WHERE connection_nid = p_connection AND ordinal IN (
            SELECT ordinal FROM sliding_answers WHERE connection_nid = p_connection ORDER BY made DESC OFFSET p_kept)
        RETURNING ordinal
    )
    DELETE FROM sliding_rooms r USING dropped d WHERE r.connection_nid = p_connection AND r.ordinal = d.ordinal;
    RETURN true;
END $$;

-- ---------------------------------------------------------------- thread subscriptions
-- One row per thread that a user ever subscribed to. An unsubscription stays, so that older mentions do not undo it.
CREATE TABLE thread_subscriptions (
    user_nid     bigint NOT NULL REFERENCES users,
    room_nid     bigint NOT NULL,
    root_id      text COLLATE "C" NOT NULL,
    position     bigint NOT NULL,
    subscribed   boolean NOT NULL,
    automatic    boolean NOT NULL,
    PRIMARY KEY (user_nid, room_nid, root_id)
);
COMMENT ON COLUMN thread_subscriptions.position IS 'Of the newest change: for an unsubscription, which mentions were known by then.';
CREATE UNIQUE INDEX thread_subscriptions_by_position ON thread_subscriptions (user_nid, position);
