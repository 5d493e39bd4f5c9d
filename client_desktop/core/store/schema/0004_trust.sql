-- Whose keys are whose, secrets of the account, the backup of room keys, verifications.

-- Cross-signing keys as the server last gave them (`keys`: objects by usage). `pinned_master` is the master key that
-- we go by: the first that was seen, or the one that the user looked at. `verified_master` is the one that was
-- verified once; it stays when another comes, so that the change can be told.
CREATE TABLE identities (
    user_id TEXT PRIMARY KEY,
    keys BLOB NOT NULL,
    pinned_master TEXT NOT NULL,
    verified_master TEXT
) WITHOUT ROWID;

-- Devices that were verified themselves, for want of an identity that could be.
CREATE TABLE verified_devices (
    user_id TEXT NOT NULL,
    ed25519 TEXT NOT NULL,
    PRIMARY KEY (user_id, ed25519)
) WITHOUT ROWID;

-- Secrets that are here, by their name in secret storage; encrypted with the account's pickle key.
CREATE TABLE secrets (
    name TEXT PRIMARY KEY,
    sealed BLOB NOT NULL
) WITHOUT ROWID;

-- Secrets that other devices of the account were asked for; one request at a time for each.
CREATE TABLE secret_requests (
    name TEXT PRIMARY KEY,
    request_id TEXT NOT NULL UNIQUE,
    device_ids BLOB NOT NULL,
    made_ms INTEGER NOT NULL
) WITHOUT ROWID;

-- The backup that new room keys go into.
CREATE TABLE active_backup (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    version TEXT NOT NULL,
    public_key TEXT NOT NULL
);

-- How verifications in rooms ended that this device took part in. `code` is empty where all went well.
CREATE TABLE verifications (
    flow_id TEXT PRIMARY KEY,
    room_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    code TEXT NOT NULL,
    cancelled_by_us INTEGER NOT NULL,
    ended_ms INTEGER NOT NULL
) WITHOUT ROWID;
