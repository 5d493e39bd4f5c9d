-- Events of rooms, where they stand in timelines, who read how far, and what can be searched for.

-- Every event we know, whether it stands in a timeline or was fetched alone (a reply's target, a pin).
-- `type` is the decrypted one. `rel_*` name what it relates to; a redaction relates by "m.redaction".
-- `thread_root` is empty for the main timeline. `session_id` is set while the event waits for keys.
-- `notify`: 0 nothing, 1 a notification, 2 a highlight; 3 and 4 are the same once they were read.
CREATE TABLE events (
    event_nid INTEGER PRIMARY KEY AUTOINCREMENT, -- never given twice: open timelines remember events by it
    room_id TEXT NOT NULL,
    event_id TEXT NOT NULL,
    type TEXT NOT NULL,
    sender TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    state_key TEXT,
    rel_type TEXT,
    rel_target TEXT,
    thread_root TEXT NOT NULL,
    session_id TEXT,
    redacted INTEGER NOT NULL,
    notify INTEGER NOT NULL,
    json BLOB NOT NULL,
    clear BLOB,
    UNIQUE (room_id, event_id)
);

CREATE INDEX events_by_target ON events (room_id, rel_target, rel_type) WHERE rel_target IS NOT NULL;
CREATE INDEX events_by_thread ON events (room_id, thread_root) WHERE thread_root != '';
CREATE INDEX events_by_session ON events (room_id, session_id) WHERE session_id IS NOT NULL;
CREATE INDEX events_notifying ON events (room_id, notify) WHERE notify > 0;

-- Contiguous runs of a timeline (`thread_root` empty: of the whole room). `older` is the run before this one
-- across a gap. `back_token`, `forward_token`: where the server goes on; NULL where nothing is missing, empty
-- where something is and no token is known. The live run is the one that syncs append to.
CREATE TABLE fragments (
    fragment INTEGER PRIMARY KEY,
    room_id TEXT NOT NULL,
    thread_root TEXT NOT NULL,
    older INTEGER REFERENCES fragments (fragment) ON DELETE SET NULL,
    back_token TEXT,
    forward_token TEXT,
    live INTEGER NOT NULL
);

CREATE INDEX fragments_by_list ON fragments (room_id, thread_root);
CREATE INDEX fragments_by_older ON fragments (older) WHERE older IS NOT NULL;
CREATE UNIQUE INDEX fragments_live ON fragments (room_id, thread_root) WHERE live = 1;

-- `place` grows with time within its run. `shown` is 0 for what is never a row by itself: reactions, edits.
CREATE TABLE placements (
    fragment INTEGER NOT NULL REFERENCES fragments (fragment) ON DELETE CASCADE,
    place INTEGER NOT NULL,
    event_nid INTEGER NOT NULL REFERENCES events (event_nid) ON DELETE CASCADE,
    shown INTEGER NOT NULL,
    PRIMARY KEY (fragment, place)
) WITHOUT ROWID;

CREATE INDEX placements_by_event ON placements (event_nid);
CREATE INDEX placements_shown ON placements (fragment, place, event_nid) WHERE shown = 1;

-- `thread_id` is empty where the receipt names none.
CREATE TABLE receipts (
    room_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    receipt_type TEXT NOT NULL,
    thread_id TEXT NOT NULL,
    event_id TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (room_id, user_id, receipt_type, thread_id)
) WITHOUT ROWID;

CREATE INDEX receipts_by_event ON receipts (room_id, event_id);

-- What the search looks through: `words` is the text without case and accents.
CREATE TABLE search_texts (
    event_nid INTEGER PRIMARY KEY REFERENCES events (event_nid) ON DELETE CASCADE,
    room_id TEXT NOT NULL,
    sender TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    kind TEXT NOT NULL,
    words TEXT NOT NULL
);

CREATE INDEX search_texts_by_room ON search_texts (room_id, at_ms);
CREATE INDEX search_texts_by_time ON search_texts (at_ms);

CREATE VIRTUAL TABLE search_index USING fts5 (
    words, content = 'search_texts', content_rowid = 'event_nid', tokenize = 'trigram', detail = full
);

CREATE TRIGGER search_texts_added AFTER INSERT ON search_texts BEGIN
    INSERT INTO search_index (rowid, words) VALUES (new.event_nid, new.words);
END;

CREATE TRIGGER search_texts_removed AFTER DELETE ON search_texts BEGIN
    INSERT INTO search_index (search_index, rowid, words) VALUES ('delete', old.event_nid, old.words);
END;

CREATE TRIGGER search_texts_changed AFTER UPDATE ON search_texts BEGIN
    INSERT INTO search_index (search_index, rowid, words) VALUES ('delete', old.event_nid, old.words);
    INSERT INTO search_index (rowid, words) VALUES (new.event_nid, new.words);
END;
