-- The keys that other servers sign with. They are kept for good: old events are checked with them.
CREATE TABLE server_keys (
    server             text COLLATE "C" NOT NULL,
    key_id             text COLLATE "C" NOT NULL,
    public_key         bytea NOT NULL CHECK (length(public_key) = 32),
    valid_until_ms     bigint NOT NULL,
    published_until_ms bigint NOT NULL,
    fetched_ms         bigint NOT NULL,
    response           bytea NOT NULL,
    PRIMARY KEY (server, key_id)
);
COMMENT ON COLUMN server_keys.valid_until_ms IS 'When an old key expired; for a current one until when the server vouches for it, at most seven days after fetched_ms.';
COMMENT ON COLUMN server_keys.published_until_ms IS 'Until when the document counts that the key was published in.';
COMMENT ON COLUMN server_keys.response IS 'That document, signed by its server, as canonical JSON.';

-- The keys that this server signed with before the one it signs with now.
CREATE TABLE retired_signing_keys (
    key_id     text COLLATE "C" PRIMARY KEY,
    public_key bytea NOT NULL CHECK (length(public_key) = 32),
    expired_ms bigint NOT NULL
);
