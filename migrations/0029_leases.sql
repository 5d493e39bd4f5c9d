-- Work that one worker does at a time. Whoever does not renew in time loses it to another.
CREATE TABLE leases (
    name  text COLLATE "C" PRIMARY KEY,
    owner text COLLATE "C" NOT NULL,
    until timestamptz NOT NULL
);
