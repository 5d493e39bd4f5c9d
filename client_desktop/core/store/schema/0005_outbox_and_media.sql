-- What is on its way out, and which files lie in the cache.

-- In the order of `place` within a room.
CREATE TABLE outbox (
    place INTEGER PRIMARY KEY AUTOINCREMENT,
    txn_id TEXT NOT NULL UNIQUE,
    room_id TEXT NOT NULL,
    type TEXT NOT NULL,
    content BLOB NOT NULL,             -- in clear; it is encrypted anew for each attempt
    redacts TEXT,
    depends_on TEXT,                   -- transaction id of what has to be sent before, whose event id goes in here
    created_at_ms INTEGER NOT NULL,
    state TEXT NOT NULL,               -- queued, failed, sent
    error_word TEXT NOT NULL DEFAULT '',
    tried_since_ms INTEGER,            -- since when it is tried; it may have arrived
    event_id TEXT                      -- once the server has said it
);

CREATE INDEX outbox_by_room ON outbox (room_id, place);

-- Files that have to be uploaded first. `slot`: file or thumbnail.
CREATE TABLE outbox_files (
    txn_id TEXT NOT NULL REFERENCES outbox (txn_id) ON DELETE CASCADE,
    slot TEXT NOT NULL,
    path TEXT NOT NULL,                -- a copy of ours
    name TEXT NOT NULL,
    mime_type TEXT NOT NULL,
    size INTEGER NOT NULL,
    url TEXT,                          -- mxc URI, once it is uploaded
    encrypted_file BLOB,               -- `EncryptedFile`, where it was encrypted
    PRIMARY KEY (txn_id, slot)
) WITHOUT ROWID;

-- `thread_root` is empty for the room itself.
CREATE TABLE drafts (
    room_id TEXT NOT NULL,
    thread_root TEXT NOT NULL,
    text TEXT NOT NULL,
    changed_at_ms INTEGER NOT NULL,
    PRIMARY KEY (room_id, thread_root)
) WITHOUT ROWID;

-- `key` says what it is: a file of the server, decrypted or not, or a thumbnail of it.
CREATE TABLE media_cache (
    key TEXT PRIMARY KEY,
    name TEXT NOT NULL,                -- of the file in the cache's folder: the digest of what is in it
    size INTEGER NOT NULL,
    used_at_ms INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX media_cache_by_use ON media_cache (used_at_ms);
CREATE INDEX media_cache_by_name ON media_cache (name);
