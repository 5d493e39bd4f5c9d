"""Actions on the rest of the state: creation, power levels, join rules, redactions, messages."""

from random import Random
from typing import Final

from federation.protocol.ids import EventId, RoomId
from homeserver.json_types import JsonObject, JsonValue
from tests.differential.builder import SERVERS, USERS, GraphBuilder
from tests.differential.odd_values import junk, level

CREATOR: Final = USERS[0]
LEVEL_NAMES: Final = ("ban", "kick", "invite", "redact", "events_default", "state_default", "users_default")
EVENT_TYPES: Final = ("m.room.topic", "m.room.power_levels", "m.room.message", "m.room.join_rules", "m.x")
JOIN_RULES: Final = ("public", "invite", "knock", "restricted", "knock_restricted", "private")


def create(graph: GraphBuilder, rng: Random) -> None:
    """The room is made and joined by its creator; mostly as it should be."""
    version = graph.version
    content: JsonObject = {"room_version": version.identifier}
    if not version.implicit_room_creator:
        content["creator"] = CREATOR
    if rng.random() < 0.1:
        content["m.federate"] = rng.choice((False, True, None, "false"))
    if version.privileged_creators and rng.random() < 0.5:
        content["additional_creators"] = rng.sample(USERS[1:], rng.randint(0, 2))
    if rng.random() < 0.06:
        _spoil_creation(content, rng, graph)
    verdict = graph.add(rng, CREATOR, "m.room.create", content, "", after=[])
    if version.room_id_is_create_hash and verdict.event_id:
        graph.room_id = RoomId("!" + verdict.event_id[1:])
    graph.add(rng, CREATOR, "m.room.member", {"membership": "join"}, CREATOR, after=list(graph.heads))


def second_create(graph: GraphBuilder, rng: Random) -> None:
    """Somebody tries to make the room again: after other events, or for another server's room.

    The creator's server could make a room twice before room version 12. Synapse then sorts create events
    among the power events, against the specification; no honest room comes to that.
    """
    sender = rng.choice(USERS)
    content: JsonObject = {"room_version": graph.version.identifier, "creator": sender, "again": True}
    is_foreign = not sender.endswith(SERVERS[0])
    after: list[EventId] | None = [] if is_foreign and rng.random() < 0.5 else None
    graph.add(rng, sender, "m.room.create", content, rng.choice(("", "", "x")), after=after)


def power_levels(graph: GraphBuilder, rng: Random) -> None:
    """A member changes a few power levels."""
    content: JsonObject = {**graph.content("m.room.power_levels")}
    users = content.get("users")
    if not content and not graph.version.privileged_creators:
        users = {CREATOR: 100}
        content["users"] = users
    for _ in range(rng.randint(1, 3)):
        _change_level(content, rng, graph)
    if rng.random() < 0.04:
        content[rng.choice(("users", "events", "notifications", "ban", "invite"))] = junk(rng, graph.version)
    sender = CREATOR if rng.random() < 0.6 else rng.choice(graph.users_with("join"))
    graph.add(rng, sender, "m.room.power_levels", content, "")


def raise_member(graph: GraphBuilder, rng: Random) -> None:
    """The creator gives a member a plain level, so that others have power, too."""
    content: JsonObject = {**graph.content("m.room.power_levels")}
    users = content.get("users")
    default: JsonObject = {} if graph.version.privileged_creators else {CREATOR: 100}
    member = rng.choice(USERS[1:])
    content["users"] = {**(users if isinstance(users, dict) else default), member: rng.choice((50, 75, 100))}
    graph.add(rng, CREATOR, "m.room.power_levels", content, "")


def join_rules(graph: GraphBuilder, rng: Random) -> None:
    """A member sets the join rule."""
    rule: JsonValue = rng.choice(JOIN_RULES) if rng.random() < 0.93 else junk(rng, graph.version)
    content: JsonObject = {
        "join_rule": rule,
        "allow": [{"type": "m.room_membership", "room_id": "!o:a.example"}],
    }
    if rng.random() < 0.04:
        del content["join_rule"]
    graph.add(rng, _somebody_powerful(graph, rng), "m.room.join_rules", content, "")


def public_join_rule(graph: GraphBuilder, rng: Random) -> None:
    """The creator opens the room."""
    graph.add(rng, CREATOR, "m.room.join_rules", {"join_rule": "public"}, "")


def plain_state(graph: GraphBuilder, rng: Random) -> None:
    """A member sets a topic, or something of their own or of somebody else's."""
    sender = rng.choice(graph.users_with("join"))
    event_type = rng.choice(
        ("m.room.topic", "m.room.name", "m.x", "m.room.history_visibility", "m.room.tombstone")
    )
    state_keys: list[str] = ["", "", sender, rng.choice(USERS), "@", "@nobody", "_" + sender]
    content: JsonObject = {"v": rng.randint(0, 3)}
    if rng.random() < 0.1:
        content["odd"] = junk(rng, graph.version)
    graph.add(rng, sender, event_type, content, rng.choice(state_keys))


def aliases(graph: GraphBuilder, rng: Random) -> None:
    """A server, or a stranger, says which aliases it has."""
    sender = rng.choice(USERS)
    state_keys: list[JsonValue] = [sender.partition(":")[2], rng.choice(SERVERS), "", None]
    graph.add(rng, sender, "m.room.aliases", {"aliases": ["#a:a.example"]}, rng.choice(state_keys))


def message(graph: GraphBuilder, rng: Random) -> None:
    """Somebody says something."""
    sender = rng.choice(graph.users_with("join") if rng.random() < 0.9 else USERS)
    content: JsonObject = {"body": "x"} if rng.random() < 0.8 else {"odd": junk(rng, graph.version)}
    graph.add(rng, sender, "m.room.message", content)


def redaction(graph: GraphBuilder, rng: Random) -> None:
    """Somebody redacts something, perhaps of somebody else."""
    sender = rng.choice(graph.users_with("join"))
    target: JsonValue = rng.choice([*graph.accepted, *graph.refused, EventId("$none:c.example")])
    if rng.random() < 0.05:
        target = junk(rng, graph.version)
    content: JsonObject = {"reason": "x"}
    if graph.version.redacts_in_content is (rng.random() < 0.9):
        content["redacts"] = target
        graph.add(rng, sender, "m.room.redaction", content)
        return

    def name_target(event: JsonObject) -> None:
        event["redacts"] = target

    graph.add(rng, sender, "m.room.redaction", content, before_signing=name_target)


def _spoil_creation(content: JsonObject, rng: Random, graph: GraphBuilder) -> None:
    spoiled: tuple[tuple[str, JsonValue], ...] = (
        ("room_version", "unknown"),
        ("room_version", junk(rng, graph.version)),
        ("creator", junk(rng, graph.version)),
        ("additional_creators", junk(rng, graph.version)),
        ("additional_creators", ["nobody", USERS[1]]),
        ("m.federate", junk(rng, graph.version)),
    )
    key, value = rng.choice(spoiled)
    content[key] = value
    if rng.random() < 0.2:
        content.pop("creator", None)


def _change_level(content: JsonObject, rng: Random, graph: GraphBuilder) -> None:
    value = level(rng, graph.version)
    chance = rng.random()
    if chance < 0.35:
        _put(content, "users", rng.choice((*USERS, *USERS, "nobody", "@x:a.example")), value, rng)
    elif chance < 0.55:
        _put(content, "events", rng.choice(EVENT_TYPES), value, rng)
    elif chance < 0.63:
        _put(content, "notifications", rng.choice(("room", "other")), value, rng)
    elif chance < 0.7:
        content.pop(rng.choice(LEVEL_NAMES), None)
    else:
        content[rng.choice(LEVEL_NAMES)] = value


def _put(content: JsonObject, name: str, key: str, value: JsonValue, rng: Random) -> None:
    levels = content.get(name)
    changed: JsonObject = dict(levels) if isinstance(levels, dict) else {}
    changed[key] = value
    if rng.random() < 0.15 and changed:
        del changed[rng.choice(sorted(changed))]
    content[name] = changed


def _somebody_powerful(graph: GraphBuilder, rng: Random) -> str:
    return CREATOR if rng.random() < 0.6 else rng.choice(graph.users_with("join"))
