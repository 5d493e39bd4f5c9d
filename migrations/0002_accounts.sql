-- Accounts of this server's own users, and what they log in with.
-- Times are milliseconds since the Unix epoch, from the server's clock.

CREATE TABLE accounts (
    user_nid       bigint PRIMARY KEY REFERENCES users,
    password_hash  text,
    is_admin       boolean NOT NULL DEFAULT false,
    is_guest       boolean NOT NULL DEFAULT false,
    is_locked      boolean NOT NULL DEFAULT false,
    is_suspended   boolean NOT NULL DEFAULT false,
    is_erased      boolean NOT NULL DEFAULT false,
    created_ts     bigint NOT NULL,
    deactivated_ts bigint
);
COMMENT ON COLUMN accounts.password_hash IS 'Argon2id; NULL: no password opens this account.';
COMMENT ON COLUMN accounts.deactivated_ts IS 'Set once and for ever: the row stays so that nobody takes the name again.';

-- Which version of which document somebody agreed to.
CREATE TABLE accepted_terms (
    user_nid    bigint NOT NULL REFERENCES accounts ON DELETE CASCADE,
    document    text COLLATE "C" NOT NULL,
    version     text COLLATE "C" NOT NULL,
    accepted_ts bigint NOT NULL,
    PRIMARY KEY (user_nid, document, version)
);

CREATE TABLE devices (
    device_nid      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_nid        bigint NOT NULL REFERENCES accounts ON DELETE CASCADE,
    device_id       text COLLATE "C" NOT NULL,
    display_name    text,
    created_ts      bigint NOT NULL,
    last_seen_ts    bigint,
    last_seen_ip    text,
    last_seen_agent text,
    UNIQUE (user_nid, device_id)
);

-- One log-in of a device. Access tokens are signed, not stored: a token is good while its session is here.
CREATE TABLE sessions (
    session_nid bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_nid    bigint NOT NULL REFERENCES accounts ON DELETE CASCADE,
    device_nid  bigint NOT NULL REFERENCES devices ON DELETE CASCADE,
    generation  integer NOT NULL DEFAULT 0,
    offered     integer,
    created_ts  bigint NOT NULL
);
COMMENT ON COLUMN sessions.generation IS 'The newest pair of tokens that the client has shown to have received.';
COMMENT ON COLUMN sessions.offered IS 'The pair made by the last refresh, until the client uses either token of it.';
CREATE INDEX sessions_by_user ON sessions (user_nid);
CREATE INDEX sessions_by_device ON sessions (device_nid);

CREATE TABLE refresh_tokens (
    token_hash  bytea PRIMARY KEY,
    session_nid bigint NOT NULL REFERENCES sessions ON DELETE CASCADE,
    generation  integer NOT NULL
);
COMMENT ON TABLE refresh_tokens IS 'Spent ones stay for a while: who shows one has stolen it, or was stolen from.';
CREATE INDEX refresh_tokens_by_session ON refresh_tokens (session_nid, generation);

-- The keys that access tokens are signed with, made once for all workers.
CREATE TABLE token_keys (
    key_id     text COLLATE "C" PRIMARY KEY,
    seed       bytea NOT NULL,
    created_ts bigint NOT NULL
);

CREATE TABLE uia_sessions (
    session_id text COLLATE "C" PRIMARY KEY,
    user_nid   bigint REFERENCES accounts ON DELETE CASCADE,
    operation  text COLLATE "C" NOT NULL,
    completed  text[] NOT NULL DEFAULT '{}',
    reg_token  text COLLATE "C",
    expires_ts bigint NOT NULL
);
COMMENT ON TABLE uia_sessions IS 'Operations that wait for user-interactive authentication. Never holds a request body or a password.';
COMMENT ON COLUMN uia_sessions.operation IS 'What is being authorised: method, path, and a digest of what matters in the body.';
CREATE INDEX uia_sessions_by_expiry ON uia_sessions (expires_ts);

CREATE TABLE registration_tokens (
    token        text COLLATE "C" PRIMARY KEY,
    uses_allowed integer,
    uses         integer NOT NULL DEFAULT 0,
    expires_ts   bigint,
    makes_admin  boolean NOT NULL DEFAULT false,
    created_ts   bigint NOT NULL
);
COMMENT ON COLUMN registration_tokens.uses_allowed IS 'NULL: any number.';

CREATE TABLE profile_fields (
    user_nid bigint NOT NULL REFERENCES accounts ON DELETE CASCADE,
    field    text COLLATE "C" NOT NULL,
    value    bytea NOT NULL,
    position bigint NOT NULL,
    PRIMARY KEY (user_nid, field)
);
COMMENT ON COLUMN profile_fields.value IS 'JSON, as bytes since it may hold U+0000.';

-- Whose devices changed, and when: what syncs and other servers are told.
CREATE TABLE device_list_changes (
    position bigint NOT NULL,
    user_nid bigint NOT NULL,
    PRIMARY KEY (position, user_nid)
);
CREATE INDEX device_list_changes_by_user ON device_list_changes (user_nid, position);
