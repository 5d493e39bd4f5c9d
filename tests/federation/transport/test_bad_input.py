"""Whatever others send, it is refused or taken: nothing of it breaks what reads it."""

from contextlib import suppress

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from federation.errors import FederationRefusal
from federation.protocol.canonical_json import JsonObject, JsonValue
from federation.protocol.ids import RoomId
from federation.protocol.room_versions import ROOM_VERSIONS
from federation.protocol.signing import sign_json
from federation.transport.check_pdus import check_pdus
from federation.transport.open_transport import Transport
from federation.transport.server_keys import BadServerKeys, read_server_keys
from federation.transport.x_matrix import authenticate, parse_authorization
from tests.federation.transport.conftest import OURSELVES
from tests.federation.transport.peers import DAY_MS, Peer
from tests.federation.transport.ports import MemoryKeys
from tests.federation.transport.test_check_pdus import ROOM, message, resigned
from tests.support.fake_clock import FakeClock

NOW_MS = 1_700_000_000_000
PEER = Peer.make("peer.example.org")

any_json: st.SearchStrategy[JsonValue] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=10,
)
headers = st.text(max_size=60) | st.builds(
    "X-Matrix {}={}{}{}={}".format,
    st.sampled_from(["origin", "Origin", "sig", "key", "destination", "x"]),
    st.text(max_size=20) | st.just('"peer.example.org"'),
    st.sampled_from([",", " , ", ";", "", ",,"]),
    st.sampled_from(["origin", "sig", "key", "destination", "x"]),
    st.text(max_size=20),
)


@given(headers)
def test_any_authorization_header_is_read_or_refused(text: str) -> None:
    with suppress(FederationRefusal):
        parse_authorization(text)


@given(
    place=st.sampled_from(
        ["server_name", "valid_until_ts", "verify_keys", "old_verify_keys", "signatures", "unsigned", "more"]
    ),
    value=any_json,
)
def test_any_document_of_keys_is_read_or_refused(place: str, value: JsonValue) -> None:
    document: JsonObject = {**PEER.document(NOW_MS + DAY_MS), place: value}
    with suppress(BadServerKeys):
        read_server_keys(PEER.name, document, NOW_MS)
    with suppress(BadServerKeys, ValueError):
        read_server_keys(PEER.name, sign_json(document, PEER.name, PEER.key), NOW_MS)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(data=st.data())
async def test_any_event_is_taken_or_refused_and_the_others_pass(
    transport: Transport, key_store: MemoryKeys, clock: FakeClock, data: st.DataObject
) -> None:
    await key_store.store(PEER.stored(clock.now_ms(), clock.now_ms() + DAY_MS))
    version = ROOM_VERSIONS[data.draw(st.sampled_from(["1", "5", "6", "10", "12"]))]
    good = message(version)
    place = data.draw(st.sampled_from([*good.json, "state_key", "redacts", "unsigned", "more"]))
    changed: JsonObject = {**good.json, place: data.draw(any_json)}
    with suppress(ValueError):
        changed = resigned(changed, version) if data.draw(st.booleans()) else changed
    room_id = RoomId("!" + "a" * 43) if version.room_id_is_create_hash else ROOM
    checked = await check_pdus(transport.keyring, version, [changed, good.json], room_id)
    assert good.event_id in [pdu.event_id for pdu in checked.pdus]
    assert len(checked.pdus) + len(checked.refused) == 2


async def test_a_target_that_is_no_text_is_refused(
    transport: Transport, key_store: MemoryKeys, clock: FakeClock
) -> None:
    await key_store.store(PEER.stored(clock.now_ms(), clock.now_ms() + DAY_MS))
    header = PEER.header(OURSELVES, "GET", "/")
    with suppress(FederationRefusal):
        await authenticate(
            transport.keyring, OURSELVES, method="GET", target="/\udc80", authorization=[header], content=None
        )
        raise AssertionError("it was taken")
