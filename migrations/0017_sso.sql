-- Signing in with more than a password: login tokens, upstream identity providers, two devices that meet.
-- Times are milliseconds since the Unix epoch, from the server's clock. Secrets are stored as their hash.

CREATE TABLE login_tokens (
    token_hash       bytea PRIMARY KEY,
    user_nid         bigint NOT NULL REFERENCES accounts ON DELETE CASCADE,
    browser_hash     bytea,
    issuer           text COLLATE "C",
    subject          text COLLATE "C",
    provider_session text COLLATE "C",
    expires_ts       bigint NOT NULL
);
COMMENT ON COLUMN login_tokens.browser_hash IS 'Set for tokens that are handed to a page of our own: who uses them must show this cookie.';
COMMENT ON COLUMN login_tokens.issuer IS 'Which provider vouched for the user; with the subject and the session there.';
CREATE INDEX login_tokens_by_expiry ON login_tokens (expires_ts);
CREATE INDEX login_tokens_by_user ON login_tokens (user_nid);

-- Who is who at an upstream provider. Nothing else links the two: neither a name nor an e-mail address.
CREATE TABLE upstream_identities (
    issuer     text COLLATE "C" NOT NULL,
    subject    text COLLATE "C" NOT NULL,
    user_nid   bigint NOT NULL REFERENCES accounts ON DELETE CASCADE,
    created_ts bigint NOT NULL,
    PRIMARY KEY (issuer, subject)
);
CREATE INDEX upstream_identities_by_user ON upstream_identities (user_nid);

-- Sessions that end when the provider says that its own have ended.
CREATE TABLE upstream_sessions (
    session_nid      bigint PRIMARY KEY REFERENCES sessions ON DELETE CASCADE,
    issuer           text COLLATE "C" NOT NULL,
    subject          text COLLATE "C" NOT NULL,
    provider_session text COLLATE "C"
);
CREATE INDEX upstream_sessions_by_subject ON upstream_sessions (issuer, subject);

-- Browsers that were sent to a provider and have not come back. Used up by coming back.
CREATE TABLE sso_attempts (
    state_hash    bytea PRIMARY KEY,
    browser_hash  bytea NOT NULL,
    provider_id   text COLLATE "C" NOT NULL,
    nonce         text NOT NULL,
    code_verifier text NOT NULL,
    goal          bytea NOT NULL,
    expires_ts    bigint NOT NULL
);
COMMENT ON COLUMN sso_attempts.goal IS 'JSON: what for, and where to next.';
CREATE INDEX sso_attempts_by_expiry ON sso_attempts (expires_ts);

-- Browsers that came back with a verified identity, and wait for their user to choose a name or to confirm.
CREATE TABLE sso_arrivals (
    arrival_hash bytea PRIMARY KEY,
    browser_hash bytea NOT NULL,
    provider_id  text COLLATE "C" NOT NULL,
    identity     bytea NOT NULL,
    goal         bytea NOT NULL,
    user_nid     bigint REFERENCES accounts ON DELETE CASCADE,
    expires_ts   bigint NOT NULL
);
COMMENT ON COLUMN sso_arrivals.identity IS 'JSON: issuer, subject and what the provider says of the user.';
COMMENT ON COLUMN sso_arrivals.user_nid IS 'NULL: there is no account yet.';
CREATE INDEX sso_arrivals_by_expiry ON sso_arrivals (expires_ts);
CREATE INDEX sso_arrivals_by_user ON sso_arrivals (user_nid);

-- Logout tokens that were taken already, until they expire.
CREATE TABLE logout_tokens_seen (
    issuer     text COLLATE "C" NOT NULL,
    token_id   bytea NOT NULL,
    expires_ts bigint NOT NULL,
    PRIMARY KEY (issuer, token_id)
);
CREATE INDEX logout_tokens_seen_by_expiry ON logout_tokens_seen (expires_ts);

-- Small shared notes through which a device that is signed in and one that is not find each other.
CREATE TABLE rendezvous_sessions (
    session_id   text COLLATE "C" PRIMARY KEY,
    protocol     text COLLATE "C" NOT NULL,
    revision     bigint NOT NULL DEFAULT 0,
    data         bytea NOT NULL,
    changed_ts   bigint NOT NULL,
    expires_ts   bigint NOT NULL
);
CREATE INDEX rendezvous_sessions_by_expiry ON rendezvous_sessions (expires_ts);

CREATE TABLE rendezvous_transactions (
    session_id text COLLATE "C" NOT NULL REFERENCES rendezvous_sessions ON DELETE CASCADE,
    txn_id     text COLLATE "C" NOT NULL,
    revision   bigint NOT NULL,
    PRIMARY KEY (session_id, txn_id)
);
COMMENT ON TABLE rendezvous_transactions IS 'Which revision a request made, for the device that sends it twice.';
