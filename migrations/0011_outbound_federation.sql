-- What goes out to other servers: which servers are in which rooms, how far each has been told, what must not be lost.
-- Times are milliseconds since the Unix epoch, from the server's clock.

-- ---------------------------------------------------------------- servers in rooms
ALTER TABLE users ADD COLUMN server text COLLATE "C" GENERATED ALWAYS AS (substr(user_id, strpos(user_id, ':') + 1)) STORED;
COMMENT ON COLUMN users.server IS 'The server that the user belongs to: what follows the first colon.';

-- One row per stay of a server in a room: from its first member's join to its last member's departure. A server is told of an
-- event when it was in the room before or after it: since <= position <= until.
CREATE TABLE room_servers (
    room_nid bigint NOT NULL,
    server   text COLLATE "C" NOT NULL,
    joined   integer NOT NULL,
    since    bigint NOT NULL,
    until    bigint,
    assumed  boolean NOT NULL DEFAULT false,
    PRIMARY KEY (room_nid, server, since)
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX room_servers_present ON room_servers (room_nid, server) WHERE until IS NULL;
CREATE INDEX room_servers_by_server ON room_servers (server, room_nid);
CREATE INDEX room_servers_gone ON room_servers (until) WHERE until IS NOT NULL;
COMMENT ON COLUMN room_servers.joined IS 'How many members of the server have joined, as memberships knows them.';
COMMENT ON COLUMN room_servers.until IS 'Position at which the last of them departed; NULL while there are any.';
COMMENT ON COLUMN room_servers.assumed IS 'Named by the server that let us in: stays whatever is counted, until all members are known.';

-- Adds to the members of servers in rooms, which opens and closes their stays. Arrays of one length.
CREATE FUNCTION change_room_servers(p_rooms bigint[], p_servers text[], p_deltas integer[], p_positions bigint[])
RETURNS void LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    UPDATE room_servers s
    SET joined = s.joined + d.delta,
        until = CASE WHEN s.joined + d.delta <= 0 AND NOT s.assumed THEN greatest(d.position, s.since) END
    FROM unnest(p_rooms, p_servers, p_deltas, p_positions) AS d(room_nid, server, delta, position)
    WHERE s.room_nid = d.room_nid AND s.server = d.server AND s.until IS NULL;

    INSERT INTO room_servers AS s (room_nid, server, joined, since)
    SELECT d.room_nid, d.server, d.delta, d.position
    FROM unnest(p_rooms, p_servers, p_deltas, p_positions) AS d(room_nid, server, delta, position)
    WHERE d.delta > 0 AND NOT EXISTS (
        SELECT FROM room_servers o WHERE o.room_nid = d.room_nid AND o.server = d.server AND o.until IS NULL)
    ON CONFLICT (room_nid, server, since) DO UPDATE SET joined = excluded.joined, until = NULL;
END $$;

-- One trigger per kind of statement: PostgreSQL gives transition tables to no other. Their cost follows the members that a
-- statement changes, whatever their number: nothing of this runs for messages.
CREATE FUNCTION count_joined_servers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM change_room_servers(array_agg(d.room_nid), array_agg(d.server), array_agg(d.delta), array_agg(d.position))
    FROM (
        SELECT n.room_nid, u.server, count(*)::integer AS delta, min(n.position) AS position
        FROM new_rows n JOIN users u ON u.user_nid = n.user_nid
        WHERE n.membership = 'join' GROUP BY n.room_nid, u.server
    ) AS d HAVING count(*) > 0;
    RETURN NULL;
END $$;

CREATE FUNCTION count_changed_servers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM change_room_servers(array_agg(d.room_nid), array_agg(d.server), array_agg(d.delta), array_agg(d.position))
    FROM (
        SELECT n.room_nid, u.server, max(n.position) AS position,
               sum(CASE WHEN n.membership = 'join' THEN 1 ELSE -1 END)::integer AS delta
        FROM new_rows n
        JOIN old_rows o ON o.user_nid = n.user_nid AND o.room_nid = n.room_nid
        JOIN users u ON u.user_nid = n.user_nid
        WHERE (n.membership = 'join') <> (o.membership = 'join') GROUP BY n.room_nid, u.server
    ) AS d WHERE d.delta <> 0 HAVING count(*) > 0;
    RETURN NULL;
END $$;

-- A deleted row has no position of its own: what the sequence gave out last is that of the change, or a little later.
CREATE FUNCTION count_departed_servers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM change_room_servers(array_agg(d.room_nid), array_agg(d.server), array_agg(d.delta), array_agg(p.last_value))
    FROM (
        SELECT o.room_nid, u.server, -count(*)::integer AS delta
        FROM old_rows o JOIN users u ON u.user_nid = o.user_nid
        WHERE o.membership = 'join' GROUP BY o.room_nid, u.server
    ) AS d CROSS JOIN positions AS p HAVING count(*) > 0;
    RETURN NULL;
END $$;

INSERT INTO room_servers (room_nid, server, joined, since)
SELECT m.room_nid, u.server, count(*), min(m.position)
FROM memberships m JOIN users u ON u.user_nid = m.user_nid
WHERE m.membership = 'join' GROUP BY m.room_nid, u.server;

CREATE TRIGGER memberships_inserted AFTER INSERT ON memberships REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION count_joined_servers();
CREATE TRIGGER memberships_updated AFTER UPDATE ON memberships REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION count_changed_servers();
CREATE TRIGGER memberships_deleted AFTER DELETE ON memberships REFERENCING OLD TABLE AS old_rows
FOR EACH STATEMENT EXECUTE FUNCTION count_departed_servers();

-- While a room's members are not all known, the servers that were named at the join are taken as being in it.
CREATE FUNCTION assume_room_servers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.completed IS NULL THEN
        INSERT INTO room_servers (room_nid, server, joined, since, assumed)
        SELECT DISTINCT NEW.room_nid, w.server, 0, NEW.state_position, true FROM unnest(NEW.servers) AS w(server)
        ON CONFLICT (room_nid, server) WHERE until IS NULL DO UPDATE SET assumed = true;
    ELSE
        UPDATE room_servers SET assumed = false, until = CASE WHEN joined <= 0 THEN greatest(NEW.completed, since) END
        WHERE room_nid = NEW.room_nid AND assumed AND until IS NULL;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER partial_joins_changed AFTER INSERT OR UPDATE ON partial_joins
FOR EACH ROW EXECUTE FUNCTION assume_room_servers();

-- ---------------------------------------------------------------- destinations
-- Only of servers that cannot be reached or are behind: one that is well has no row.
CREATE TABLE destinations (
    server           text COLLATE "C" PRIMARY KEY,
    failing_since_ms bigint,
    retry_at_ms      bigint,
    interval_ms      bigint,
    failure          text,
    retry_asked      boolean NOT NULL DEFAULT false,
    cursor           bigint,
    behind_since_ms  bigint,
    txn_id           text,
    txn_body         bytea,
    txn_upto         bigint,
    txn_edus         bigint[]
) WITH (fillfactor = 80);
CREATE INDEX destinations_retry_asked ON destinations (server) WHERE retry_asked;
COMMENT ON COLUMN destinations.interval_ms IS 'The last time waited between two tries; the next one is longer.';
COMMENT ON COLUMN destinations.cursor IS 'All events up to this position were delivered; NULL: all up to the checkpoint.';
COMMENT ON COLUMN destinations.txn_id IS 'A transaction whose outcome is not known: it is sent again with the same id and body, before anything else.';
COMMENT ON COLUMN destinations.txn_upto IS 'What the cursor becomes when that transaction has arrived; txn_edus: rows of edu_outbox that have then arrived.';

CREATE TABLE outbound_checkpoint (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    position bigint NOT NULL,
    saved_ms bigint NOT NULL
);
COMMENT ON TABLE outbound_checkpoint IS 'Up to which position every server without a cursor of its own was told everything.';

-- ---------------------------------------------------------------- EDUs that must arrive
CREATE TABLE edu_outbox (
    edu_nid      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    server       text COLLATE "C" NOT NULL,
    edu_type     text COLLATE "C" NOT NULL,
    collapse_key text COLLATE "C",
    chain        text COLLATE "C",
    stream_id    bigint,
    prev_ids     bigint[],
    queued_ms    bigint NOT NULL DEFAULT (extract(epoch FROM now()) * 1000)::bigint,
    content      bytea NOT NULL
);
CREATE INDEX edu_outbox_by_server ON edu_outbox (server, edu_nid);
CREATE INDEX edu_outbox_collapsing ON edu_outbox (server, edu_type, collapse_key) WHERE collapse_key IS NOT NULL;
CREATE INDEX edu_outbox_chains ON edu_outbox (server, chain) WHERE chain IS NOT NULL;
COMMENT ON COLUMN edu_outbox.collapse_key IS 'Of EDUs of one server, type and key only the newest is sent.';
COMMENT ON COLUMN edu_outbox.chain IS 'Device list updates: the user. Each names in prev_ids the one before it; a collapsed one hands its own on.';
