"""Asking for JSON, of servers that behave and of servers that do not."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from ssl import PROTOCOL_TLS_SERVER, SSLContext

import pytest
import trustme
from aiohttp import web

from homeserver.outgoing import json_client
from homeserver.outgoing.json_client import MAX_ANSWER_BYTES, JsonClient, RemoteFailed, RemoteRefused

AUTHORITY = trustme.CA()
Serve = Callable[[web.StreamResponse | None], Awaitable[str]]


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    runners: list[web.AppRunner] = []

    async def start(response: web.StreamResponse | None) -> str:
        async def handle(request: web.Request) -> web.StreamResponse:
            return response or web.json_response({"token": request.headers.get("Authorization")})

        context = SSLContext(PROTOCOL_TLS_SERVER)
        AUTHORITY.issue_cert("127.0.0.1").configure_cert(context)
        app = web.Application()
        app.router.add_get("/", handle)
        runner = web.AppRunner(app, shutdown_timeout=1)
        runners.append(runner)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
        return f"https://127.0.0.1:{runner.addresses[0][1]}/"

    yield start
    for runner in runners:
        await runner.cleanup()


def client_of(tmp_path: Path, *, private: bool = True, trusts: bool = True) -> JsonClient:
    ca_file = tmp_path / "ca.pem"
    AUTHORITY.cert_pem.write_to_path(str(ca_file))
    return JsonClient(allow_private_addresses=private, verify_tls=True, ca_file=ca_file if trusts else None)


async def test_an_object_is_returned_and_the_token_sent(serve: Serve, tmp_path: Path) -> None:
    client = client_of(tmp_path)
    assert await client.get(await serve(None), token="secret") == {"token": "Bearer secret"}
    await client.close()


@pytest.mark.parametrize(
    "response",
    [
        lambda: web.Response(text="[]"),
        lambda: web.Response(text="no JSON"),
        lambda: web.Response(body=b" " * (MAX_ANSWER_BYTES + 1) + b"{}"),
    ],
    ids=["a list", "no JSON", "too long"],
)
async def test_an_answer_that_is_no_small_object_is_a_failure(
    serve: Serve, tmp_path: Path, response: Callable[[], web.Response]
) -> None:
    client = client_of(tmp_path)
    with pytest.raises(RemoteFailed):
        await client.get(await serve(response()))
    await client.close()


async def test_an_error_carries_its_code_and_a_redirect_is_not_followed(serve: Serve, tmp_path: Path) -> None:
    client = client_of(tmp_path)
    refusal = web.json_response({"errcode": "M_TERMS_NOT_SIGNED"}, status=403)
    with pytest.raises(RemoteRefused) as refused:
        await client.get(await serve(refusal))
    assert (refused.value.status, refused.value.errcode) == (403, "M_TERMS_NOT_SIGNED")
    moved = web.Response(status=302, headers={"Location": await serve(None)})
    with pytest.raises(RemoteRefused):
        await client.get(await serve(moved))
    await client.close()


async def test_a_certificate_of_a_stranger_is_refused(serve: Serve, tmp_path: Path) -> None:
    client = client_of(tmp_path, trusts=False)
    with pytest.raises(RemoteFailed):
        await client.get(await serve(None))
    await client.close()


async def test_private_addresses_are_not_asked_by_number_nor_by_name(serve: Serve, tmp_path: Path) -> None:
    client = client_of(tmp_path, private=False)
    url = await serve(None)
    for wanted in (url, url.replace("127.0.0.1", "localhost"), url.replace("127.0.0.1", "[::1]")):
        with pytest.raises(RemoteFailed):
            await client.get(wanted)
    await client.close()


async def test_a_server_that_does_not_answer_in_time_is_left(
    monkeypatch: pytest.MonkeyPatch, serve: Serve, tmp_path: Path
) -> None:
    monkeypatch.setattr(json_client, "ANSWER_WITHIN_S", 0.0)
    client = client_of(tmp_path)
    with pytest.raises(RemoteFailed):
        await client.get(await serve(None))
    await client.close()


@pytest.mark.parametrize(
    "url", ["http://example.org/", "https:///", "https://a:b@example.org/", "https://[", "x"]
)
async def test_only_plain_https_urls_are_asked(tmp_path: Path, url: str) -> None:
    with pytest.raises(RemoteFailed):
        await client_of(tmp_path).get(url)
