"""Valid transactions with something changed anywhere in them: nothing breaks, nothing is held up."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from federation.errors import FederationRefusal
from federation.protocol.errors import ProtocolError
from federation.protocol.event_signatures import add_event_signature
from federation.protocol.hashes import content_hash, encode_hash
from homeserver.storage.events import EventStatus
from tests.federation.inbound.world import BOB, KEYS, PEER, World
from tests.support.fake_room import FakeRoom

Path = tuple[Any, ...]

VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**64), 2**64), st.floats(), st.text(max_size=5),
    st.sampled_from(["!", "$", "@", "", "\0", "$" + "x" * 43, "!" + "x" * 43, "@a:b", "a" * 300]),
    st.sampled_from(["m.room.create", "m.room.member", "m.room.power_levels", "m.room.redaction"]),
    st.sampled_from([[], {}, [[]], {"": {}}, [None], ["$x"], {"membership": "join"}, {"users": {"@a:b": ""}},
                     {"m.relates_to": {"event_id": "\0", "rel_type": "\ue000"}}]),
)  # fmt: skip


def paths(value: Any, path: Path = ()) -> Iterator[Path]:
    """Yield the way to every part of a JSON value."""
    yield path
    members = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, member in members:
        yield from paths(member, (*path, key))


def changed(value: Any, path: Path, replacement: Any) -> Any:
    """Return a copy of a JSON value with one part of it replaced."""
    if not path:
        return replacement
    copy = deepcopy(value)
    parent = copy
    for key in path[:-1]:
        parent = parent[key]
    parent[path[-1]] = replacement
    return copy


def signed_anew(seen: FakeRoom, pdu: Any) -> Any:
    """Return a changed event as its server would have signed it, or as it is where nobody could."""
    try:
        hashed = {**pdu, "signatures": {}, "hashes": encode_hash(content_hash(seen.version, pdu))}
        return add_event_signature(seen.version, hashed, PEER, KEYS[PEER])
    except (ProtocolError, ValueError, TypeError, AttributeError, KeyError):
        return pdu


def transaction(seen: FakeRoom) -> tuple[Any, Any]:
    """Return a transaction with something of everything."""
    pdus = [
        seen.draft(
            BOB, "m.room.message", {"body": "x", "m.relates_to": {"event_id": "$x", "rel_type": "m.thread"}}
        ),
        seen.draft(BOB, "m.room.member", {"membership": "join", "displayname": "b"}, BOB),
        seen.draft(BOB, "m.room.redaction", {}, redacts=seen.heads[0]),
    ]
    told = {"event_ids": [seen.heads[0]], "data": {"ts": 1, "thread_id": "main"}}
    edus = [
        {"edu_type": "m.typing", "content": {"room_id": seen.id, "user_id": BOB, "typing": True}},
        {"edu_type": "m.receipt", "content": {seen.id: {"m.read": {BOB: told}}}},
        {"edu_type": "m.presence", "content": {"push": [{"user_id": BOB, "presence": "online"}]}},
    ]
    return [pdu.json for pdu in pdus], edus


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), version=st.sampled_from(["1", "11", "12"]))
async def test_changed_transactions_do_no_harm(world: World, data: st.DataObject, version: str) -> None:
    seen = await shared_room(world, version)
    world.client.room = seen
    pdus, edus = transaction(seen)
    for _ in range(data.draw(st.integers(1, 2))):
        path = data.draw(st.sampled_from([p for p in paths([pdus, edus]) if len(p) > 1]))
        pdus, edus = changed([pdus, edus], path, data.draw(VALUES))
    if data.draw(st.booleans()):
        pdus = [signed_anew(seen, pdu) for pdu in pdus]
    good = seen.message(BOB)
    with capture_logs() as logs:
        try:
            await world.send([*pdus, good], edus)
        except FederationRefusal:
            await world.send([good])
    assert [entry for entry in logs if entry["log_level"] in ("error", "critical")] == []
    assert await world.status(good) is EventStatus.ACCEPTED


async def shared_room(world: World, version: str) -> FakeRoom:
    """Return the one room of a version that the examples of a test share."""
    if version not in world.shared:
        _, world.shared[version] = await world.make_room(version)
    return world.shared[version]
