-- Keys that devices encrypt for each other with, signatures of keys, backups of keys, and what is known of the devices of
-- other servers' users. JSON is stored as canonical bytes, signatures as they were uploaded.

-- ---------------------------------------------------------------- changes of device lists
-- One row per user, whatever the number of changes and of those who are told: a sync looks for rows after its token.
DROP TABLE device_list_changes;
CREATE TABLE device_list_changes (
    user_nid  bigint PRIMARY KEY REFERENCES users,
    position  bigint NOT NULL,
    stream_id bigint NOT NULL DEFAULT 0
);
COMMENT ON TABLE device_list_changes IS 'When the devices or public cross-signing keys of a user changed last.';
COMMENT ON COLUMN device_list_changes.stream_id IS 'Counts what other servers were told of a user of ours: the newest stream_id of its m.device_list_update.';
CREATE INDEX device_list_changes_by_position ON device_list_changes (position);

-- What only one user may see of another's keys has changed: user-signing keys, and the signatures by them.
CREATE TABLE private_key_changes (
    viewer_nid bigint NOT NULL REFERENCES users,
    user_nid   bigint NOT NULL REFERENCES users,
    position   bigint NOT NULL,
    PRIMARY KEY (viewer_nid, user_nid)
);
CREATE INDEX private_key_changes_by_position ON private_key_changes (viewer_nid, position);

-- ---------------------------------------------------------------- keys of devices
CREATE TABLE device_keys (
    device_nid bigint PRIMARY KEY REFERENCES devices ON DELETE CASCADE,
    json       bytea NOT NULL
);

CREATE TABLE one_time_keys (
    key_nid    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    device_nid bigint NOT NULL REFERENCES devices ON DELETE CASCADE,
    algorithm  text COLLATE "C" NOT NULL,
    key_id     text COLLATE "C" NOT NULL,
    json       bytea NOT NULL,
    UNIQUE (device_nid, algorithm, key_id)
);
COMMENT ON COLUMN one_time_keys.key_nid IS 'The order of upload, in which keys are given out.';
CREATE INDEX one_time_keys_in_order ON one_time_keys (device_nid, algorithm, key_nid);

CREATE TABLE fallback_keys (
    device_nid bigint NOT NULL REFERENCES devices ON DELETE CASCADE,
    algorithm  text COLLATE "C" NOT NULL,
    key_id     text COLLATE "C" NOT NULL,
    used       boolean NOT NULL DEFAULT false,
    json       bytea NOT NULL,
    PRIMARY KEY (device_nid, algorithm)
);

-- ---------------------------------------------------------------- cross-signing
CREATE TABLE cross_signing_keys (
    user_nid   bigint NOT NULL REFERENCES users,
    usage      text COLLATE "C" NOT NULL CHECK (usage IN ('master', 'self_signing', 'user_signing')),
    public_key text COLLATE "C" NOT NULL,
    json       bytea NOT NULL,
    PRIMARY KEY (user_nid, usage)
);
COMMENT ON TABLE cross_signing_keys IS 'Of users of this server, and of others whose device lists are followed.';

-- Signatures uploaded after the key that they are on. Verified before they are stored.
CREATE TABLE key_signatures (
    target_nid bigint NOT NULL REFERENCES users,
    target     text COLLATE "C" NOT NULL,
    signer_nid bigint NOT NULL REFERENCES users,
    key_id     text COLLATE "C" NOT NULL,
    signature  text COLLATE "C" NOT NULL,
    PRIMARY KEY (target_nid, target, signer_nid, key_id)
);
COMMENT ON COLUMN key_signatures.target IS 'A device id, or the public key of a master signing key.';
CREATE INDEX key_signatures_by_key ON key_signatures (signer_nid, key_id);

-- ---------------------------------------------------------------- devices of other servers' users
-- A row while the user's list is followed: a room is shared, and every update since has been taken in.
CREATE TABLE remote_device_lists (
    user_nid  bigint PRIMARY KEY REFERENCES users,
    stream_id bigint NOT NULL,
    stale     boolean NOT NULL DEFAULT false,
    tried_ts  bigint NOT NULL DEFAULT 0,
    failures  integer NOT NULL DEFAULT 0,
    gaps      integer NOT NULL DEFAULT 0
);
COMMENT ON COLUMN remote_device_lists.stale IS 'The list must be fetched (anew).';
COMMENT ON COLUMN remote_device_lists.gaps IS 'Counts updates that could not be taken in: what was fetched before the newest of them is out of date.';
CREATE INDEX remote_device_lists_stale ON remote_device_lists (tried_ts) WHERE stale;

CREATE TABLE remote_devices (
    user_nid     bigint NOT NULL REFERENCES remote_device_lists ON DELETE CASCADE,
    device_id    text COLLATE "C" NOT NULL,
    display_name text,
    json         bytea,
    PRIMARY KEY (user_nid, device_id)
);
COMMENT ON COLUMN remote_devices.json IS 'NULL: the device has no keys.';

-- Messages to devices that came from other servers, so that none is delivered twice.
CREATE TABLE to_device_received (
    origin      text COLLATE "C" NOT NULL,
    message_id  text COLLATE "C" NOT NULL,
    received_ts bigint NOT NULL,
    PRIMARY KEY (origin, message_id)
);
CREATE INDEX to_device_received_by_time ON to_device_received (received_ts);

-- ---------------------------------------------------------------- backups of room keys
CREATE TABLE key_backups (
    backup_nid bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_nid   bigint NOT NULL REFERENCES accounts ON DELETE CASCADE,
    version    bigint NOT NULL,
    algorithm  text COLLATE "C" NOT NULL,
    auth_data  bytea NOT NULL,
    etag       bigint NOT NULL DEFAULT 0,
    key_count  bigint NOT NULL DEFAULT 0,
    deleted    boolean NOT NULL DEFAULT false,
    UNIQUE (user_nid, version)
);
COMMENT ON COLUMN key_backups.deleted IS 'The row stays, so that a version is never given twice.';

CREATE TABLE backed_up_keys (
    backup_nid          bigint NOT NULL REFERENCES key_backups ON DELETE CASCADE,
    room_id             text COLLATE "C" NOT NULL,
    session_id          text COLLATE "C" NOT NULL,
    is_verified         boolean NOT NULL,
    first_message_index bigint NOT NULL,
    forwarded_count     bigint NOT NULL,
    session_data        bytea NOT NULL,
    PRIMARY KEY (backup_nid, room_id, session_id)
);
