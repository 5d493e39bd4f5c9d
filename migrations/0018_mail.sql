-- What the stages of user-interactive authentication have shown, where the operation must know it.
ALTER TABLE uia_sessions DROP COLUMN reg_token, ADD COLUMN proofs jsonb NOT NULL DEFAULT '{}';
COMMENT ON COLUMN uia_sessions.proofs IS 'By stage: the registration token, the session in which an address was validated.';

-- Mails that are still to be handed to the mail server, whoever of the workers does it.
CREATE TABLE outgoing_mails (
    mail_nid      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    recipient     text NOT NULL,
    message       bytea NOT NULL,
    created_ts    bigint NOT NULL,
    next_try_ts   bigint NOT NULL,
    attempts      integer NOT NULL DEFAULT 0,
    claimed_until timestamptz NOT NULL DEFAULT '-infinity'
);
COMMENT ON COLUMN outgoing_mails.message IS 'As it goes over the wire, headers and all; deleted with its row once it is sent or given up.';
CREATE INDEX outgoing_mails_by_next_try ON outgoing_mails (next_try_ts);

-- Addresses by which an account can be found, logged in to and recovered; shown to belong to its owner.
CREATE TABLE threepids (
    medium       text COLLATE "C" NOT NULL,
    address      text COLLATE "C" NOT NULL,
    user_nid     bigint NOT NULL REFERENCES accounts ON DELETE CASCADE,
    validated_ts bigint NOT NULL,
    added_ts     bigint NOT NULL,
    PRIMARY KEY (medium, address)
);
COMMENT ON COLUMN threepids.address IS 'Canonical: an e-mail address is case-folded.';
CREATE INDEX threepids_by_user ON threepids (user_nid);

-- Addresses that identity servers know as a user's because this server told them.
CREATE TABLE threepid_binds (
    user_nid  bigint NOT NULL REFERENCES accounts ON DELETE CASCADE,
    medium    text COLLATE "C" NOT NULL,
    address   text COLLATE "C" NOT NULL,
    id_server text COLLATE "C" NOT NULL,
    PRIMARY KEY (user_nid, medium, address, id_server)
);

-- Addresses whose owner was sent a mail, and what came of it.
CREATE TABLE threepid_validations (
    sid                text COLLATE "C" PRIMARY KEY,
    purpose            text COLLATE "C" NOT NULL,
    medium             text COLLATE "C" NOT NULL,
    address            text COLLATE "C" NOT NULL,
    client_secret_hash bytea NOT NULL,
    token_hashes       bytea[] NOT NULL DEFAULT '{}',
    send_attempt       bigint NOT NULL,
    next_link          text,
    validated_ts       bigint,
    expires_ts         bigint NOT NULL,
    UNIQUE (client_secret_hash, purpose, medium, address)
);
COMMENT ON COLUMN threepid_validations.purpose IS 'What the owner agrees to with the link in the mail: register, reset or add. It is good for nothing else.';
COMMENT ON COLUMN threepid_validations.token_hashes IS 'Of the last mails; empty where the mail said that the address cannot be used for this.';
CREATE INDEX threepid_validations_by_address ON threepid_validations (address);
CREATE INDEX threepid_validations_by_expiry ON threepid_validations (expires_ts);
