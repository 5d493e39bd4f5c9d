-- Which events are in threads, for unread counts per thread; threads in order; and what rooms must still be told of accounts.

-- ---------------------------------------------------------------- threads
-- One row per event in a thread, written once; events of the main timeline have none and cost nothing. The room's own
-- cumulative count (events.notify_count) takes in the threads: notify_count here says how much of it they are.

CREATE TABLE thread_events (
    room_nid     bigint NOT NULL,
    position     bigint NOT NULL,
    event_nid    bigint NOT NULL UNIQUE,
    root_id      text COLLATE "C" NOT NULL,
    hops         smallint NOT NULL CHECK (hops BETWEEN 0 AND 3),
    sender_nid   bigint NOT NULL,
    notifies     boolean NOT NULL,
    notify_count bigint NOT NULL,
    PRIMARY KEY (room_nid, position)
);
CREATE INDEX thread_events_by_root ON thread_events (room_nid, root_id, position);
COMMENT ON COLUMN thread_events.hops IS 'How many relations lead from the event to one that names the root: at most three, as the specification recommends.';
COMMENT ON COLUMN thread_events.notifies IS 'Whether the event notifies under the default push rules.';
COMMENT ON COLUMN thread_events.notify_count IS 'How many events in the threads of the room up to this one notify under the default push rules.';

-- Note an event that relates to another, if that leads into a thread. Events without a position are not counted.
CREATE FUNCTION add_thread_event(p_room bigint, p_event bigint, p_parent text, p_rel_type text)
RETURNS void LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    v_root  text;
    v_hops  smallint;
    v_event record;
    v_count bigint;
BEGIN
    IF p_rel_type = 'm.thread' THEN
        v_root := p_parent;
        v_hops := 0;
    ELSE
        SELECT t.root_id, t.hops + 1 INTO v_root, v_hops
        FROM events p JOIN thread_events t ON t.event_nid = p.event_nid
        WHERE p.event_id = p_parent AND p.room_nid = p_room AND t.hops < 3;
    END IF;
    IF v_root IS NULL OR left(v_root, 1) <> '$' THEN
        RETURN;
    END IF;
    SELECT e.position, e.sender_nid, e.notify_count > coalesce(
        (SELECT b.notify_count FROM events b WHERE b.room_nid = p_room AND b.position < e.position
         ORDER BY b.position DESC LIMIT 1), 0) AS notifies
    INTO v_event FROM events e WHERE e.event_nid = p_event;
    IF v_event.position IS NULL THEN
        RETURN;
    END IF;
    SELECT t.notify_count INTO v_count FROM thread_events t WHERE t.room_nid = p_room ORDER BY t.position DESC LIMIT 1;
    INSERT INTO thread_events (room_nid, position, event_nid, root_id, hops, sender_nid, notifies, notify_count)
    VALUES (p_room, v_event.position, p_event, v_root, v_hops, v_event.sender_nid, v_event.notifies,
            coalesce(v_count, 0) + v_event.notifies::integer);
END $$;

CREATE FUNCTION follow_relation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM add_thread_event(new.room_nid, new.event_nid, new.parent_id, new.rel_type);
    RETURN NULL;
END $$;
CREATE TRIGGER relations_in_threads AFTER INSERT ON relations FOR EACH ROW EXECUTE FUNCTION follow_relation();

-- What was there before, in the order of positions, which the counts follow.
DO $$
DECLARE
    v_known record;
BEGIN
    FOR v_known IN
        SELECT r.room_nid, r.event_nid, r.parent_id, r.rel_type
        FROM relations r JOIN events e ON e.event_nid = r.event_nid WHERE e.position IS NOT NULL ORDER BY e.position
    LOOP
        PERFORM add_thread_event(v_known.room_nid, v_known.event_nid, v_known.parent_id, v_known.rel_type);
    END LOOP;
END $$;

-- Lists of threads go by their newest events in topological order, so relations are found in that order too.
ALTER TABLE relations ADD COLUMN topo bigint;
UPDATE relations r SET topo = e.topo FROM events e WHERE e.event_nid = r.event_nid;
ALTER TABLE relations ALTER COLUMN topo SET NOT NULL;
COMMENT ON COLUMN relations.topo IS 'That of the event, which is stored first; filled in by a trigger.';
DROP INDEX relations_by_parent;
CREATE INDEX relations_by_parent ON relations (parent_id, rel_type, topo, event_nid);
DROP INDEX relations_threads;
CREATE INDEX relations_threads ON relations (room_nid, topo, event_nid) WHERE rel_type = 'm.thread';

CREATE FUNCTION place_relation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    new.topo := (SELECT e.topo FROM events e WHERE e.event_nid = new.event_nid);
    RETURN new;
END $$;
CREATE TRIGGER relations_have_places BEFORE INSERT ON relations FOR EACH ROW EXECUTE FUNCTION place_relation();

-- ---------------------------------------------------------------- what rooms must still be told of accounts
-- Written with the change of the account, gone when every room knows. A claim that has run out was a crashed worker's.
CREATE TABLE account_work (
    user_nid      bigint NOT NULL REFERENCES users,
    kind          text NOT NULL,
    position      bigint NOT NULL,
    claimed_until timestamptz NOT NULL DEFAULT '-infinity',
    PRIMARY KEY (user_nid, kind)
);
COMMENT ON COLUMN account_work.kind IS 'profile: member events must say what the profile says; departure: the account is closed and leaves all rooms.';
COMMENT ON COLUMN account_work.position IS 'Of the newest change that asks for it: work that was asked for again meanwhile is done again.';
