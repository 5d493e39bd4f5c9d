-- How the work in the background is divided among workers: into shares, each of which one worker has until a time.
-- `leases`, which did so for sending to other servers alone, is left to servers of the version before.
CREATE TABLE shares (
    share smallint PRIMARY KEY,
    owner text COLLATE "C",
    until timestamptz NOT NULL DEFAULT '-infinity'
) WITH (fillfactor = 50);
INSERT INTO shares (share) SELECT generate_series(0, 63);
COMMENT ON COLUMN shares.owner IS 'A worker''s name, which no other ever had; NULL: it was given up.';

ALTER TABLE workers ADD COLUMN takes_part boolean NOT NULL DEFAULT true;
COMMENT ON COLUMN workers.takes_part IS 'Whether the worker counts where shares are divided: not while it starts or ends.';

-- Up to which position the servers of a share were told everything, but for those with a cursor of their own.
CREATE TABLE outbound_checkpoints (
    share    smallint PRIMARY KEY,
    position bigint NOT NULL,
    saved_ms bigint NOT NULL
) WITH (fillfactor = 50);
INSERT INTO outbound_checkpoints (share, position, saved_ms)
SELECT n, position, saved_ms FROM outbound_checkpoint, generate_series(0, 63) AS n;

-- A job may also wait for its next step until a time: that is no claim of a worker that may have died.
ALTER TABLE jobs ADD COLUMN is_claimed boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN jobs.is_claimed IS 'Whether a worker is at it until claimed_until; else the job waits until then.';
