-- What the admin page shows and sets.

CREATE TABLE default_rooms (
    room  text COLLATE "C" PRIMARY KEY CHECK (octet_length(room) <= 255),
    place integer NOT NULL
);
COMMENT ON TABLE default_rooms IS 'Room ids and aliases that new users are joined to, beside those of the configuration.';

-- Unlogged: written every few seconds, and found out again after a crash of the database.
CREATE UNLOGGED TABLE server_contacts (
    server      text COLLATE "C" PRIMARY KEY,
    answered_ms bigint NOT NULL,
    took_ms     double precision NOT NULL
) WITH (fillfactor = 70);
COMMENT ON TABLE server_contacts IS 'When other servers last answered this one, and how long that took.';

CREATE INDEX media_quarantined ON media (media_nid) WHERE quarantined;
