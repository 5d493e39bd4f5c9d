-- What a registration is about while its stages are passed, so that the last request need not say it again, and
-- whom it made, so that a repetition of that request is answered as the first.
CREATE TABLE waiting_registrations (
    session_id    text COLLATE "C" PRIMARY KEY,
    request       bytea NOT NULL,
    password_hash text,
    made_user_id  text COLLATE "C",
    expires_ts    bigint NOT NULL
);
COMMENT ON COLUMN waiting_registrations.request IS 'JSON: name, device and the like; never a password.';
CREATE INDEX waiting_registrations_by_expiry ON waiting_registrations (expires_ts);
