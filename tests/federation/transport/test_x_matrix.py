"""Who may speak for a server, in all the ways that Authorization headers are written."""

import pytest

from federation.errors import FederationRefusal
from federation.protocol.canonical_json import JsonObject, JsonValue
from federation.protocol.ids import ServerName
from federation.protocol.signing import encode_base64
from federation.transport import server_keys
from federation.transport.open_transport import Transport
from federation.transport.signed_requests import signed_bytes
from federation.transport.x_matrix import authenticate, parse_authorization
from tests.federation.transport.conftest import OURSELVES
from tests.federation.transport.peers import DAY_MS, Peer
from tests.federation.transport.ports import MemoryKeys
from tests.support.fake_clock import FakeClock

PEER = Peer.make("peer.example.org:8448")
TARGET = "/_matrix/federation/v1/send/1?a=%20b"
BODY: JsonObject = {"pdus": [], "n": 1.5}
FIELDS = 'origin="{origin}",destination="{destination}",key="{key}",sig="{sig}"'


@pytest.fixture(autouse=True)
async def known(key_store: MemoryKeys, clock: FakeClock) -> None:
    await key_store.store(PEER.stored(clock.now_ms(), clock.now_ms() + DAY_MS))


async def ask(
    transport: Transport, *headers: str, method: str = "PUT", target: str = TARGET, body: JsonValue = BODY
) -> ServerName:
    return await authenticate(
        transport.keyring, OURSELVES, method=method, target=target, authorization=headers, content=body
    )


async def refused(transport: Transport, *headers: str, status: int = 401) -> FederationRefusal:
    with pytest.raises(FederationRefusal) as refusal:
        await ask(transport, *headers)
    assert (refusal.value.status, refusal.value.errcode) == (status, "M_UNAUTHORIZED")
    return refusal.value


def header(form: str, **changes: str) -> str:
    """Return a header in some form, with a good signature over what the changes do not touch."""
    values = {"origin": PEER.name, "destination": OURSELVES, "key": PEER.key.key_id}
    content = b'{"n":1.5,"pdus":[]}'
    signature = PEER.key.sign(signed_bytes("PUT", TARGET, PEER.name, OURSELVES, content))
    return form.format(**{**values, "sig": encode_base64(signature), **changes})


async def test_a_signed_request_is_its_origins(transport: Transport) -> None:
    assert await ask(transport, PEER.header(OURSELVES, "PUT", TARGET, BODY)) == PEER.name


@pytest.mark.parametrize(
    "form",
    [
        "X-Matrix " + FIELDS,
        "x-matrix   " + FIELDS,
        "X-MATRIX ORIGIN={origin},Destination={destination},KEY={key},Sig={sig}",
        "X-Matrix sig={sig} , key={key}\t,\torigin={origin},destination={destination}",
        'X-Matrix origin="peer\\.example.org:8448",destination="{destination}",key="{key}",sig="{sig}"',
        "X-Matrix " + FIELDS + ',unknown="a,b=\\"c",x=y',
        "X-Matrix " + FIELDS.replace(",", ",,"),
    ],
)
async def test_every_way_to_write_the_header_is_read(transport: Transport, form: str) -> None:
    assert await ask(transport, header(form)) == PEER.name


async def test_a_header_of_an_older_server_has_no_destination(transport: Transport) -> None:
    signature = PEER.key.sign(signed_bytes("GET", TARGET, PEER.name, None, None))
    old = f"X-Matrix origin={PEER.name},key={PEER.key.key_id},sig={encode_base64(signature)}"
    assert await ask(transport, old, method="GET", body=None) == PEER.name


async def test_one_good_signature_of_several_is_enough(transport: Transport) -> None:
    other = PEER.rotated("unknown", 2)
    headers = [one.header(OURSELVES, "PUT", TARGET, BODY) for one in (other, PEER)]
    assert await ask(transport, *headers) == PEER.name
    assert await ask(transport, "Bearer token", *headers) == PEER.name


@pytest.mark.parametrize(
    "text",
    [
        "X-Matrix ", "X-Matrix nonsense", "X-Matrix origin", "X-Matrix ,,",
        'X-Matrix origin="peer.example.org', "X-Matrix " + FIELDS.replace(",key", ";key"),
        "X-Matrix " + FIELDS + ',origin="other.org"', header("X-Matrix " + FIELDS, origin="not a name"),
        header("X-Matrix " + FIELDS, origin="peer.example.org:http"), header("X-Matrix " + FIELDS, origin=""),
        header("X-Matrix " + FIELDS, sig="?"), header("X-Matrix " + FIELDS, key='ed25519:"'),
    ],
)  # fmt: skip
async def test_a_malformed_header_is_refused(transport: Transport, text: str) -> None:
    await refused(transport, text, status=400)


@pytest.mark.parametrize("text", ["", "X-Matrix", "Bearer token"])
async def test_a_header_of_another_kind_is_no_signature(transport: Transport, text: str) -> None:
    await refused(transport, text)


@pytest.mark.parametrize(
    "changes",
    [
        {"key": ""},
        {"sig": ""},
        {"sig": encode_base64(bytes(64))},
        {"key": "ed25519:b"},
        {"key": "rsa:a"},
        {"origin": "unknown.example.org"},
        {"destination": "other.example.org"},
        {"destination": ""},
        {"origin": OURSELVES},
    ],
)
async def test_a_forged_header_is_refused(transport: Transport, changes: dict[str, str]) -> None:
    await refused(transport, header("X-Matrix " + FIELDS, **changes))


async def test_requests_without_a_signature_are_refused(transport: Transport) -> None:
    with pytest.raises(FederationRefusal, match="not signed"):
        await ask(transport)


@pytest.mark.parametrize(
    ("method", "target", "body"),
    [
        ("POST", TARGET, BODY),
        ("PUT", TARGET.replace("%20", "+"), BODY),
        ("PUT", TARGET, {**BODY, "n": 2}),
        ("PUT", TARGET, None),
        ("PUT", TARGET, []),
    ],
)
async def test_the_signature_covers_method_target_and_body(
    transport: Transport, method: str, target: str, body: JsonValue
) -> None:
    with pytest.raises(FederationRefusal, match="does not match"):
        await ask(transport, header("X-Matrix " + FIELDS), method=method, target=target, body=body)


async def test_signatures_in_the_name_of_several_servers_are_refused(transport: Transport) -> None:
    other = Peer.make("other.example.org").header(OURSELVES, "PUT", TARGET, BODY)
    refusal = await refused(transport, PEER.header(OURSELVES, "PUT", TARGET, BODY), other)
    assert "several" in refusal.message


async def test_a_key_that_has_expired_does_not_sign_requests(transport: Transport, clock: FakeClock) -> None:
    clock.advance(DAY_MS + 1)
    refusal = await refused(transport, PEER.header(OURSELVES, "PUT", TARGET, BODY))
    assert "not known" in refusal.message


async def test_cve_2026_24044_a_key_that_everybody_has_does_not_sign_requests(
    transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("federation.transport.keyring.INSECURE_KEYS", {PEER.key.public_key})
    refusal = await refused(transport, PEER.header(OURSELVES, "PUT", TARGET, BODY))
    assert "secret half" in refusal.message


def test_cve_2026_24044_the_key_of_the_advisory_is_denied() -> None:
    assert "l/O9hxMVKB6Lg+3Hqf0FQQZhVESQcMzbPN1Cz2nM3og" in map(encode_base64, server_keys.INSECURE_KEYS)


def test_a_long_header_is_read_in_a_moment() -> None:
    with pytest.raises(FederationRefusal):
        parse_authorization("X-Matrix " + 'a="\\\\' * 2000)
    with pytest.raises(FederationRefusal):
        parse_authorization("X-Matrix " + "," * 8000 + " " * 8000 + "!")
