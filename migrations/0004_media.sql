-- The content repository: what an mxc:// address names, the bytes behind it, the thumbnails made of it.

-- ---------------------------------------------------------------- bytes
-- A row exists before its bytes are written and after they are deleted, so no crash leaves bytes that no row knows.
-- The object's key holds blob_nid: deleting the bytes of an old row can never hit those of a newer row of the same hash.
CREATE TABLE media_blobs (
    blob_nid    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sha256      bytea NOT NULL CHECK (octet_length(sha256) = 32),
    size_bytes  bigint NOT NULL CHECK (size_bytes >= 0),
    stored      boolean NOT NULL DEFAULT false,
    deleting    boolean NOT NULL DEFAULT false,
    quarantined boolean NOT NULL DEFAULT false,
    touched_ms  bigint NOT NULL
);
CREATE UNIQUE INDEX media_blobs_sha256 ON media_blobs (sha256) WHERE NOT deleting;
CREATE INDEX media_blobs_deleting ON media_blobs (blob_nid) WHERE deleting;
COMMENT ON COLUMN media_blobs.stored IS 'The bytes are durable in the object store.';
COMMENT ON COLUMN media_blobs.deleting IS 'Nothing refers to the row any more; its bytes are being deleted.';
COMMENT ON COLUMN media_blobs.quarantined IS 'Refused for every address that has these bytes, uploaded earlier or later.';

-- ---------------------------------------------------------------- addresses
CREATE TABLE media (
    media_nid         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    origin            text COLLATE "C" NOT NULL,
    media_id          text COLLATE "C" NOT NULL,
    user_nid          bigint REFERENCES users,
    blob_nid          bigint REFERENCES media_blobs,
    content_type      text,
    upload_name       bytea,
    size_bytes        bigint,
    created_ms        bigint NOT NULL,
    uploaded_ms       bigint,
    unused_expires_ms bigint,
    last_access_ms    bigint,
    quarantined       boolean NOT NULL DEFAULT false,
    UNIQUE (origin, media_id),
    CONSTRAINT media_is_pending_or_complete CHECK (
        (blob_nid IS NULL AND unused_expires_ms IS NOT NULL)
        OR (blob_nid IS NOT NULL AND content_type IS NOT NULL AND size_bytes IS NOT NULL AND uploaded_ms IS NOT NULL)
    )
);
CREATE INDEX media_by_blob ON media (blob_nid) WHERE blob_nid IS NOT NULL;
CREATE INDEX media_by_uploader ON media (user_nid, uploaded_ms) INCLUDE (size_bytes) WHERE blob_nid IS NOT NULL;
CREATE INDEX media_pending_by_user ON media (user_nid, unused_expires_ms) WHERE blob_nid IS NULL;
CREATE INDEX media_pending_by_expiry ON media (unused_expires_ms) WHERE blob_nid IS NULL;
COMMENT ON COLUMN media.user_nid IS 'Who uploaded it here; NULL for a copy of another server''s file.';
COMMENT ON COLUMN media.blob_nid IS 'NULL while the address was created but its content not yet uploaded.';
COMMENT ON COLUMN media.upload_name IS 'UTF-8 of the name; bytes, because a name may hold U+0000.';

-- ---------------------------------------------------------------- thumbnails
CREATE TABLE media_thumbnails (
    source_blob_nid bigint NOT NULL REFERENCES media_blobs,
    width           integer NOT NULL,
    height          integer NOT NULL,
    method          text COLLATE "C" NOT NULL CHECK (method IN ('crop', 'scale')),
    animated        boolean NOT NULL,
    blob_nid        bigint NOT NULL REFERENCES media_blobs,
    content_type    text NOT NULL,
    PRIMARY KEY (source_blob_nid, width, height, method, animated)
);
CREATE INDEX media_thumbnails_by_blob ON media_thumbnails (blob_nid);
COMMENT ON TABLE media_thumbnails IS
    'Keyed by the variant asked for, not by the pixels made. blob_nid = source_blob_nid where the original itself is the answer.';
