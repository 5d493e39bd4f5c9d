"""What gateways and browsers are told of an event."""

from dataclasses import replace
from datetime import UTC, datetime

import orjson

from federation.protocol.ids import UserId
from homeserver.json_types import JsonObject
from homeserver.pushers.encrypt_message import MAX_PLAINTEXT
from homeserver.pushers.notification import (
    PushedEvent,
    flatten,
    rejected_keys,
    render_notification,
    tweaks_of,
)
from homeserver.pushers.pusher import Pusher, PusherKind, PusherSettings
from homeserver.storage.push_queue import Claim

SETTINGS = PusherSettings(PusherKind.HTTP, "app", "key", {}, {"url": "https://x", "brand": "b"})
CLAIM = Claim(1, datetime.min.replace(tzinfo=UTC))
PUSHER = Pusher(1, 1, UserId("@a:b"), SETTINGS, 5_500, True, None, None, None, 0, 0, None, CLAIM, None)


def event(content: JsonObject, **names: str) -> PushedEvent:
    shown = PushedEvent("$e", "!r:b", "m.room.message", "@s:b", content, ["notify"])
    return replace(shown, room_name=names.get("room_name"), room_alias=names.get("room_alias"))


def test_tweaks_are_those_that_have_a_value_and_highlight_defaults_to_true() -> None:
    actions = [
        "notify",
        {"set_tweak": "highlight"},
        {"set_tweak": "sound", "value": "x"},
        {"set_tweak": "odd"},
        7,
    ]
    assert tweaks_of(actions) == {"highlight": True, "sound": "x"}
    assert tweaks_of([{"set_tweak": "highlight", "value": False}]) == {"highlight": False}


def test_a_room_without_a_name_is_called_by_its_alias() -> None:
    shown = render_notification(PUSHER, event({}, room_alias="#a:b"), 3)
    assert (shown["room_name"], shown["room_alias"], shown["counts"]) == ("#a:b", "#a:b", {"unread": 3})
    assert shown["devices"] == [
        {"app_id": "app", "pushkey": "key", "pushkey_ts": 5, "data": {"brand": "b"}, "tweaks": {}}
    ]


def test_a_content_that_is_too_large_or_not_of_64_bits_is_left_out() -> None:
    for content in ({"body": "x" * 40_000}, {"n": 2**70}):
        assert "content" not in render_notification(PUSHER, event(content), 0)


def test_a_web_push_message_fits_whatever_it_is_about() -> None:
    small = render_notification(PUSHER, event({"body": "hello"}), 1)
    assert orjson.loads(flatten(small, {"unread": 1})) == {
        "event_id": "$e", "room_id": "!r:b", "prio": "low", "type": "m.room.message", "sender": "@s:b",
        "content": {"body": "hello"}, "unread": 1,
    }  # fmt: skip
    long = render_notification(PUSHER, event({"body": "x" * 5_000}, room_name="n"), 1)
    shown = orjson.loads(flatten(long, {"unread": 1}))
    assert (shown["room_name"], "content" in shown) == ("n", False)
    longer = flatten(long | {"type": "t" * 5_000}, {"unread": 1})
    assert len(longer) <= MAX_PLAINTEXT
    assert orjson.loads(longer) == {"event_id": "$e", "room_id": "!r:b", "prio": "low", "unread": 1}


def test_rejected_keys_of_a_malformed_answer_are_none() -> None:
    assert rejected_keys({"rejected": ["a", 7, None]}) == ["a"]
    assert rejected_keys({"rejected": "a"}) == rejected_keys({}) == []
