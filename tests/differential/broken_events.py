"""Actions that break what honest servers keep to: format, signatures, references."""

from collections.abc import Callable
from random import Random

from federation.protocol.ids import EventId
from homeserver.json_types import JsonObject, JsonValue
from tests.differential.builder import USERS, GraphBuilder, Twist
from tests.differential.odd_values import junk


def broken_format(graph: GraphBuilder, rng: Random) -> None:
    """An event with a member that is missing, too long, of the wrong type, or one too many."""

    def spoil(event: JsonObject) -> None:
        key = rng.choice(
            ("type", "sender", "content", "depth", "origin_server_ts", "room_id", "state_key", "x")
        )
        values: list[JsonValue] = [junk(rng, graph.version), "x" * 255, "x" * 256, "é" * 128, "@u:x", -1]
        event[key] = rng.choice(values)
        if rng.random() < 0.2:
            del event[key]

    _add_message(graph, rng, before_signing=spoil)


def deep_event(graph: GraphBuilder, rng: Random) -> None:
    """An event whose depth or time is extreme."""

    def deepen(event: JsonObject) -> None:
        event["depth"] = rng.choice((0, 2**53 - 1, 2**53, 2**63 - 1, 2**63, -1, 5))
        event["origin_server_ts"] = rng.choice((0, -1, 2**53 - 1, 2**53, event["origin_server_ts"]))

    _add_message(graph, rng, before_signing=deepen)


def large_event(graph: GraphBuilder, rng: Random) -> None:
    """An event about as large as events may be."""
    sender = rng.choice(graph.users_with("join"))
    graph.add(rng, sender, "m.room.message", {"body": "x" * rng.choice((64_000, 65_000, 65_536))})


def top_level_extras(graph: GraphBuilder, rng: Random) -> None:
    """A state event with members that redaction keeps in some versions only."""

    def extend(event: JsonObject) -> None:
        event[rng.choice(("origin", "membership", "prev_state", "redacts", "foo"))] = rng.choice(
            ("x", "join", [])
        )

    sender = rng.choice(graph.users_with("join"))
    content: JsonObject = {
        "membership": "join",
        "join_authorised_via_users_server": rng.choice(USERS),
        "third_party_invite": {"signed": {"a": 1}, "display_name": "x"},
        "creator": sender,
        "aliases": [],
        "history_visibility": "shared",
        "redacts": "$x:a.example",
        "join_rule": "public",
        "allow": [],
        "ban": 50,
        "invite": 0,
        "users": {},
        "algorithm": "x",
    }
    types = (
        "m.room.topic",
        "m.room.aliases",
        "m.room.history_visibility",
        "m.room.encryption",
        "m.room.redaction",
    )
    graph.add(rng, sender, rng.choice(types), content, rng.choice(("", None)), before_signing=extend)


def tampered(graph: GraphBuilder, rng: Random) -> None:
    """An event that was changed after it was hashed and signed: redacted, or dropped."""

    def tamper(event: JsonObject) -> None:
        changes: list[Callable[[], None]] = [
            lambda: event.update(content={**event["content"], "changed": True}),
            lambda: event.update(depth=event["depth"] + 1),
            lambda: event.update(signatures={}),
            lambda: event.update(hashes={}),
            lambda: event.update(hashes={"sha256": "AAAA"}),
            lambda: event.update(hashes=junk(rng, graph.version)),
            lambda: event.update(unsigned={"age": 5}),
        ]
        rng.choice(changes)()

    user = rng.choice(graph.users_with("join"))
    content: JsonObject = {"membership": "join", "displayname": "x"}
    graph.add(rng, user, "m.room.member", content, user, after_signing=tamper)


def wrong_auth_events(graph: GraphBuilder, rng: Random) -> None:
    """An event that names other auth events than it should: fewer, more, older, rejected, or twice."""

    def change(event: JsonObject) -> None:
        known: list[EventId] = [*graph.accepted, *graph.refused]
        named: list[JsonValue] = list(event["auth_events"])
        for _ in range(rng.randint(1, 2)):
            chance = rng.random()
            if named and chance < 0.35:
                named.pop(rng.randrange(len(named)))
            elif named and chance < 0.5:
                named[rng.randrange(len(named))] = graph.references([rng.choice(known)])[0]
            elif named and chance < 0.6:
                named.append(rng.choice(named))
            else:
                named += graph.references([rng.choice(known)])
        event["auth_events"] = named

    _add_any(graph, rng, change)


def older_auth_events(graph: GraphBuilder, rng: Random) -> None:
    """An event that is authorised by the state of long ago: a ban evaded, or a power long lost."""
    if not graph.accepted:
        return
    past = [rng.choice(graph.accepted)]

    def change(event: JsonObject) -> None:
        known = graph.server.known
        entries = [known[i].state_entry for i in _named(event) if i in known and known[i].is_state]
        event["auth_events"] = graph.references(graph.auth_events_for(past, entries))

    _add_any(graph, rng, change)


def _named(event: JsonObject) -> list[EventId]:
    return [entry[0] if isinstance(entry, list) else entry for entry in event["auth_events"]]


def _add_message(graph: GraphBuilder, rng: Random, *, before_signing: Twist) -> None:
    sender = rng.choice(graph.users_with("join"))
    graph.add(rng, sender, "m.room.message", {"body": "x"}, before_signing=before_signing)


def _add_any(graph: GraphBuilder, rng: Random, change: Twist) -> None:
    user = rng.choice(USERS)
    choices: list[tuple[str, JsonObject, str | None]] = [
        ("m.room.message", {"body": "x"}, None),
        ("m.room.topic", {"topic": "x"}, ""),
        ("m.room.member", {"membership": "join"}, user),
        ("m.room.member", {"membership": "ban"}, rng.choice(USERS)),
        ("m.room.power_levels", {**graph.content("m.room.power_levels"), "kick": 50}, ""),
    ]
    event_type, content, state_key = rng.choice(choices)
    graph.add(rng, user, event_type, content, state_key, before_signing=change)
