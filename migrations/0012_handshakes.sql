-- Memberships of rooms that this server is not in: invites, knocks, and how they ended.

-- Their events are not in events: without the room nothing can tell whether they are authorised, and nothing else may come to
-- rest upon them. The row in memberships that belongs to one has its position as event_nid.
CREATE TABLE out_of_band_memberships (
    user_nid   bigint NOT NULL,
    room_nid   bigint NOT NULL,
    position   bigint NOT NULL,
    sender_nid bigint NOT NULL,
    key_nid    bigint NOT NULL,
    event_id   text COLLATE "C" NOT NULL,
    json       bytea NOT NULL,
    shown      bytea NOT NULL,
    servers    text[] COLLATE "C" NOT NULL,
    PRIMARY KEY (user_nid, room_nid)
);
CREATE INDEX out_of_band_memberships_by_room ON out_of_band_memberships (room_nid);
COMMENT ON COLUMN out_of_band_memberships.shown IS 'A JSON list of stripped state events: what the user is shown of the room beside the event itself.';
COMMENT ON COLUMN out_of_band_memberships.servers IS 'Servers that are in the room, or were: whom to ask about it.';
