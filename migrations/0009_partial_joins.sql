-- Joins that were answered before all members of the room were known.

CREATE TABLE partial_joins (
    room_nid       bigint PRIMARY KEY,
    join_nid       bigint NOT NULL,
    state_position bigint NOT NULL,
    joined_via     text COLLATE "C" NOT NULL,
    servers        text[] COLLATE "C" NOT NULL,
    completed      bigint
);
CREATE INDEX partial_joins_under_way ON partial_joins (room_nid) WHERE completed IS NULL;
COMMENT ON COLUMN partial_joins.state_position IS 'The position at which the state before the join is: where the members belong once they are known.';
COMMENT ON COLUMN partial_joins.completed IS 'The position from which the state is complete; NULL while it is not.';

-- Change what keys of a room's state were at a past position; later changes of the same keys stand.
CREATE FUNCTION rewrite_states(p_room bigint, p_position bigint, p_keys bigint[], p_events bigint[])
RETURNS void LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    v_keys   bigint[];
    v_events bigint[];
    v_olds   bigint[];
    v_now    bigint[];
BEGIN
    SELECT array_agg(w.key), array_agg(w.event), array_agg(b.new_event_nid), array_agg(w.key) FILTER (WHERE l.key_nid IS NULL)
    INTO v_keys, v_events, v_olds, v_now
    FROM unnest(p_keys, p_events) AS w(key, event)
    LEFT JOIN LATERAL (
        SELECT c.new_event_nid FROM state_changes c
        WHERE c.room_nid = p_room AND c.key_nid = w.key AND c.position <= p_position ORDER BY c.position DESC LIMIT 1
    ) b ON true
    LEFT JOIN LATERAL (
        SELECT c.key_nid FROM state_changes c
        WHERE c.room_nid = p_room AND c.key_nid = w.key AND c.position > p_position LIMIT 1
    ) l ON true
    WHERE b.new_event_nid IS DISTINCT FROM w.event;
    IF v_keys IS NULL THEN
        RETURN;
    END IF;

    INSERT INTO state_changes (room_nid, position, key_nid, old_event_nid, new_event_nid)
    SELECT p_room, p_position, c.key, c.old, c.event FROM unnest(v_keys, v_events, v_olds) AS c(key, event, old)
    ON CONFLICT (room_nid, position, key_nid) DO UPDATE SET new_event_nid = excluded.new_event_nid;
    UPDATE state_changes n SET old_event_nid = c.event
    FROM unnest(v_keys, v_events) AS c(key, event)
    WHERE n.room_nid = p_room AND n.key_nid = c.key AND n.position = (
        SELECT min(l.position) FROM state_changes l
        WHERE l.room_nid = p_room AND l.key_nid = c.key AND l.position > p_position);

    DELETE FROM memberships m USING unnest(v_keys, v_events, v_olds) AS c(key, event, old), member_events e
    WHERE c.key = ANY (v_now) AND c.event IS NULL AND e.event_nid = c.old AND m.user_nid = e.user_nid AND m.room_nid = p_room;
    DELETE FROM current_state s USING unnest(v_keys, v_events) AS c(key, event)
    WHERE c.key = ANY (v_now) AND c.event IS NULL AND s.room_nid = p_room AND s.key_nid = c.key;
    INSERT INTO current_state (room_nid, key_nid, event_nid, since, is_member)
    SELECT p_room, c.key, c.event, p_position, e.event_nid IS NOT NULL
    FROM unnest(v_keys, v_events) AS c(key, event) LEFT JOIN member_events e ON e.event_nid = c.event
    WHERE c.key = ANY (v_now) AND c.event IS NOT NULL
    ON CONFLICT (room_nid, key_nid) DO UPDATE SET event_nid = excluded.event_nid, since = excluded.since;
    INSERT INTO memberships (user_nid, room_nid, membership, event_nid, position)
    SELECT e.user_nid, p_room, e.membership, c.event, p_position
    FROM unnest(v_keys, v_events) AS c(key, event) JOIN member_events e ON e.event_nid = c.event
    WHERE c.key = ANY (v_now)
    ON CONFLICT (user_nid, room_nid) DO UPDATE
    SET membership = excluded.membership, event_nid = excluded.event_nid, position = excluded.position, forgotten = false;
END $$;
