-- What the stages of user-interactive authentication have shown, where the operation must know it.
ALTER TABLE uia_sessions DROP COLUMN reg_token, ADD COLUMN proofs jsonb NOT NULL DEFAULT '{}';
COMMENT ON COLUMN uia_sessions.proofs IS 'By stage: the registration token, the session in which an address was validated.';
