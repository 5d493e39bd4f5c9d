-- Invites to, and knocks on, rooms that this server is not in.

-- What the user was shown of the room when they were invited or knocked, and whom to ask about it. The membership itself is
-- in memberships, and leads to an event without a place.
CREATE TABLE stripped_state (
    user_nid bigint NOT NULL,
    room_nid bigint NOT NULL,
    servers  text[] COLLATE "C" NOT NULL,
    json     bytea NOT NULL,
    PRIMARY KEY (user_nid, room_nid)
);
CREATE INDEX stripped_state_by_room ON stripped_state (room_nid);
COMMENT ON COLUMN stripped_state.json IS 'A JSON list of stripped state events, without the member event of the user.';
