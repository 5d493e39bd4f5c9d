-- Application services: how far each has been told, whom its namespaces cover, and which rooms those users are in.
-- Times are milliseconds since the Unix epoch, from the server's clock; claims expire by the database's.

ALTER TABLE accounts ADD COLUMN appservice_id text COLLATE "C";
COMMENT ON COLUMN accounts.appservice_id IS 'The application service that made the account; NULL: a person''s.';

CREATE TABLE appservices (
    appservice_nid   integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    appservice_id    text COLLATE "C" NOT NULL UNIQUE,
    users_digest     bytea NOT NULL,
    cursor           bigint NOT NULL,
    last_txn         bigint NOT NULL DEFAULT 0,
    txn_body         bytea,
    txn_upto         bigint,
    txn_devices      bigint[],
    delivered_ms     bigint,
    failing_since_ms bigint,
    retry_at_ms      bigint,
    interval_ms      bigint,
    failure          text,
    retry_asked      boolean NOT NULL DEFAULT false,
    claimed_by       text,
    claimed_until    timestamptz
) WITH (fillfactor = 50);
COMMENT ON COLUMN appservices.users_digest IS 'Of what appservice_users was filled by: when it differs from the registration, that is done again.';
COMMENT ON COLUMN appservices.cursor IS 'Everything up to this position was delivered, or is of no interest.';
COMMENT ON COLUMN appservices.last_txn IS 'The id of the newest transaction; ids only grow.';
COMMENT ON COLUMN appservices.txn_body IS 'That transaction, while its arrival is not known: it is sent again with the same id and body, before anything else.';
COMMENT ON COLUMN appservices.txn_upto IS 'What the cursor becomes when it has arrived; txn_devices: whose to-device messages up to there it holds.';
COMMENT ON COLUMN appservices.claimed_by IS 'The worker that sends to it until claimed_until.';

-- Users of this server, with or without accounts, that a namespace covers; and the own user of the application service.
CREATE TABLE appservice_users (
    user_nid       bigint NOT NULL REFERENCES users,
    appservice_nid integer NOT NULL REFERENCES appservices ON DELETE CASCADE,
    PRIMARY KEY (user_nid, appservice_nid)
);
CREATE INDEX appservice_users_by_appservice ON appservice_users (appservice_nid);

-- One row per stay in a room: from the join of the first of those users to the departure of the last. An application service is
-- told of an event when since <= position <= until.
CREATE TABLE appservice_stays (
    room_nid       bigint NOT NULL,
    appservice_nid integer NOT NULL REFERENCES appservices ON DELETE CASCADE,
    since          bigint NOT NULL,
    until          bigint,
    joined         integer NOT NULL,
    PRIMARY KEY (room_nid, appservice_nid, since)
);
CREATE UNIQUE INDEX appservice_stays_present ON appservice_stays (room_nid, appservice_nid) WHERE until IS NULL;
CREATE INDEX appservice_stays_by_appservice ON appservice_stays (appservice_nid, room_nid);

-- Changes of those users' memberships to anything but `join`, which concern their application service wherever they happen.
CREATE TABLE appservice_targets (
    appservice_nid integer NOT NULL REFERENCES appservices ON DELETE CASCADE,
    position       bigint NOT NULL,
    room_nid       bigint NOT NULL,
    user_nid       bigint NOT NULL,
    PRIMARY KEY (appservice_nid, position, room_nid, user_nid)
);
CREATE INDEX appservice_targets_by_room ON appservice_targets (room_nid);
COMMENT ON TABLE appservice_targets IS 'Deleted when they have been delivered.';

-- Adds to the users in rooms, which opens and closes stays. Arrays of one length.
CREATE FUNCTION change_appservice_stays(p_rooms bigint[], p_appservices integer[], p_deltas integer[], p_positions bigint[])
RETURNS void LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    UPDATE appservice_stays s
    SET joined = s.joined + d.delta,
        until = CASE WHEN s.joined + d.delta <= 0 THEN greatest(d.position, s.since) END
    FROM unnest(p_rooms, p_appservices, p_deltas, p_positions) AS d(room_nid, appservice_nid, delta, position)
    WHERE s.room_nid = d.room_nid AND s.appservice_nid = d.appservice_nid AND s.until IS NULL;

    INSERT INTO appservice_stays AS s (room_nid, appservice_nid, since, joined)
    SELECT d.room_nid, d.appservice_nid, d.position, d.delta
    FROM unnest(p_rooms, p_appservices, p_deltas, p_positions) AS d(room_nid, appservice_nid, delta, position)
    WHERE d.delta > 0 AND NOT EXISTS (
        SELECT FROM appservice_stays o
        WHERE o.room_nid = d.room_nid AND o.appservice_nid = d.appservice_nid AND o.until IS NULL)
    ON CONFLICT (room_nid, appservice_nid, since) DO UPDATE SET joined = excluded.joined, until = NULL;
END $$;

-- As for room_servers: one trigger per kind of statement, none of which runs for messages.
CREATE FUNCTION follow_new_appservice_members() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM change_appservice_stays(array_agg(d.room_nid), array_agg(d.appservice_nid), array_agg(d.delta), array_agg(d.position))
    FROM (
        SELECT n.room_nid, a.appservice_nid, count(*)::integer AS delta, min(n.position) AS position
        FROM new_rows n JOIN appservice_users a ON a.user_nid = n.user_nid
        WHERE n.membership = 'join' GROUP BY n.room_nid, a.appservice_nid
    ) AS d HAVING count(*) > 0;
    INSERT INTO appservice_targets (appservice_nid, position, room_nid, user_nid)
    SELECT a.appservice_nid, n.position, n.room_nid, n.user_nid
    FROM new_rows n JOIN appservice_users a ON a.user_nid = n.user_nid WHERE n.membership <> 'join'
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;

CREATE FUNCTION follow_changed_appservice_members() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM change_appservice_stays(array_agg(d.room_nid), array_agg(d.appservice_nid), array_agg(d.delta), array_agg(d.position))
    FROM (
        SELECT n.room_nid, a.appservice_nid, max(n.position) AS position,
               sum(CASE WHEN n.membership = 'join' THEN 1 ELSE -1 END)::integer AS delta
        FROM new_rows n
        JOIN old_rows o ON o.user_nid = n.user_nid AND o.room_nid = n.room_nid
        JOIN appservice_users a ON a.user_nid = n.user_nid
        WHERE (n.membership = 'join') <> (o.membership = 'join') GROUP BY n.room_nid, a.appservice_nid
    ) AS d WHERE d.delta <> 0 HAVING count(*) > 0;
    INSERT INTO appservice_targets (appservice_nid, position, room_nid, user_nid)
    SELECT a.appservice_nid, n.position, n.room_nid, n.user_nid
    FROM new_rows n
    JOIN old_rows o ON o.user_nid = n.user_nid AND o.room_nid = n.room_nid
    JOIN appservice_users a ON a.user_nid = n.user_nid
    WHERE n.membership <> 'join' AND n.position <> o.position
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;

CREATE FUNCTION follow_departed_appservice_members() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM change_appservice_stays(array_agg(d.room_nid), array_agg(d.appservice_nid), array_agg(d.delta), array_agg(p.last_value))
    FROM (
        SELECT o.room_nid, a.appservice_nid, -count(*)::integer AS delta
        FROM old_rows o JOIN appservice_users a ON a.user_nid = o.user_nid
        WHERE o.membership = 'join' GROUP BY o.room_nid, a.appservice_nid
    ) AS d CROSS JOIN positions AS p HAVING count(*) > 0;
    RETURN NULL;
END $$;

CREATE TRIGGER appservice_members_inserted AFTER INSERT ON memberships REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION follow_new_appservice_members();
CREATE TRIGGER appservice_members_updated AFTER UPDATE ON memberships REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION follow_changed_appservice_members();
CREATE TRIGGER appservice_members_deleted AFTER DELETE ON memberships REFERENCING OLD TABLE AS old_rows
FOR EACH STATEMENT EXECUTE FUNCTION follow_departed_appservice_members();

-- Rooms that application services show in directories of their own, one per network.
CREATE TABLE appservice_published_rooms (
    appservice_nid integer NOT NULL REFERENCES appservices ON DELETE CASCADE,
    network_id     text COLLATE "C" NOT NULL,
    room_nid       bigint NOT NULL REFERENCES rooms ON DELETE CASCADE,
    PRIMARY KEY (appservice_nid, network_id, room_nid)
);
CREATE INDEX appservice_published_rooms_by_room ON appservice_published_rooms (room_nid);
