-- Searching messages and people, and previews of linked pages. Nothing here is written by the commit of an event: it follows
-- in the background, and what was missed is caught up with.

-- How far each follower of the positions has come. One worker at a time works; a claim that has run out was a crashed one's.
CREATE TABLE search_cursors (
    name          text PRIMARY KEY,
    position      bigint NOT NULL DEFAULT 0,
    claimed_by    text,
    claimed_until timestamptz NOT NULL DEFAULT '-infinity'
);
INSERT INTO search_cursors (name) VALUES ('messages'), ('people');

-- ---------------------------------------------------------------- messages
-- What of an event can be found: the words of its text as it reads now, folded (see homeserver/search/text.py), each between
-- blanks. Whether a viewer may see the event is asked of events, each time.
CREATE TABLE search_texts (
    event_nid  bigint PRIMARY KEY REFERENCES events ON DELETE CASCADE,
    shown_nid  bigint NOT NULL,
    room_nid   bigint NOT NULL,
    sender_nid bigint NOT NULL,
    sent_ms    bigint NOT NULL,
    kind       smallint NOT NULL CHECK (kind BETWEEN 0 AND 2),
    has_url    boolean NOT NULL,
    words      text COLLATE "C" NOT NULL,
    grams      integer[] NOT NULL,
    stems      tsvector NOT NULL
);
COMMENT ON COLUMN search_texts.shown_nid IS 'The event that the text is from: the newest edit, or the event itself.';
COMMENT ON COLUMN search_texts.sent_ms IS 'origin_server_ts, but never later than the event was indexed: senders choose it.';
COMMENT ON COLUMN search_texts.kind IS '0 the body of a message, 1 the name of a room, 2 its topic.';
COMMENT ON COLUMN search_texts.grams IS 'Hashes of the parts of words that may be asked for, and of the room.';
COMMENT ON COLUMN search_texts.stems IS 'Word stems by the configured language, and a lexeme for the room.';
CREATE INDEX search_texts_found ON search_texts USING gin (grams, stems) WITH (gin_pending_list_limit = 512);
CREATE INDEX search_texts_by_room ON search_texts (room_nid, sent_ms, event_nid);

-- How well folded words match what is asked for: for each needle 4 as a word, 3 at the start of one, 2 inside one, 1 by its
-- stem only; in thousandths of the best, plus what PostgreSQL makes of the stems' frequency.
CREATE FUNCTION search_rank(p_words text, p_needles text[], p_stems tsvector, p_query tsquery) RETURNS integer
LANGUAGE sql IMMUTABLE AS $$
    SELECT (coalesce(sum(CASE
        WHEN strpos(p_words, ' ' || btrim(n.needle) || ' ') > 0 THEN 1000
        WHEN strpos(p_words, ' ' || btrim(n.needle)) > 0 THEN 750
        WHEN strpos(p_words, n.needle) > 0 THEN 500
        ELSE 250 END) / greatest(count(*), 1), 0) + 1000 * ts_rank(p_stems, p_query, 1))::integer
    FROM unnest(p_needles) AS n(needle)
$$;

-- ---------------------------------------------------------------- people
-- Whom a search for people may find. Who may see whom is asked of memberships each time, and so is the profile that is shown.
CREATE TABLE directory_users (
    user_nid bigint PRIMARY KEY REFERENCES users ON DELETE CASCADE,
    words    text COLLATE "C" NOT NULL,
    grams    integer[] NOT NULL
);
COMMENT ON COLUMN directory_users.words IS 'Folded words of the localpart and of every display name that the user goes by.';
CREATE INDEX directory_users_found ON directory_users USING gin (grams) WITH (gin_pending_list_limit = 256);

CREATE TABLE directory_rooms (
    room_nid bigint PRIMARY KEY
);
COMMENT ON TABLE directory_rooms IS 'Rooms that anybody may join or read: their members are found by everybody.';

-- What the search for people follows.
CREATE INDEX state_changes_by_position ON state_changes (position);
CREATE INDEX profile_fields_by_position ON profile_fields (position);

-- ---------------------------------------------------------------- previews of linked pages
-- Times are milliseconds since the Unix epoch, from the server's clock.
CREATE TABLE url_previews (
    url_hash   bytea NOT NULL CHECK (octet_length(url_hash) = 32),
    hour       bigint NOT NULL,
    url        text NOT NULL,
    fetched_ms bigint NOT NULL,
    expires_ms bigint NOT NULL,
    preview    bytea,
    PRIMARY KEY (url_hash, hour)
);
COMMENT ON COLUMN url_previews.url_hash IS 'Of the URL and the language that was asked for.';
COMMENT ON COLUMN url_previews.hour IS 'The hour in which the page was fetched, since the epoch.';
COMMENT ON COLUMN url_previews.preview IS 'JSON; NULL: the page could not be had.';
CREATE INDEX url_previews_by_expiry ON url_previews (expires_ms);

-- Pictures of previews are media of this server that nobody uploaded, and go after a while.
CREATE TABLE preview_images (
    media_nid  bigint PRIMARY KEY REFERENCES media ON DELETE CASCADE,
    expires_ms bigint NOT NULL
);
CREATE INDEX preview_images_by_expiry ON preview_images (expires_ms);
