-- Positions, interned names, rooms, events and state.
--
-- Rules that every table here keeps:
--   * names are interned once (users, rooms, state_keys) and referred to by number ("nid");
--   * nothing is updated per message: a message is one new row in events and, per commit, one in position_log;
--   * identifiers compare bytewise (COLLATE "C"), never by a locale.

-- ---------------------------------------------------------------- the server itself
CREATE TABLE instance (
    key   text PRIMARY KEY,
    value text NOT NULL
);
COMMENT ON TABLE instance IS 'Facts about this deployment: server name, database epoch, public keys.';

-- ---------------------------------------------------------------- positions
CREATE SEQUENCE positions AS bigint;

CREATE TABLE position_log (
    position bigint PRIMARY KEY,
    previous bigint NOT NULL,
    kinds    integer NOT NULL,
    rooms    bigint[] NOT NULL DEFAULT '{}',
    users    bigint[] NOT NULL DEFAULT '{}',
    written  timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE position_log IS
    'One row per commit that moved a stream: readers follow it in order. previous is the row before, so a reader notices what was trimmed.';

-- The lock every writer of positions takes first and holds to its commit: commit order is position order.
CREATE FUNCTION lock_positions() RETURNS void LANGUAGE sql VOLATILE AS
$$ SELECT pg_advisory_xact_lock(7264911) $$;

CREATE FUNCTION log_positions(p_position bigint, p_kinds integer, p_rooms bigint[], p_users bigint[])
RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    v_previous bigint;
BEGIN
    SELECT position INTO v_previous FROM position_log ORDER BY position DESC LIMIT 1;
    INSERT INTO position_log (position, previous, kinds, rooms, users)
    VALUES (p_position, coalesce(v_previous, 0), p_kinds, p_rooms, p_users);
    RETURN coalesce(v_previous, 0);
END $$;

-- ---------------------------------------------------------------- interned names
CREATE TABLE users (
    user_nid bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id  text COLLATE "C" NOT NULL UNIQUE
);

CREATE TABLE rooms (
    room_nid  bigint PRIMARY KEY,
    room_id   text COLLATE "C" NOT NULL UNIQUE,
    version   text NOT NULL,
    published boolean NOT NULL DEFAULT false
);
CREATE SEQUENCE room_nids AS bigint OWNED BY rooms.room_nid;
CREATE INDEX rooms_published ON rooms (room_nid) WHERE published;

CREATE TABLE state_keys (
    key_nid   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    type      text COLLATE "C" NOT NULL,
    state_key text COLLATE "C" NOT NULL,
    UNIQUE (type, state_key)
);

-- ---------------------------------------------------------------- events
CREATE TABLE events (
    event_nid        bigint PRIMARY KEY,
    room_nid         bigint NOT NULL,
    position         bigint,
    topo             bigint NOT NULL,
    origin_server_ts bigint NOT NULL,
    sender_nid       bigint NOT NULL,
    key_nid          bigint,
    device_nid       bigint,
    redacted_by      bigint,
    state_base       bigint,
    state_branch     bigint,
    notify_count     bigint NOT NULL,
    auth_height      integer,
    status           smallint NOT NULL DEFAULT 0,
    event_id         text COLLATE "C" NOT NULL UNIQUE,
    type             text COLLATE "C" NOT NULL,
    txn_id           text COLLATE "C",
    extremities      bigint[],
    json             bytea NOT NULL
);
COMMENT ON COLUMN events.position IS 'Place in the stream that syncs follow; NULL for outliers, rejected, soft-failed and backfilled events.';
COMMENT ON COLUMN events.topo IS '1 + the greatest topo of the known prev events; orders /messages (depth is chosen by the sender).';
COMMENT ON COLUMN events.state_base IS 'Set where the event is not on the main line: the state before it is the main line after this position, changed by state_branch.';
COMMENT ON COLUMN events.notify_count IS 'How many events of the room up to this one notify under the default push rules.';
COMMENT ON COLUMN events.auth_height IS 'State events only: 1 + the greatest auth_height of the auth events.';
COMMENT ON COLUMN events.status IS '0 accepted, 1 soft-failed, 2 rejected, 3 outlier.';
COMMENT ON COLUMN events.extremities IS 'Forward extremities of the room after this event; NULL: this event alone.';
CREATE UNIQUE INDEX events_by_position ON events (room_nid, position) WHERE position IS NOT NULL;
CREATE INDEX events_by_topo ON events (room_nid, topo, event_nid);
CREATE INDEX events_by_time ON events (room_nid, origin_server_ts);
CREATE INDEX events_by_sender ON events (room_nid, sender_nid, position) WHERE position IS NOT NULL;
CREATE UNIQUE INDEX events_by_txn ON events (device_nid, txn_id, room_nid, type) WHERE txn_id IS NOT NULL;

-- State events, rejected ones included: what each was authorised by.
CREATE TABLE auth_edges (
    event_nid bigint NOT NULL,
    auth_nid  bigint NOT NULL,
    PRIMARY KEY (event_nid, auth_nid)
);

CREATE TABLE member_events (
    event_nid  bigint PRIMARY KEY,
    user_nid   bigint NOT NULL,
    membership text NOT NULL
);

CREATE TABLE relations (
    parent_id text COLLATE "C" NOT NULL,
    event_nid bigint NOT NULL PRIMARY KEY,
    room_nid  bigint NOT NULL,
    rel_type  text COLLATE "C" NOT NULL,
    rel_key   text COLLATE "C"
);
CREATE INDEX relations_by_parent ON relations (parent_id, rel_type, event_nid);
CREATE INDEX relations_threads ON relations (room_nid, event_nid) WHERE rel_type = 'm.thread';

-- A redaction may arrive before what it redacts.
CREATE TABLE redactions (
    target_id     text COLLATE "C" NOT NULL,
    redaction_nid bigint NOT NULL,
    PRIMARY KEY (target_id, redaction_nid)
);

-- Local users for whom an event is more (or less) than the default rules' notification.
CREATE TABLE mentions (
    user_nid  bigint NOT NULL,
    room_nid  bigint NOT NULL,
    event_nid bigint NOT NULL,
    PRIMARY KEY (user_nid, room_nid, event_nid)
);

-- ---------------------------------------------------------------- state
CREATE TABLE current_state (
    room_nid  bigint NOT NULL,
    key_nid   bigint NOT NULL,
    event_nid bigint NOT NULL,
    since     bigint NOT NULL,
    is_member boolean NOT NULL DEFAULT false,
    PRIMARY KEY (room_nid, key_nid)
);
-- All but the members: what a client that loads members lazily is given, whatever the room's size.
CREATE INDEX current_state_without_members ON current_state (room_nid) WHERE NOT is_member;

CREATE TABLE state_changes (
    room_nid      bigint NOT NULL,
    position      bigint NOT NULL,
    key_nid       bigint NOT NULL,
    old_event_nid bigint,
    new_event_nid bigint,
    PRIMARY KEY (room_nid, position, key_nid)
);
CREATE INDEX state_changes_by_key ON state_changes (room_nid, key_nid, position);

CREATE TABLE state_branches (
    branch_nid    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    room_nid      bigint NOT NULL,
    base_position bigint NOT NULL,
    parent_nid    bigint REFERENCES state_branches,
    layers        smallint NOT NULL CHECK (layers BETWEEN 1 AND 4),
    after_event   bigint UNIQUE
);
COMMENT ON COLUMN state_branches.after_event IS 'The state event off the main line whose successors share this branch.';

CREATE TABLE state_branch_entries (
    branch_nid bigint NOT NULL REFERENCES state_branches,
    key_nid    bigint NOT NULL,
    event_nid  bigint,
    PRIMARY KEY (branch_nid, key_nid)
);

-- The members that current_state implies, where lists of them are asked for.
CREATE TABLE memberships (
    user_nid   bigint NOT NULL,
    room_nid   bigint NOT NULL,
    membership text NOT NULL,
    event_nid  bigint NOT NULL,
    position   bigint NOT NULL,
    forgotten  boolean NOT NULL DEFAULT false,
    PRIMARY KEY (user_nid, room_nid)
);
CREATE INDEX memberships_by_room ON memberships (room_nid, membership, event_nid) INCLUDE (user_nid);

-- Change one key of a room's current state at a position: the only writer of current_state, state_changes and memberships.
CREATE FUNCTION change_state(p_room bigint, p_position bigint, p_key bigint, p_event bigint)
RETURNS void LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    v_old    bigint;
    v_member member_events%ROWTYPE;
BEGIN
    SELECT event_nid INTO v_old FROM current_state WHERE room_nid = p_room AND key_nid = p_key;
    IF v_old IS NOT DISTINCT FROM p_event THEN
        RETURN;
    END IF;
    INSERT INTO state_changes (room_nid, position, key_nid, old_event_nid, new_event_nid)
    VALUES (p_room, p_position, p_key, v_old, p_event);
    IF p_event IS NULL THEN
        DELETE FROM current_state WHERE room_nid = p_room AND key_nid = p_key;
        DELETE FROM memberships m USING member_events e
        WHERE e.event_nid = v_old AND m.user_nid = e.user_nid AND m.room_nid = p_room;
        RETURN;
    END IF;
    SELECT * INTO v_member FROM member_events WHERE event_nid = p_event;
    INSERT INTO current_state (room_nid, key_nid, event_nid, since, is_member)
    VALUES (p_room, p_key, p_event, p_position, v_member.event_nid IS NOT NULL)
    ON CONFLICT (room_nid, key_nid) DO UPDATE SET event_nid = excluded.event_nid, since = excluded.since;
    IF v_member.event_nid IS NOT NULL THEN
        INSERT INTO memberships (user_nid, room_nid, membership, event_nid, position)
        VALUES (v_member.user_nid, p_room, v_member.membership, p_event, p_position)
        ON CONFLICT (user_nid, room_nid) DO UPDATE
        SET membership = excluded.membership, event_nid = excluded.event_nid, position = excluded.position, forgotten = false;
    END IF;
END $$;

-- ---------------------------------------------------------------- the commit of local events
-- One round trip per batch. Arrays of one length describe the events in order; rooms whose head moved, or that hold a
-- transaction already committed, are left out whole and returned, with the first event's id for a duplicate.
CREATE FUNCTION commit_events(
    p_rooms bigint[], p_heads bigint[],
    p_new_rooms bigint[], p_new_room_ids text[], p_new_room_versions text[],
    e_room bigint[], e_id text[], e_type text[], e_key bigint[], e_sender bigint[], e_topo bigint[], e_ts bigint[],
    e_notify bigint[], e_device bigint[], e_txn text[], e_height integer[], e_json bytea[],
    m_index integer[], m_user bigint[], m_membership text[],
    a_index integer[], a_auth_id text[],
    r_index integer[], r_parent text[], r_type text[], r_key text[],
    x_index integer[], x_target text[],
    h_index integer[], h_user bigint[]
) RETURNS TABLE (previous bigint, positions bigint[], moved bigint[], duplicate_index integer[], duplicate_id text[])
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    v_state record;
BEGIN
    PERFORM lock_positions();

    SELECT coalesce(array_agg(r.room), '{}') INTO moved
    FROM unnest(p_rooms, p_heads) AS r(room, head)
    WHERE r.head IS DISTINCT FROM (
        SELECT e.position FROM events e WHERE e.room_nid = r.room AND e.position IS NOT NULL ORDER BY e.position DESC LIMIT 1);

    SELECT array_agg(t.i), array_agg(e.event_id) INTO duplicate_index, duplicate_id
    FROM unnest(e_device, e_txn, e_room, e_type) WITH ORDINALITY AS t(device, txn, room, type, i)
    JOIN events e ON e.device_nid = t.device AND e.txn_id = t.txn AND e.room_nid = t.room AND e.type = t.type
    WHERE t.txn IS NOT NULL;
    IF duplicate_index IS NOT NULL THEN
        SELECT moved || array_agg(DISTINCT e_room[d]) INTO moved FROM unnest(duplicate_index) AS d;
    END IF;

    positions := ARRAY(
        SELECT CASE WHEN t.room = ANY (moved) THEN NULL ELSE nextval('positions') END
        FROM unnest(e_room) WITH ORDINALITY AS t(room, i) ORDER BY t.i);
    IF (SELECT count(p) FROM unnest(positions) AS p) = 0 THEN
        previous := 0;
        RETURN NEXT;
        RETURN;
    END IF;

    INSERT INTO rooms (room_nid, room_id, version)
    SELECT * FROM unnest(p_new_rooms, p_new_room_ids, p_new_room_versions);

    INSERT INTO events (event_nid, position, room_nid, event_id, type, key_nid, sender_nid, topo, origin_server_ts,
                        notify_count, device_nid, txn_id, auth_height, json)
    SELECT t.p, t.p, t.room, t.id, t.type, t.key, t.sender, t.topo, t.ts, t.notify, t.device, t.txn, t.height, t.json
    FROM unnest(positions, e_room, e_id, e_type, e_key, e_sender, e_topo, e_ts, e_notify, e_device, e_txn, e_height, e_json)
         AS t(p, room, id, type, key, sender, topo, ts, notify, device, txn, height, json)
    WHERE t.p IS NOT NULL;

    IF array_length(m_index, 1) > 0 THEN
        INSERT INTO member_events (event_nid, user_nid, membership)
        SELECT positions[m.i], m.u, m.s FROM unnest(m_index, m_user, m_membership) AS m(i, u, s) WHERE positions[m.i] IS NOT NULL;
    END IF;
    IF array_length(a_index, 1) > 0 THEN
        INSERT INTO auth_edges (event_nid, auth_nid)
        SELECT positions[a.i], e.event_nid FROM unnest(a_index, a_auth_id) AS a(i, id) JOIN events e ON e.event_id = a.id
        WHERE positions[a.i] IS NOT NULL;
    END IF;
    FOR v_state IN
        SELECT t.room, t.p, t.key FROM unnest(e_room, positions, e_key) WITH ORDINALITY AS t(room, p, key, i)
        WHERE t.key IS NOT NULL AND t.p IS NOT NULL ORDER BY t.i
    LOOP
        PERFORM change_state(v_state.room, v_state.p, v_state.key, v_state.p);
    END LOOP;
    IF array_length(r_index, 1) > 0 THEN
        INSERT INTO relations (parent_id, event_nid, room_nid, rel_type, rel_key)
        SELECT r.parent, positions[r.i], e_room[r.i], r.type, r.key
        FROM unnest(r_index, r_parent, r_type, r_key) AS r(i, parent, type, key) WHERE positions[r.i] IS NOT NULL;
    END IF;
    IF array_length(x_index, 1) > 0 THEN
        INSERT INTO redactions (target_id, redaction_nid)
        SELECT x.target, positions[x.i] FROM unnest(x_index, x_target) AS x(i, target) WHERE positions[x.i] IS NOT NULL;
        UPDATE events e SET redacted_by = positions[x.i]
        FROM unnest(x_index, x_target) AS x(i, target)
        WHERE e.event_id = x.target AND e.room_nid = e_room[x.i] AND e.redacted_by IS NULL AND positions[x.i] IS NOT NULL;
    END IF;
    IF array_length(h_index, 1) > 0 THEN
        INSERT INTO mentions (user_nid, room_nid, event_nid)
        SELECT h.u, e_room[h.i], positions[h.i] FROM unnest(h_index, h_user) AS h(i, u) WHERE positions[h.i] IS NOT NULL;
    END IF;

    previous := log_positions(
        (SELECT max(p) FROM unnest(positions) AS p), 1,
        ARRAY(SELECT DISTINCT t.room FROM unnest(e_room, positions) AS t(room, p) WHERE t.p IS NOT NULL),
        coalesce((SELECT array_agg(DISTINCT m.u) FROM unnest(m_index, m_user) AS m(i, u) WHERE positions[m.i] IS NOT NULL), '{}'));
    RETURN NEXT;
END $$;
