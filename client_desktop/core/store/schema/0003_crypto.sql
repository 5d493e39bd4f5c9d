-- End-to-end encryption. Every pickle is encrypted with the account's pickle key, which is not in this file.

CREATE TABLE olm_account (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    user_id TEXT NOT NULL,
    device_id TEXT NOT NULL,
    pickle TEXT NOT NULL,
    device_keys_uploaded INTEGER NOT NULL DEFAULT 0,
    -- When the current fallback key was made; 0 before the first.
    fallback_made_ms INTEGER NOT NULL DEFAULT 0,
    -- The key before it may have been used and is still kept.
    fallback_before_kept INTEGER NOT NULL DEFAULT 0
);

-- `last_received_ms` is the time of creation until the session has received something; of two sessions with one
-- device the one that was used later has the larger, even if the clock was put back.
CREATE TABLE olm_sessions (
    session_id TEXT PRIMARY KEY,
    sender_key TEXT NOT NULL,
    pickle TEXT NOT NULL,
    last_received_ms INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX olm_sessions_by_key ON olm_sessions (sender_key, last_received_ms);

-- Messages that were decrypted: a server that hands one out again has said nothing new.
CREATE TABLE olm_messages_seen (
    hash BLOB PRIMARY KEY,
    seen_ms INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX olm_messages_seen_by_time ON olm_messages_seen (seen_ms);

-- Devices whose Olm session does not work. `pending`: a new one is to be made and announced.
CREATE TABLE olm_repairs (
    sender_key TEXT PRIMARY KEY,
    user_id TEXT NOT NULL,
    pending INTEGER NOT NULL,
    last_ms INTEGER NOT NULL
) WITHOUT ROWID;

-- Devices that were told that no Olm session with them could be made.
CREATE TABLE olm_failures_told (
    user_id TEXT NOT NULL,
    device_id TEXT NOT NULL,
    PRIMARY KEY (user_id, device_id)
) WITHOUT ROWID;

-- Whose devices we follow. `outdated`: they are to be asked for again; `marks` counts how often that was said.
CREATE TABLE tracked_users (
    user_id TEXT PRIMARY KEY,
    outdated INTEGER NOT NULL,
    marks INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;

-- A device is its signing key. Deleted ones stay while there are room keys that they made.
CREATE TABLE devices (
    user_id TEXT NOT NULL,
    ed25519 TEXT NOT NULL,
    device_id TEXT NOT NULL,
    curve25519 TEXT NOT NULL,
    signed BLOB NOT NULL,
    display_name TEXT NOT NULL,
    dehydrated INTEGER NOT NULL,
    blocked INTEGER NOT NULL DEFAULT 0,
    deleted INTEGER NOT NULL DEFAULT 0,
    first_seen_ms INTEGER NOT NULL,
    PRIMARY KEY (user_id, ed25519)
) WITHOUT ROWID;

CREATE INDEX devices_by_curve25519 ON devices (curve25519);

-- Rooms that were seen encrypted once; they stay so. `content` is of the last m.room.encryption we could use.
CREATE TABLE encrypted_rooms (
    room_id TEXT PRIMARY KEY,
    content BLOB NOT NULL,
    -- empty, or which devices get keys in this room: values of SendTo
    send_to TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;

-- `origin`: how the key came: own, direct, forwarded, backup, import or bundle. `sender` is who made the session,
-- where that is proven or claimed; `authentic`: it came from `sender_key` itself. `brought_by`: who forwarded it.
-- `backup_version` is the version of the backup that holds it.
CREATE TABLE inbound_group_sessions (
    room_id TEXT NOT NULL,
    session_id TEXT NOT NULL,
    pickle TEXT NOT NULL,
    first_index INTEGER NOT NULL,
    sender TEXT,
    sender_key TEXT NOT NULL,
    claimed_ed25519 TEXT NOT NULL,
    origin TEXT NOT NULL,
    authentic INTEGER NOT NULL,
    shared_history INTEGER NOT NULL,
    chain TEXT NOT NULL,
    brought_by TEXT NOT NULL DEFAULT '',
    received_ms INTEGER NOT NULL,
    backup_version TEXT,
    PRIMARY KEY (room_id, session_id)
) WITHOUT ROWID;

CREATE INDEX inbound_group_sessions_by_backup ON inbound_group_sessions (backup_version);
CREATE INDEX inbound_group_sessions_by_sender_key ON inbound_group_sessions (sender_key);

-- Which event each index of a session belongs to: another one with the same index is a replay.
CREATE TABLE megolm_indexes (
    session_id TEXT NOT NULL,
    message_index INTEGER NOT NULL,
    event_id TEXT NOT NULL,
    PRIMARY KEY (session_id, message_index)
) WITHOUT ROWID;

CREATE TABLE outbound_group_sessions (
    room_id TEXT PRIMARY KEY,
    session_id TEXT NOT NULL,
    pickle TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    messages INTEGER NOT NULL,
    shared_history INTEGER NOT NULL,
    -- Somebody left who may have the key: never to be used again.
    discarded INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;

-- Devices that have a session, from which index; or, with a code, why they have not.
CREATE TABLE outbound_recipients (
    session_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    ed25519 TEXT NOT NULL,
    message_index INTEGER NOT NULL,
    withheld TEXT NOT NULL,
    PRIMARY KEY (session_id, user_id, ed25519)
) WITHOUT ROWID;

-- Keys that we were told we would not get; `sender` is empty where somebody else than the maker said so.
CREATE TABLE withheld_keys (
    room_id TEXT NOT NULL,
    session_id TEXT NOT NULL,
    sender TEXT NOT NULL,
    code TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (room_id, session_id, sender)
) WITHOUT ROWID;

CREATE INDEX withheld_keys_by_sender ON withheld_keys (sender);

-- Keys that we ask our other devices for. `sent_ms` is 0 until they were asked; `answered`: to be cancelled.
CREATE TABLE key_requests (
    room_id TEXT NOT NULL,
    session_id TEXT NOT NULL,
    request_id TEXT NOT NULL,
    made_ms INTEGER NOT NULL,
    sent_ms INTEGER NOT NULL,
    answered INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (room_id, session_id)
) WITHOUT ROWID;

-- What our other devices ask of us, until it is answered.
CREATE TABLE key_requests_received (
    device_id TEXT NOT NULL,
    request_id TEXT NOT NULL,
    room_id TEXT NOT NULL,
    session_id TEXT NOT NULL,
    received_ms INTEGER NOT NULL,
    PRIMARY KEY (device_id, request_id)
) WITHOUT ROWID;

-- History that people shared with us: where it is, and whether it was imported.
CREATE TABLE key_bundles (
    room_id TEXT NOT NULL,
    sender TEXT NOT NULL,
    file BLOB NOT NULL,
    received_ms INTEGER NOT NULL,
    PRIMARY KEY (room_id, sender)
) WITHOUT ROWID;

-- Whose invite we accepted, and when: their history is worth downloading.
CREATE TABLE accepted_invites (
    room_id TEXT PRIMARY KEY,
    inviter TEXT NOT NULL,
    accepted_ms INTEGER NOT NULL
) WITHOUT ROWID;
