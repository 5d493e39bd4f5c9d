"""What the client makes of answers, good and bad, and what it remembers of them."""

import asyncio
import zlib
from contextlib import suppress

import pytest
from aiohttp import web

from federation.errors import (
    PeerAnsweredBadly,
    PeerBackedOff,
    PeerFailed,
    PeerRefused,
    PeerUnreachable,
)
from federation.protocol.canonical_json import JsonObject, JsonValue, decode_json
from federation.protocol.ids import ServerName
from federation.protocol.signing import verify_signature
from federation.transport.limits import Limits
from federation.transport.open_transport import Identity, Transport
from federation.transport.paths import fill
from federation.transport.signed_requests import encode_content, signed_bytes
from federation.transport.x_matrix import parse_authorization
from tests.federation.transport.conftest import OURSELVES, MakeSite
from tests.federation.transport.network import Names, Site, answering, answering_text, endless, slow
from tests.federation.transport.ports import MemoryBackOff

PEER = ServerName("example.org")
PATH = "/_matrix/federation/v1/x"


@pytest.fixture
async def peer(site: MakeSite, names: Names) -> Site:
    found = await site(PEER)
    names.ports[(PEER, 8448)] = found.port
    return found


class Receiver:
    """Checks the signature of each request; `paths` are what was asked, `bodies` what came with it."""

    def __init__(self, identity: Identity) -> None:
        self.identity = identity
        self.paths: list[str] = []
        self.bodies: list[JsonValue] = []

    async def handle(self, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        body = decode_json(raw) if raw else None
        content = None if body is None else encode_content(body)
        credentials = parse_authorization(request.headers["Authorization"])
        assert (credentials.origin, credentials.destination) == (OURSELVES, PEER)
        assert credentials.key_id == self.identity.signing_key.key_id
        message = signed_bytes(request.method, request.raw_path, OURSELVES, PEER, content)
        verify_signature(message, credentials.signature, self.identity.signing_key.public_key)
        self.paths.append(request.raw_path)
        self.bodies.append(body)
        return web.json_response({"method": request.method})


async def test_requests_are_signed_as_they_are_sent(
    transport: Transport, peer: Site, identity: Identity
) -> None:
    receiver = Receiver(identity)
    peer.answer = receiver.handle
    path = fill("/x/{}/{}", "$a/b%+~:c", "@ü ?#:d")
    assert await transport.client.get(PEER, path, {"v": ["1", "2"], "q": "a b&c=ü", "n": 3, "f": True}) == {
        "method": "GET"
    }
    assert receiver.paths == [
        "/x/%24a%2Fb%25%2B~%3Ac/%40%C3%BC%20%3F%23%3Ad?v=1&v=2&q=a%20b%26c%3D%C3%BC&n=3&f=true"
    ]


@pytest.mark.parametrize(
    "body",
    [{}, {"é": ["\u0000", 1, None, True], "a": {"z": 1, "b": 2}}, {"pdu": {"depth": 1.5, "big": 2**60}}],
)
async def test_bodies_are_signed_as_canonical_json(
    transport: Transport, peer: Site, identity: Identity, body: JsonObject
) -> None:
    receiver = Receiver(identity)
    peer.answer = receiver.handle
    await transport.client.put(PEER, PATH, body)
    await transport.client.post(PEER, PATH, encode_content(body), {"a": "b"})
    assert receiver.bodies == [body, body]


@pytest.mark.parametrize("segment", [".", ".."])
def test_a_segment_that_is_a_step_of_the_path_is_refused(segment: str) -> None:
    with pytest.raises(ValueError, match="segment"):
        fill("/_matrix/federation/v1/event/{}", segment)


@pytest.mark.parametrize(
    "text",
    ["", "no JSON", "[]", "null", '{"a": NaN}', '{"a": 1, "a": 2}', "[" * 5000, b"\xff", '{"a": 1e999}'],
)
async def test_cve_2020_26890_an_answer_that_is_no_strict_json_object_is_bad(
    transport: Transport, peer: Site, text: str | bytes, back_off: MemoryBackOff
) -> None:
    peer.answer = answering_text(text)
    with pytest.raises(PeerAnsweredBadly):
        await transport.client.get(PEER, PATH)


async def test_an_error_of_the_server_carries_its_code_and_body(transport: Transport, peer: Site) -> None:
    async def refuse(_: web.Request) -> web.StreamResponse:
        return web.json_response({"errcode": "M_FORBIDDEN", "error": "no", "soft": True}, status=403)

    peer.answer = refuse
    with pytest.raises(PeerRefused) as refused:
        await transport.client.get(PEER, PATH)
    assert (refused.value.status, refused.value.errcode) == (403, "M_FORBIDDEN")
    assert refused.value.body["soft"] is True


async def test_a_redirect_is_not_followed(transport: Transport, peer: Site) -> None:
    peer.answer = answering_text("", 302, {"Location": "https://example.org:8448/other"})
    with pytest.raises(PeerRefused) as refused:
        await transport.client.get(PEER, PATH)
    assert refused.value.status == 302
    assert len(peer.asked) == 1


async def test_an_answer_that_says_it_is_too_long_is_not_read(transport: Transport, peer: Site) -> None:
    peer.answer = answering({"a": "b" * 2000})
    with pytest.raises(PeerAnsweredBadly, match="more than 1000 bytes"):
        await transport.client.get(PEER, PATH, limits=Limits(max_bytes=1000))


async def test_an_endless_answer_is_broken_off(transport: Transport, peer: Site) -> None:
    peer.answer = endless
    with pytest.raises(PeerAnsweredBadly, match="more than"):
        await transport.client.get(PEER, PATH, limits=Limits(max_bytes=1024 * 1024))


async def test_an_endless_error_is_broken_off(transport: Transport, peer: Site) -> None:
    peer.answer = answering_text(b" " * 2000, 500)
    with pytest.raises(PeerAnsweredBadly):
        await transport.client.get(PEER, PATH, limits=Limits(max_bytes=1000))


async def test_a_slow_body_is_given_up(transport: Transport, peer: Site) -> None:
    peer.answer = slow
    with pytest.raises(PeerUnreachable, match="too long"):
        await transport.client.get(PEER, PATH, limits=Limits(timeout_s=0.2))


async def test_cwe_409_a_compressed_answer_is_not_unpacked(transport: Transport, peer: Site) -> None:
    bomb = zlib.compress(b'{"a": "' + b"0" * 10_000_000 + b'"}')
    peer.answer = answering_text(bomb, headers={"Content-Encoding": "deflate"})
    with pytest.raises(PeerAnsweredBadly, match="not JSON"):
        await transport.client.get(PEER, PATH)


async def test_a_server_that_is_to_be_left_alone_is_not_asked(
    transport: Transport, peer: Site, back_off: MemoryBackOff
) -> None:
    back_off.away.add(PEER)
    with pytest.raises(PeerBackedOff):
        await transport.client.get(PEER, PATH)
    assert peer.asked == []


async def test_ignoring_back_off_asks_all_the_same_and_counts_success_only(
    transport: Transport, peer: Site, back_off: MemoryBackOff
) -> None:
    back_off.away.add(PEER)
    peer.answer = answering({})
    await transport.client.get(PEER, PATH, limits=Limits(ignore_back_off=True))
    peer.answer = answering_text("down", 502)
    with pytest.raises(PeerRefused):
        await transport.client.get(PEER, PATH, limits=Limits(ignore_back_off=True))
    assert back_off.noted == ["succeeded"]


@pytest.mark.parametrize(
    ("status", "text", "noted"),
    [
        (200, "{}", "succeeded"),
        (403, '{"errcode": "M_FORBIDDEN", "error": ""}', "succeeded"),
        (404, '{"errcode": "M_UNRECOGNIZED", "error": ""}', "succeeded"),
        (404, "404 page not found", "succeeded"),
        (405, "", "succeeded"),
        (403, "<html>", "failed"),
        (500, '{"errcode": "M_UNKNOWN", "error": ""}', "failed"),
        (502, "<html>", "failed"),
        (302, "", "failed"),
    ],
)
async def test_what_answers_counts_as_up_only_where_a_matrix_server_speaks(
    transport: Transport, peer: Site, back_off: MemoryBackOff, status: int, text: str, noted: str
) -> None:
    peer.answer = answering_text(text, status)
    with suppress(PeerFailed):
        await transport.client.get(PEER, PATH)
    assert back_off.noted == [noted]


async def test_a_server_that_cannot_be_found_has_failed(
    transport: Transport, back_off: MemoryBackOff
) -> None:
    with pytest.raises(PeerUnreachable):
        await transport.client.get(PEER, PATH)
    assert back_off.noted == ["failed"]


async def test_a_stream_is_read_piece_by_piece(transport: Transport, peer: Site) -> None:
    peer.answer = answering_text(b"x" * 300_000, headers={"Content-Type": "image/png"})
    async with transport.client.stream(PEER, PATH) as stream:
        assert stream.headers["Content-Type"] == "image/png"
        pieces = [piece async for piece in stream.chunks()]
    assert b"".join(pieces) == b"x" * 300_000
    assert len(pieces) > 1


async def test_a_stream_that_is_too_long_is_broken_off(transport: Transport, peer: Site) -> None:
    peer.answer = answering_text(b"x" * 300_000)
    async with transport.client.stream(PEER, PATH, limits=Limits(max_bytes=100_000)) as stream:
        with pytest.raises(PeerAnsweredBadly):
            [piece async for piece in stream.chunks()]


async def test_a_stream_that_stands_still_is_given_up(transport: Transport, peer: Site) -> None:
    async def stuck(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await asyncio.Event().wait()
        return response

    peer.answer = stuck
    with pytest.raises(PeerUnreachable, match="too long"):
        async with transport.client.stream(PEER, PATH, limits=Limits(timeout_s=0.2)) as stream:
            [piece async for piece in stream.chunks()]


async def test_what_the_reader_of_a_stream_raises_is_not_the_servers_fault(
    transport: Transport, peer: Site, back_off: MemoryBackOff
) -> None:
    peer.answer = answering_text(b"x")
    with pytest.raises(OSError, match="disk full"):
        async with transport.client.stream(PEER, PATH):
            raise OSError("disk full")
    assert back_off.noted == ["succeeded"]


async def test_a_refused_stream_raises_what_it_was_refused_with(transport: Transport, peer: Site) -> None:
    with pytest.raises(PeerRefused, match="M_NOT_FOUND"):
        async with transport.client.stream(PEER, PATH):
            raise AssertionError("there is nothing to read")


async def test_a_server_that_says_too_much_is_up_all_the_same(
    transport: Transport, peer: Site, back_off: MemoryBackOff
) -> None:
    peer.answer = answering({"a": "b" * 2000})
    with pytest.raises(PeerAnsweredBadly):
        await transport.client.get(PEER, PATH, limits=Limits(max_bytes=1000))
    assert back_off.noted == ["succeeded"]
