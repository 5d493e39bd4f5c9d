-- The order of what workers tell each other without keeping it: typing and presence.
CREATE SEQUENCE fanout_stamps;

-- Which workers there are. Unlogged: after a crash of the database they say so again within seconds.
CREATE UNLOGGED TABLE workers (
    worker text COLLATE "C" PRIMARY KEY,
    seen   timestamptz NOT NULL
);
