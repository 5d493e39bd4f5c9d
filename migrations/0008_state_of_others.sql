-- State that comes from elsewhere: relayed events, gaps in history, and many keys of a state changed at once.

ALTER TABLE events ADD COLUMN relayed boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN events.relayed IS 'Signed by another server for a room that it takes part in through this one: this server sends it on.';

-- Who has it in their auth chain: resolution asks upwards from the few events in question, instead of downwards from all members.
CREATE INDEX auth_edges_by_auth ON auth_edges (auth_nid);

-- Whether the sender's power was enough; else the redaction counts for events of the sender's own server only.
ALTER TABLE redactions ADD COLUMN has_power boolean NOT NULL DEFAULT true;

CREATE TABLE backward_extremities (
    event_id  text COLLATE "C" NOT NULL,
    child_nid bigint NOT NULL,
    room_nid  bigint NOT NULL,
    PRIMARY KEY (event_id, child_nid)
);
CREATE INDEX backward_extremities_by_room ON backward_extremities (room_nid);
COMMENT ON TABLE backward_extremities IS 'Prev events that are not stored with a state, each with the event that names it: where history can be asked for.';

-- As change_state, for many keys: an event of NULL removes its key.
CREATE FUNCTION change_states(p_room bigint, p_position bigint, p_keys bigint[], p_events bigint[])
RETURNS void LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    v_keys   bigint[];
    v_events bigint[];
    v_olds   bigint[];
BEGIN
    SELECT array_agg(w.key), array_agg(w.event), array_agg(s.event_nid) INTO v_keys, v_events, v_olds
    FROM unnest(p_keys, p_events) AS w(key, event)
    LEFT JOIN current_state s ON s.room_nid = p_room AND s.key_nid = w.key
    WHERE s.event_nid IS DISTINCT FROM w.event;
    IF v_keys IS NULL THEN
        RETURN;
    END IF;

    INSERT INTO state_changes (room_nid, position, key_nid, old_event_nid, new_event_nid)
    SELECT p_room, p_position, c.key, c.old, c.event FROM unnest(v_keys, v_events, v_olds) AS c(key, event, old);

    DELETE FROM memberships m USING unnest(v_events, v_olds) AS c(event, old), member_events e
    WHERE c.event IS NULL AND e.event_nid = c.old AND m.user_nid = e.user_nid AND m.room_nid = p_room;
    DELETE FROM current_state s USING unnest(v_keys, v_events) AS c(key, event)
    WHERE c.event IS NULL AND s.room_nid = p_room AND s.key_nid = c.key;

    INSERT INTO current_state (room_nid, key_nid, event_nid, since, is_member)
    SELECT p_room, c.key, c.event, p_position, e.event_nid IS NOT NULL
    FROM unnest(v_keys, v_events) AS c(key, event) LEFT JOIN member_events e ON e.event_nid = c.event
    WHERE c.event IS NOT NULL
    ON CONFLICT (room_nid, key_nid) DO UPDATE SET event_nid = excluded.event_nid, since = excluded.since;
    INSERT INTO memberships (user_nid, room_nid, membership, event_nid, position)
    SELECT e.user_nid, p_room, e.membership, c.event, p_position
    FROM unnest(v_events) AS c(event) JOIN member_events e ON e.event_nid = c.event
    ON CONFLICT (user_nid, room_nid) DO UPDATE
    SET membership = excluded.membership, event_nid = excluded.event_nid, position = excluded.position, forgotten = false;
END $$;
