"""Random histories of foreign rooms: forks, merges, conflicts over power, bans and names."""

from collections.abc import Sequence
from random import Random

from federation.protocol.ids import EventId, UserId
from federation.protocol.pdu import Pdu
from homeserver.json_types import JsonObject
from tests.support.foreign_room import EVE, ForeignRoom

MODERATOR = UserId("@mod:second")
MEMBERS = [UserId(f"@member{n}:third") for n in range(3)]
USERS = [EVE, MODERATOR, *MEMBERS]
MAX_PREVS = 3


def grow(room: ForeignRoom, random: Random, steps: int) -> list[Pdu]:
    """Add random events, most of them after some of the last ones; return them in the order made.

    The creator always stays, and in power.
    """
    recent: list[EventId] = list(room.tips)
    made = list[Pdu]()
    for _ in range(steps):
        prevs = sorted(
            random.sample(recent[-6:], min(len(recent[-6:]), random.choice([1, 1, 1, 2, MAX_PREVS])))
        )
        made.append(_act(room, random, prevs))
        recent.append(made[-1].event_id)
    return made


def merge(room: ForeignRoom) -> Pdu:
    """End all forks with a message of the creator."""
    return room.add(EVE, "m.room.message", {"body": "merge"}, prevs=room.tips)


def shuffled(pdus: Sequence[Pdu], random: Random) -> list[Pdu]:
    """Return events in another order in which none comes before its prev events."""
    waiting, ordered = list(pdus), list[Pdu]()
    while waiting:
        ids = {pdu.event_id for pdu in waiting}
        ready = [pdu for pdu in waiting if ids.isdisjoint(pdu.prev_events)]
        chosen = random.choice(ready)
        waiting.remove(chosen)
        ordered.append(chosen)
    return ordered


def _act(room: ForeignRoom, random: Random, prevs: Sequence[EventId]) -> Pdu:
    sender, target = random.choice(USERS), random.choice(USERS[1:])
    match random.randrange(9):
        case 0 | 1:
            return room.add(sender, "m.room.topic", {"topic": str(random.random())}, "", prevs=prevs)
        case 2:
            return room.add(sender, "m.room.member", {"membership": "ban"}, target, prevs=prevs)
        case 3:
            return room.add(sender, "m.room.member", {"membership": "leave"}, target, prevs=prevs)
        case 4 | 5:
            return room.join(sender, prevs=prevs)
        case 6:
            users: JsonObject = {MODERATOR: random.choice([0, 50, 60])}
            if not room.version.privileged_creators:
                users[EVE] = 100
            levels: JsonObject = {"users": users, "events": {"m.room.topic": 0}}
            return room.add(sender, "m.room.power_levels", levels, "", prevs=prevs)
        case 7:
            rule = random.choice(["public", "invite"])
            return room.add(sender, "m.room.join_rules", {"join_rule": rule}, "", prevs=prevs)
        case _:
            return room.add(sender, "m.room.message", {"body": str(random.random())}, prevs=prevs)
