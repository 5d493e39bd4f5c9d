-- What administrators and retention do to rooms and accounts: work in the background, blocks, reports, notices.
-- Times are milliseconds since the Unix epoch, from the server's clock; claims go by the database's.

-- ---------------------------------------------------------------- work in the background
-- A job is done in bounded steps, each noted in progress, so that any worker can go on where another one stopped. A claim
-- that has run out was a crashed worker's; generation tells its late writes from those of the worker that took over.
CREATE TABLE jobs (
    job_id        text COLLATE "C" PRIMARY KEY,
    kind          text COLLATE "C" NOT NULL,
    subject       text COLLATE "C" NOT NULL,
    status        text NOT NULL DEFAULT 'scheduled' CHECK (status IN ('scheduled', 'active', 'complete', 'failed', 'cancelled')),
    arguments     bytea NOT NULL,
    progress      bytea NOT NULL DEFAULT '{}',
    error         text,
    failures      integer NOT NULL DEFAULT 0,
    generation    bigint NOT NULL DEFAULT 0,
    claimed_until timestamptz NOT NULL DEFAULT '-infinity',
    created_ms    bigint NOT NULL,
    finished_ms   bigint
);
COMMENT ON COLUMN jobs.subject IS 'What is worked on: a room id or a user id. Jobs of one kind and subject are done one after another.';
COMMENT ON COLUMN jobs.arguments IS 'A JSON object, as bytes since it may hold U+0000. So for progress.';
COMMENT ON COLUMN jobs.claimed_until IS 'While the job is active: until when it is a worker''s own; before that also the time to wait until.';
CREATE INDEX jobs_to_do ON jobs (claimed_until, created_ms) WHERE status IN ('scheduled', 'active');
CREATE INDEX jobs_by_subject ON jobs (subject, created_ms);
CREATE INDEX jobs_by_age ON jobs (finished_ms) WHERE finished_ms IS NOT NULL;

-- ---------------------------------------------------------------- purging events
-- Of an event that is purged: what it redacted, who waits for it, and the events whose prev events may be among the purged.
CREATE INDEX redactions_by_redaction ON redactions (redaction_nid);
CREATE INDEX mentions_by_event ON mentions (event_nid);
CREATE INDEX backward_extremities_by_child ON backward_extremities (child_nid);
CREATE INDEX events_of_forks ON events (room_nid, topo, event_nid) WHERE state_base IS NOT NULL OR extremities IS NOT NULL;
CREATE INDEX state_branches_by_room ON state_branches (room_nid, branch_nid);
CREATE INDEX state_branches_by_parent ON state_branches (parent_nid) WHERE parent_nid IS NOT NULL;

ALTER TABLE thread_events ALTER COLUMN event_nid DROP NOT NULL;
COMMENT ON COLUMN thread_events.event_nid IS 'NULL at position 0 only: stands for all events in threads that were purged, with their count.';

ALTER TABLE redactions ADD COLUMN erased boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN redactions.erased IS 'What it redacted is no longer in the database: the bytes of the event were replaced.';
CREATE INDEX redactions_to_erase ON redactions (redaction_nid) WHERE NOT erased;

-- ---------------------------------------------------------------- rooms that are closed to this server's users
CREATE TABLE blocked_rooms (
    room_id     text COLLATE "C" PRIMARY KEY,
    blocked_by  bigint REFERENCES users,
    blocked_ms  bigint NOT NULL,
    until_job   text COLLATE "C"
);
COMMENT ON COLUMN blocked_rooms.until_job IS 'The deletion of the room that needs it empty: the block ends with it. NULL: until somebody ends it.';

-- ---------------------------------------------------------------- reports
ALTER TABLE reports ADD COLUMN event_id text COLLATE "C";
UPDATE reports r SET event_id = e.event_id FROM events e WHERE e.event_nid = r.event_nid;
COMMENT ON COLUMN reports.event_nid IS 'NULL once the event is purged; event_id stays.';
CREATE INDEX reports_by_event ON reports (event_nid) WHERE event_nid IS NOT NULL;
CREATE INDEX reports_by_room ON reports (room_nid) WHERE room_nid IS NOT NULL;

-- ---------------------------------------------------------------- accounts
CREATE TABLE rate_overrides (
    user_nid   bigint PRIMARY KEY REFERENCES users,
    per_second double precision NOT NULL CHECK (per_second >= 0),
    burst      integer NOT NULL CHECK (burst >= 0)
);
COMMENT ON TABLE rate_overrides IS 'Users with a rate of their own for sending; 0 and 0: no limit at all.';

ALTER TABLE accounts ADD COLUMN is_shadow_banned boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN accounts.is_shadow_banned IS 'What the user sends seems to be sent, and is not.';

CREATE TABLE server_notice_rooms (
    user_nid bigint PRIMARY KEY REFERENCES users,
    room_nid bigint NOT NULL UNIQUE
);

-- ---------------------------------------------------------------- media
CREATE INDEX media_by_last_access ON media ((coalesce(last_access_ms, uploaded_ms))) WHERE blob_nid IS NOT NULL;
