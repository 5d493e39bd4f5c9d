-- The OAuth 2.0 API: clients that registered themselves, what people granted them, and signed-in browsers.
-- Times are milliseconds since the Unix epoch, from the server's clock. Secrets are stored as their hash.

CREATE TABLE oauth_clients (
    client_nid    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    client_id     text COLLATE "C" NOT NULL UNIQUE,
    metadata_hash bytea NOT NULL UNIQUE,
    metadata      bytea NOT NULL,
    used_ts       bigint NOT NULL
);
COMMENT ON COLUMN oauth_clients.metadata_hash IS 'The same metadata is registered once, however often it is sent.';
COMMENT ON COLUMN oauth_clients.metadata IS 'JSON, as it was registered.';
CREATE INDEX oauth_clients_by_use ON oauth_clients (used_ts);

-- Sessions that a client was granted. A client that has one is never deleted.
CREATE TABLE oauth_sessions (
    session_nid bigint PRIMARY KEY REFERENCES sessions ON DELETE CASCADE,
    client_nid  bigint NOT NULL REFERENCES oauth_clients,
    scope       text COLLATE "C" NOT NULL
);
CREATE INDEX oauth_sessions_by_client ON oauth_sessions (client_nid);

-- Browsers that somebody has signed in with, to the server's own pages.
CREATE TABLE browser_sessions (
    browser_nid      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    secret_hash      bytea NOT NULL UNIQUE,
    user_nid         bigint NOT NULL REFERENCES accounts ON DELETE CASCADE,
    proved_ts        bigint NOT NULL,
    expires_ts       bigint NOT NULL,
    issuer           text COLLATE "C",
    subject          text COLLATE "C",
    provider_session text COLLATE "C"
);
COMMENT ON COLUMN browser_sessions.proved_ts IS 'When the user last showed to be who they are.';
COMMENT ON COLUMN browser_sessions.issuer IS 'The upstream provider that vouched for the user; with the subject and the session there.';
CREATE INDEX browser_sessions_by_user ON browser_sessions (user_nid);
CREATE INDEX browser_sessions_by_expiry ON browser_sessions (expires_ts);
CREATE INDEX browser_sessions_by_subject ON browser_sessions (issuer, subject);

-- Authorisation codes. A used one stays for a while: who shows it again has stolen it, or was stolen from.
CREATE TABLE oauth_codes (
    code_hash      bytea PRIMARY KEY,
    client_nid     bigint NOT NULL REFERENCES oauth_clients ON DELETE CASCADE,
    browser_nid    bigint NOT NULL REFERENCES browser_sessions ON DELETE CASCADE,
    redirect_uri   text COLLATE "C" NOT NULL,
    scope          text COLLATE "C" NOT NULL,
    code_challenge text COLLATE "C" NOT NULL,
    used_ts        bigint,
    session_nid    bigint REFERENCES sessions ON DELETE SET NULL,
    created_ts     bigint NOT NULL
);
CREATE INDEX oauth_codes_by_age ON oauth_codes (created_ts);
CREATE INDEX oauth_codes_by_client ON oauth_codes (client_nid);
CREATE INDEX oauth_codes_by_browser ON oauth_codes (browser_nid);
CREATE INDEX oauth_codes_by_session ON oauth_codes (session_nid);

-- Devices without a browser that wait for somebody to type their code elsewhere.
CREATE TABLE oauth_device_grants (
    device_code_hash bytea PRIMARY KEY,
    user_code        text COLLATE "C" NOT NULL UNIQUE,
    client_nid       bigint NOT NULL REFERENCES oauth_clients ON DELETE CASCADE,
    scope            text COLLATE "C" NOT NULL,
    browser_nid      bigint REFERENCES browser_sessions ON DELETE CASCADE,
    is_denied        boolean NOT NULL DEFAULT false,
    interval_ms      integer NOT NULL,
    polled_ts        bigint,
    expires_ts       bigint NOT NULL
);
COMMENT ON COLUMN oauth_device_grants.browser_nid IS 'With which the user agreed; NULL: nobody has decided yet, unless it is denied.';
CREATE INDEX oauth_device_grants_by_expiry ON oauth_device_grants (expires_ts);
CREATE INDEX oauth_device_grants_by_client ON oauth_device_grants (client_nid);
CREATE INDEX oauth_device_grants_by_browser ON oauth_device_grants (browser_nid);
