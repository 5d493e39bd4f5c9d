"""The aliases that a canonical alias event lists."""

from federation.protocol.ids import RoomAlias
from homeserver.rooms.room_aliases_state import listed_aliases, without_alias

GONE = RoomAlias("#gone:test")


def test_every_listed_text_counts() -> None:
    assert listed_aliases({"alias": "#a:t", "alt_aliases": ["#b:t", 5, "", "#a:t"]}) == {"#a:t", "#b:t"}
    assert listed_aliases({"alias": 5, "alt_aliases": "#a:t"}) == set()


def test_alias_is_taken_out_of_both_places() -> None:
    assert without_alias({"alias": GONE, "alt_aliases": [GONE], "other": 1}, GONE) == {"other": 1}
    kept = {"alias": "#a:t", "alt_aliases": ["#b:t"]}
    assert without_alias({"alias": "#a:t", "alt_aliases": [GONE, "#b:t"]}, GONE) == kept
    assert without_alias(kept, GONE) == kept
