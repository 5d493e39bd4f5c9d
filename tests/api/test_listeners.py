import asyncio
import ssl
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import pytest
import trustme

from homeserver.app import RunningServer
from homeserver.config.listeners import Listener, Resource
from homeserver.http.context import Services
from homeserver.http.listeners import start_listeners
from homeserver.http.routing import Routes
from tests.api.client import ApiClient


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def certificate(authority: trustme.CA, tmp_path: Path) -> Path:
    path = tmp_path / "listener.pem"
    authority.issue_cert("127.0.0.1", common_name="first").private_key_and_cert_chain_pem.write_to_path(path)
    return path


@pytest.fixture
def overrides(certificate: Path) -> dict[str, object]:
    tls = {"tls_certificate": certificate, "tls_key": certificate}
    return {"listeners": [{"port": 0, "serve": ["client"], **tls}, {"port": 0, "serve": ["health"]}]}


async def serial_of(base_url: str, authority: trustme.CA) -> str:
    """Return the serial number of the certificate that a new connection is shown and answered on."""
    context = ssl.create_default_context()
    authority.configure_trust(context)
    url = urlsplit(base_url)
    reader, writer = await asyncio.open_connection(url.hostname, url.port, ssl=context)
    writer.write(b"GET /_matrix/client/versions HTTP/1.1\r\nHost: x\r\n\r\n")
    assert await reader.readline() == b"HTTP/1.1 200 OK\r\n"
    serial = writer.get_extra_info("peercert")["serialNumber"]
    writer.close()
    await writer.wait_closed()
    assert isinstance(serial, str)
    return serial


async def test_listener_speaks_tls_and_takes_up_a_renewed_certificate(
    server: RunningServer, authority: trustme.CA, certificate: Path
) -> None:
    url = server.listeners.base_urls[0]
    assert url.startswith("https://127.0.0.1:")
    first = await serial_of(url, authority)
    authority.issue_cert("127.0.0.1", common_name="second").private_key_and_cert_chain_pem.write_to_path(
        certificate
    )
    server.listeners.reload_certificates()
    second = await serial_of(url, authority)
    assert second != first
    trustme.Blob(b"half a file").write_to_path(certificate)
    server.listeners.reload_certificates()
    assert await serial_of(url, authority) == second


async def test_plain_listener_beside_it_serves_what_it_is_told(server: RunningServer) -> None:
    async with aiohttp.ClientSession() as session:
        plain = ApiClient(session, server.listeners.base_urls[1], prefix="")
        assert (await plain.get("/health")).status == 200
        assert (await plain.get("/_matrix/client/versions")).status == 404
        unknown = await plain.get("/x")
        assert "Access-Control-Allow-Origin" not in unknown.headers


async def test_taken_address_is_reported_and_nothing_stays_open(
    services: Services, server: RunningServer
) -> None:
    taken = int(server.listeners.base_urls[1].rpartition(":")[2])
    free = Listener(port=0, serve=(Resource.HEALTH,))
    with pytest.raises(OSError, match="address already in use"):
        await start_listeners(services, [free, replace_port(free, taken)], Routes())


def replace_port(listener: Listener, port: int) -> Listener:
    return listener.model_copy(update={"port": port})
