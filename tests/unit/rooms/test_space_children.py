"""The children of a space."""

from homeserver.json_types import JsonObject
from homeserver.rooms.space_children import valid_children


def child(room_id: str, ts: int = 0, **content: object) -> JsonObject:
    return {
        "type": "m.space.child",
        "state_key": room_id,
        "sender": "@a:test",
        "origin_server_ts": ts,
        "content": {"via": ["test"], **content},
        "depth": 5,
    }


def ids(*events: JsonObject, suggested_only: bool = False) -> list[str]:
    return [found.room_id for found in valid_children(events, suggested_only=suggested_only)]


def test_children_come_by_order_then_age_then_id() -> None:
    events = [
        child("!d:t", 2),
        child("!c:t", 1),
        child("!b:t", 1),
        child("!z:t", 9, order="a"),
        child("!y:t", 0, order="b"),
        child("!x:t", 0, order="a"),
    ]
    assert ids(*events) == ["!x:t", "!z:t", "!y:t", "!b:t", "!c:t", "!d:t"]


def test_order_that_breaks_its_grammar_does_not_count() -> None:
    odd = ["", "x" * 51, "ü", "\n", 5]
    events = [child(f"!{i}:t", -i, order=order) for i, order in enumerate(odd)]
    assert ids(*events, child("!a:t", order="~")) == ["!a:t", "!4:t", "!3:t", "!2:t", "!1:t", "!0:t"]


def test_event_without_servers_or_room_lists_nothing() -> None:
    broken = [child("!a:t", via=None), child("!a:t", via=[]), child("!a:t", via=[5]), child("!a:t", via="t")]
    assert ids(*broken, child("room"), child("")) == []


def test_suggested_alone_are_shown_on_demand() -> None:
    events = [child("!a:t", suggested=True), child("!b:t", suggested="yes"), child("!c:t")]
    assert ids(*events, suggested_only=True) == ["!a:t"]


def test_stripped_child_has_no_further_members() -> None:
    (found,) = valid_children([child("!a:t", 7)], suggested_only=False)
    assert set(found.stripped) == {"type", "state_key", "sender", "content", "origin_server_ts"}
