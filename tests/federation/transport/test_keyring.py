"""Keys of servers that answer, that do not, and that lie; and of notaries that do."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import pytest
from aiohttp import web

from federation.ports.keys import ServerKey
from federation.protocol.canonical_json import JsonObject, JsonValue
from federation.protocol.ids import ServerName
from federation.protocol.signing import encode_base64, sign_json
from federation.transport import key_requests
from federation.transport.key_requests import LEFT_ALONE_MS, MAX_QUERIES
from federation.transport.keyring import DocumentQuery, KeyQuery, KeyUnknown
from federation.transport.open_transport import Identity, Transport
from tests.federation.transport.conftest import OURSELVES, MakeSite
from tests.federation.transport.network import Names, Site, answering, answering_text
from tests.federation.transport.peers import DAY_MS, Peer
from tests.federation.transport.ports import MemoryKeys
from tests.support.fake_clock import FakeClock

PEER = Peer.make("peer.example.org")
NOTARY = Peer.make("notary.example.org", "n", 9)
PUBLIC = PEER.key.public_key

MakePeer = Callable[[Peer], Awaitable[Site]]


@pytest.fixture
def peer_site(site: MakeSite, names: Names, clock: FakeClock) -> MakePeer:
    """Start a server that publishes its keys for a day."""

    async def start(peer: Peer) -> Site:
        found = await site(peer.name)
        found.answer = answering(peer.document(clock.now_ms() + DAY_MS))
        names.ports[(peer.name, 8448)] = found.port
        return found

    return start


async def key(transport: Transport, valid_at_ms: int | None = None, key_id: str = "ed25519:a") -> bytes:
    at_ms = transport.keyring.now_ms() if valid_at_ms is None else valid_at_ms
    return await transport.keyring.public_key(PEER.name, key_id, valid_at_ms=at_ms)


async def test_a_key_is_fetched_from_its_server_and_kept(
    transport: Transport, peer_site: MakePeer, key_store: MemoryKeys, clock: FakeClock
) -> None:
    peer = await peer_site(PEER)
    assert await key(transport) == PUBLIC
    assert await key(transport) == PUBLIC
    assert peer.asked == [(PEER.name, "/_matrix/key/v2/server")]
    kept = key_store.kept[(PEER.name, "ed25519:a")]
    assert (kept.public_key, kept.valid_until_ms) == (PUBLIC, clock.now_ms() + DAY_MS)
    assert key_store.loads == 1, "the second time it was in memory"


async def test_a_stored_key_is_not_fetched(
    transport: Transport, key_store: MemoryKeys, clock: FakeClock
) -> None:
    await key_store.store(PEER.stored(clock.now_ms(), clock.now_ms() + DAY_MS))
    assert await key(transport) == PUBLIC


async def test_keys_of_this_server_are_known_without_asking(transport: Transport, identity: Identity) -> None:
    query = KeyQuery(OURSELVES, identity.signing_key.key_id, 0)
    assert await transport.keyring.public_keys([query]) == {query: identity.signing_key.public_key}
    with pytest.raises(KeyUnknown):
        await transport.keyring.public_key(OURSELVES, "ed25519:other", valid_at_ms=0)


async def test_many_who_want_a_key_ask_for_it_once(transport: Transport, peer_site: MakePeer) -> None:
    peer = await peer_site(PEER)
    assert set(await asyncio.gather(*(key(transport) for _ in range(20)))) == {PUBLIC}
    assert len(peer.asked) == 1


async def test_a_key_that_is_being_stored_is_there_for_others(
    transport: Transport, peer_site: MakePeer, key_store: MemoryKeys
) -> None:
    await peer_site(PEER)
    storing, stored = asyncio.Event(), asyncio.Event()
    store = key_store.store

    async def store_slowly(keys: Sequence[ServerKey]) -> None:
        storing.set()
        await stored.wait()
        await store(keys)

    key_store.store = store_slowly  # type: ignore[method-assign]
    first = asyncio.create_task(key(transport))
    await storing.wait()
    assert await key(transport) == PUBLIC
    stored.set()
    assert await first == PUBLIC


async def test_an_expired_key_is_renewed(
    transport: Transport, peer_site: MakePeer, key_store: MemoryKeys, clock: FakeClock
) -> None:
    await key_store.store(PEER.stored(clock.now_ms(), clock.now_ms() - 1))
    peer = await peer_site(PEER)
    assert await key(transport) == PUBLIC
    assert len(peer.asked) == 1


async def test_an_expired_key_that_cannot_be_renewed_counts_for_its_time_only(
    transport: Transport, key_store: MemoryKeys, clock: FakeClock
) -> None:
    await key_store.store(PEER.stored(clock.now_ms(), clock.now_ms() - 1))
    assert await key(transport, clock.now_ms() - 1) == PUBLIC
    with pytest.raises(KeyUnknown):
        await key(transport, clock.now_ms())


async def test_after_a_rotation_the_old_key_counts_until_it_expired(
    transport: Transport, peer_site: MakePeer, clock: FakeClock
) -> None:
    peer = await peer_site(PEER)
    await key(transport)
    rotated = PEER.rotated("b", 2)
    expired_ms = clock.now_ms()
    old: JsonObject = {"ed25519:a": {"key": encode_base64(PUBLIC), "expired_ts": expired_ms}}
    peer.answer = answering(rotated.document(expired_ms + 2 * DAY_MS, old_verify_keys=old))
    clock.advance(DAY_MS)
    assert await key(transport, key_id="ed25519:b") == rotated.key.public_key
    assert await key(transport, expired_ms) == PUBLIC
    with pytest.raises(KeyUnknown):
        await key(transport, expired_ms + 1)


async def test_a_key_the_server_does_not_have_is_not_asked_for_again_and_again(
    transport: Transport, peer_site: MakePeer, clock: FakeClock
) -> None:
    peer = await peer_site(PEER)
    for number in range(5):
        with pytest.raises(KeyUnknown):
            await key(transport, key_id=f"ed25519:guess{number}")
    assert len(peer.asked) == 1
    clock.advance(LEFT_ALONE_MS)
    with pytest.raises(KeyUnknown):
        await key(transport, key_id="ed25519:guess")
    assert len(peer.asked) == 2


async def test_a_server_is_asked_on_behalf_of_others_a_few_times_in_a_while(
    transport: Transport, peer_site: MakePeer, clock: FakeClock
) -> None:
    peer = await peer_site(PEER)
    query = {PEER.name: DocumentQuery(clock.now_ms() + 2 * DAY_MS)}
    peer.answer = answering_text("down", 502)
    assert await transport.keyring.documents(query) == []
    peer.answer = answering(PEER.document(clock.now_ms() + DAY_MS))
    for _ in range(2 * MAX_QUERIES):
        assert len(await transport.keyring.documents(query)) == 1
    assert len(peer.asked) == MAX_QUERIES
    clock.advance(LEFT_ALONE_MS)
    await transport.keyring.documents(query)
    assert len(peer.asked) == MAX_QUERIES + 1


async def test_what_is_no_key_id_is_not_asked_for(transport: Transport, peer_site: MakePeer) -> None:
    peer = await peer_site(PEER)
    with pytest.raises(KeyUnknown):
        await key(transport, key_id="rsa:\0")
    assert peer.asked == []


async def test_a_failure_is_remembered_longer_each_time_for_events_but_not_for_who_speaks_to_us(
    transport: Transport, peer_site: MakePeer, clock: FakeClock
) -> None:
    peer = await peer_site(PEER)
    peer.answer = answering_text("down", 502)
    query = KeyQuery(PEER.name, "ed25519:a", 0)
    for asked, pause in ((1, 2), (2, 4), (3, 8)):
        assert await transport.keyring.public_keys([query]) == {}
        clock.advance(LEFT_ALONE_MS * pause - 1)
        assert await transport.keyring.public_keys([query]) == {}
        assert len(peer.asked) == asked
        clock.advance(1)
    await transport.keyring.public_keys([query])
    clock.advance(LEFT_ALONE_MS)
    peer.answer = answering(PEER.document(clock.now_ms() + DAY_MS))
    assert await key(transport) == PUBLIC


@pytest.mark.parametrize(
    "forge",
    [
        lambda clock: Peer.make("other.org").document(clock.now_ms() + DAY_MS),
        lambda clock: {**PEER.document(clock.now_ms() + DAY_MS), "valid_until_ts": clock.now_ms() + 1},
        lambda clock: {},
    ],
)
async def test_a_forged_document_is_no_key(
    transport: Transport, peer_site: MakePeer, clock: FakeClock, forge: Callable[[FakeClock], JsonObject]
) -> None:
    peer = await peer_site(PEER)
    peer.answer = answering(forge(clock))
    with pytest.raises(KeyUnknown, match="cannot be used"):
        await key(transport)


async def test_a_huge_document_is_no_key(transport: Transport, peer_site: MakePeer, clock: FakeClock) -> None:
    peer = await peer_site(PEER)
    peer.answer = answering(PEER.document(clock.now_ms() + DAY_MS, padding="x" * 100_000))
    with pytest.raises(KeyUnknown, match="more than"):
        await key(transport)


async def test_cve_2026_24044_a_key_that_everybody_has_checks_no_events(
    transport: Transport, peer_site: MakePeer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await peer_site(PEER)
    monkeypatch.setattr("federation.transport.keyring.INSECURE_KEYS", {PUBLIC})
    assert await transport.keyring.public_keys([KeyQuery(PEER.name, "ed25519:a", 0)]) == {}


class TestNotaries:
    """Servers that vouch for others."""

    @pytest.fixture
    def key_servers(self) -> list[ServerName]:
        return [NOTARY.name]

    @pytest.fixture(autouse=True)
    def at_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(key_requests, "NOTARIES_AFTER_S", 0.05)

    @pytest.fixture
    async def notary(self, peer_site: MakePeer, clock: FakeClock) -> "Notary":
        return Notary(await peer_site(NOTARY), clock)

    async def test_a_notary_is_asked_for_the_key_of_a_server_that_is_gone(
        self, transport: Transport, notary: "Notary", key_store: MemoryKeys, clock: FakeClock
    ) -> None:
        notary.vouch_for(PEER)
        assert await key(transport) == PUBLIC
        assert notary.queries == [
            {PEER.name: {"ed25519:a": {"minimum_valid_until_ts": clock.now_ms()}}},
        ]
        assert (PEER.name, "ed25519:a") in key_store.kept

    async def test_a_notary_is_asked_while_a_server_takes_its_time(
        self, transport: Transport, notary: "Notary", peer_site: MakePeer
    ) -> None:
        async def wait(_: web.Request) -> web.StreamResponse:
            await asyncio.Event().wait()
            raise AssertionError("nobody waits for this")

        (await peer_site(PEER)).answer = wait
        notary.vouch_for(PEER)
        assert await key(transport) == PUBLIC

    async def test_a_notary_is_not_asked_where_the_server_answers(
        self, transport: Transport, notary: "Notary", peer_site: MakePeer
    ) -> None:
        await peer_site(PEER)
        await key(transport)
        assert notary.queries == []

    async def test_the_keys_of_many_servers_are_one_question(
        self, transport: Transport, notary: "Notary"
    ) -> None:
        peers = [Peer.make(f"p{number}.example.org", seed=number) for number in range(30)]
        for peer in peers:
            notary.vouch_for(peer)
        queries = [KeyQuery(peer.name, "ed25519:a", 0) for peer in peers]
        assert len(await transport.keyring.public_keys(queries)) == 30
        assert len(notary.queries) == 1

    async def test_a_document_that_the_notary_did_not_sign_is_not_believed(
        self, transport: Transport, notary: "Notary", clock: FakeClock
    ) -> None:
        notary.documents[PEER.name] = PEER.document(clock.now_ms() + DAY_MS)
        with pytest.raises(KeyUnknown):
            await key(transport)

    async def test_a_document_that_another_signed_in_the_notarys_name_is_not_believed(
        self, transport: Transport, notary: "Notary", clock: FakeClock
    ) -> None:
        impostor = Peer.make(NOTARY.name, "n", 10)
        document = PEER.document(clock.now_ms() + DAY_MS)
        notary.documents[PEER.name] = sign_json(document, NOTARY.name, impostor.key)
        with pytest.raises(KeyUnknown):
            await key(transport)

    async def test_a_document_that_the_server_did_not_sign_is_not_believed(
        self, transport: Transport, notary: "Notary", clock: FakeClock
    ) -> None:
        forged: JsonObject = {**PEER.document(clock.now_ms() + DAY_MS), "old_verify_keys": {"ed25519:x": {}}}
        notary.documents[PEER.name] = sign_json(forged, NOTARY.name, NOTARY.key)
        with pytest.raises(KeyUnknown):
            await key(transport)

    async def test_keys_of_servers_nobody_asked_for_are_not_taken(
        self, transport: Transport, notary: "Notary", key_store: MemoryKeys
    ) -> None:
        notary.vouch_for(PEER)
        notary.documents[PEER.name] = notary.signed(Peer.make("victim.example.org"))
        with pytest.raises(KeyUnknown):
            await key(transport)
        assert key_store.kept == {}

    @pytest.mark.parametrize("answer", [[], {}, {"server_keys": {}}, {"server_keys": [1, None, {}]}])
    async def test_a_notarys_nonsense_is_no_key(
        self, transport: Transport, notary: "Notary", answer: JsonValue
    ) -> None:
        notary.nonsense = answer
        with pytest.raises(KeyUnknown):
            await key(transport)

    async def test_an_old_word_of_a_notary_does_not_bring_back_a_retired_key(
        self, transport: Transport, notary: "Notary", peer_site: MakePeer, clock: FakeClock
    ) -> None:
        old_word = notary.signed(PEER)
        old: JsonObject = {"ed25519:a": {"key": encode_base64(PUBLIC), "expired_ts": 1000}}
        peer = await peer_site(PEER)
        peer.answer = answering(
            PEER.rotated("b", 2).document(clock.now_ms() + 2 * DAY_MS, old_verify_keys=old)
        )
        await key(transport, 1000)
        peer.answer = answering_text("down", 502)
        notary.documents[PEER.name] = old_word
        clock.advance(LEFT_ALONE_MS)
        with pytest.raises(KeyUnknown):
            await key(transport, 1001)
        assert notary.queries


class Notary:
    """A notary's answers. `queries` are what it was asked for."""

    def __init__(self, site: Site, clock: FakeClock) -> None:
        self.documents: dict[str, JsonObject] = {}
        self.queries: list[JsonValue] = []
        self.nonsense: JsonValue = None
        self._clock = clock
        self._own = NOTARY.document(clock.now_ms() + DAY_MS)
        site.answer = self._answer

    def vouch_for(self, peer: Peer) -> None:
        self.documents[peer.name] = self.signed(peer)

    def signed(self, peer: Peer) -> JsonObject:
        return sign_json(peer.document(self._clock.now_ms() + DAY_MS), NOTARY.name, NOTARY.key)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        if request.method == "GET":
            return web.json_response(self._own)
        queries = (await request.json())["server_keys"]
        self.queries.append(queries)
        if self.nonsense is not None:
            return web.json_response(self.nonsense)
        found = [self.documents[server] for server in queries if server in self.documents]
        return web.json_response({"server_keys": found})
