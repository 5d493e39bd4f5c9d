-- Workers that write in the same rooms at once take turns, room by room, instead of building events for nothing.
CREATE FUNCTION lock_heads(p_rooms bigint[], p_positions bigint[])
RETURNS TABLE (head events, state_moved boolean) LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    v_key integer;
BEGIN
    FOR v_key IN SELECT DISTINCT hashint8(room) FROM unnest(p_rooms) AS room ORDER BY 1 LOOP
        PERFORM pg_advisory_xact_lock(7264912, v_key);
    END LOOP;
    RETURN QUERY
    SELECT newest.head, r.position IS NULL OR EXISTS (
        SELECT FROM state_changes s WHERE s.room_nid = r.room AND s.position > r.position)
    FROM unnest(p_rooms, p_positions) AS r(room, position)
    CROSS JOIN LATERAL (
        SELECT e AS head FROM events e WHERE e.room_nid = r.room AND e.position IS NOT NULL
        ORDER BY e.position DESC LIMIT 1
    ) AS newest;
END $$;
COMMENT ON FUNCTION lock_heads IS
    'Locks rooms until the end of the transaction, in one order for all; returns what is the newest then, and whether '
    'the state has moved since a position. The lock only spares work: commit_events checks the heads, whoever holds it.';
