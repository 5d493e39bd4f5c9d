-- What each user has made of the push rules. Account data of type m.push_rules only says when they last changed.
CREATE TABLE push_rules (
    user_nid   bigint NOT NULL REFERENCES users,
    kind       text COLLATE "C" NOT NULL CHECK (kind IN ('override', 'content', 'room', 'sender', 'underride')),
    rule_id    text COLLATE "C" NOT NULL,
    rank       bigint NOT NULL,
    enabled    boolean,
    actions    bytea,
    conditions bytea NOT NULL DEFAULT '[]',
    pattern    bytea NOT NULL DEFAULT '',
    PRIMARY KEY (user_nid, kind, rule_id),
    CHECK (rule_id LIKE '.%' OR (enabled IS NOT NULL AND actions IS NOT NULL))
);
COMMENT ON TABLE push_rules IS 'Rules of the users'' own; and, with ids that begin with a dot, what they changed about the server''s.';
COMMENT ON COLUMN push_rules.rank IS 'Order among the user''s own rules of a kind: the lowest is the most important.';
COMMENT ON COLUMN push_rules.enabled IS 'NULL: as the server-default rule has it. So for actions.';
COMMENT ON COLUMN push_rules.actions IS 'JSON, as bytes since it may hold U+0000. So for conditions; the pattern is UTF-8 text.';
