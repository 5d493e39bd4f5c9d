-- What the account knows of itself, its rooms and the people in them.

-- Single facts: the sync token, the transport, the filter.
CREATE TABLE facts (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

-- `summary` is the room as lists show it, ready to be shown; `record` is what it was made of.
CREATE TABLE rooms (
    room_id TEXT PRIMARY KEY,
    summary BLOB NOT NULL,
    record BLOB NOT NULL
);

-- Current state except memberships; stripped state in rooms we are not in.
CREATE TABLE room_state (
    room_id TEXT NOT NULL,
    type TEXT NOT NULL,
    state_key TEXT NOT NULL,
    event BLOB NOT NULL,
    PRIMARY KEY (room_id, type, state_key)
) WITHOUT ROWID;

CREATE INDEX room_state_by_type ON room_state (type, state_key);

-- Members we were told of; all of them only where the room's record says so.
CREATE TABLE members (
    room_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    membership TEXT NOT NULL,
    display_name TEXT,
    avatar_url TEXT,
    event BLOB NOT NULL,
    PRIMARY KEY (room_id, user_id)
) WITHOUT ROWID;

CREATE INDEX members_by_user ON members (user_id, room_id);
CREATE INDEX members_by_name ON members (room_id, display_name);

-- `room_id` is empty for what is the account's.
CREATE TABLE account_data (
    room_id TEXT NOT NULL,
    type TEXT NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (room_id, type)
) WITHOUT ROWID;

-- Profiles of people as the server told them.
CREATE TABLE profiles (
    user_id TEXT PRIMARY KEY,
    display_name TEXT,
    avatar_url TEXT,
    fetched_at_ms INTEGER NOT NULL
) WITHOUT ROWID;
