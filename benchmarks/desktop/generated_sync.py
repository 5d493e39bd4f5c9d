"""What a server would say to an account of many rooms, one of them with a long history."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from client_desktop.core.json_types import JsonObject

ME = "@alice:bench.example"
START_MS = 1_750_000_000_000
BETWEEN_MS = 45_000
MEMBERS = 12
MESSAGES = 20
SENTENCES = (
    "Shall we move the meeting to half past ten?",
    "The build is green again, thanks to everybody who looked into it. " * 3,
    "👍",
    "See https://example.org/notes for what was said",
    "Two lines,\nbecause one was not enough",
    "Ja, gern. Bis später!",
)
FORMATTED = (
    "<p>A <strong>list</strong>:</p><ul><li>one</li><li><em>two</em></li><li><code>three</code></li></ul>",
    '<p>Try this:</p><pre><code class="language-python">def answer() -> int:\n    return 42\n</code></pre>',
    "<blockquote><p>Who has the key?</p></blockquote><p>It lies at the desk.</p>",
)


@dataclass(frozen=True, slots=True)
class Size:
    """How much the account holds."""

    rooms: int = 500
    long_timeline: int = 20_000


def room_id(number: int) -> str:
    """Room 0 is the one with the long history."""
    return f"!room{number:04}:bench.example"


def first_sync(size: Size) -> JsonObject:
    """The answer to a first sync: all rooms, with what was said in them last."""
    rooms = {room_id(number): _room(number) for number in range(size.rooms)}
    direct = {_person(number): [room_id(number)] for number in range(1, size.rooms) if number % 10 == 0}
    account_data = [{"type": "m.direct", "content": direct}]
    return {"next_batch": "s1", "rooms": {"join": rooms}, "account_data": {"events": account_data}}


def later_syncs(size: Size, at_once: int = 500) -> Iterator[JsonObject]:
    """The answers that bring the long history, without a gap."""
    for first in range(MESSAGES, size.long_timeline, at_once):
        numbers = range(first, min(first + at_once, size.long_timeline))
        yield sync_of(f"h{first}", {room_id(0): [message(0, number) for number in numbers]})


def sync_of(token: str, events: dict[str, list[JsonObject]]) -> JsonObject:
    """An answer that brings events to rooms."""
    joined = {room: {"timeline": {"events": found, "limited": False}} for room, found in events.items()}
    return {"next_batch": token, "rooms": {"join": joined}}


def message(room: int, number: int) -> JsonObject:
    """One of a mixture: mostly short texts, some formatted, replies, reactions and edits."""
    event_type, content = "m.room.message", _text(number)
    before = f"$room{room}-{number - 3}"
    if number % 11 == 7:
        event_type = "m.reaction"
        content = {"m.relates_to": {"rel_type": "m.annotation", "event_id": before, "key": "🎉"}}
    elif number % 13 == 5:
        content = {**content, "m.relates_to": {"m.in_reply_to": {"event_id": before}}}
    return {
        "type": event_type,
        "event_id": f"$room{room}-{number}",
        "sender": _person(number // 3 % MEMBERS),
        "origin_server_ts": START_MS + number * BETWEEN_MS + room,
        "content": content,
    }


def _text(number: int) -> JsonObject:
    content: JsonObject = {"msgtype": "m.text", "body": f"{SENTENCES[number % len(SENTENCES)]} ({number})"}
    if number % 9 == 4:
        content["format"] = "org.matrix.custom.html"
        content["formatted_body"] = FORMATTED[number % len(FORMATTED)]
    return content


def _room(number: int) -> JsonObject:
    names = () if number % 10 == 0 and number else (("m.room.name", {"name": f"Room of matter {number}"}),)
    contents = (
        ("m.room.create", {"room_version": "12"}),
        ("m.room.power_levels", {"users_default": 0}),
        ("m.room.join_rules", {"join_rule": "invite"}),
        ("m.room.history_visibility", {"history_visibility": "shared"}),
        *names,
        ("m.room.topic", {"topic": f"All that concerns matter {number}"}),
    )
    state = [_state(number, event_type, "", content) for event_type, content in contents]
    members = 2 if number % 10 == 0 and number else MEMBERS
    people = [ME, *(_person(number if members == 2 else place) for place in range(members - 1))]
    for user_id in people:
        content = {"membership": "join", "displayname": user_id[1:].partition(":")[0].title()}
        state.append(_state(number, "m.room.member", user_id, content))
    unread = {"notification_count": number % 4 if number % 3 == 0 else 0, "highlight_count": number % 30 == 0}
    return {
        "state": {"events": state},
        "timeline": {"events": [message(number, place) for place in range(MESSAGES)], "limited": False},
        "unread_notifications": {name: int(count) for name, count in unread.items()},
        "summary": {"m.heroes": people[1:6], "m.joined_member_count": len(people)},
    }


def _state(room: int, event_type: str, state_key: str, content: JsonObject) -> JsonObject:
    return {
        "type": event_type,
        "state_key": state_key,
        "event_id": f"$room{room}-{event_type}-{state_key}",
        "sender": _person(0),
        "origin_server_ts": START_MS,
        "content": content,
    }


def _person(number: int) -> str:
    return f"@person{number}:bench.example"
