-- Tokens by which users prove to other services who they are.
-- Times are milliseconds since the Unix epoch, from the server's clock.

CREATE TABLE openid_tokens (
    token_hash bytea PRIMARY KEY,
    user_nid   bigint NOT NULL REFERENCES accounts ON DELETE CASCADE,
    expires_ts bigint NOT NULL
);
CREATE INDEX openid_tokens_by_expiry ON openid_tokens (expires_ts);
CREATE INDEX openid_tokens_by_user ON openid_tokens (user_nid);
