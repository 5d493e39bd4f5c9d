"""Sockets in the file system, and those of IPv6."""

import asyncio
import socket
from pathlib import Path

import aiohttp
import pytest
from click.testing import CliRunner

from homeserver.app import RunningServer
from homeserver.cli import main
from homeserver.client_api import client_routes
from homeserver.config.listeners import Listener, Resource
from homeserver.http.context import Services
from homeserver.http.listeners import RunningListeners, start_listeners


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "parlour.sock"


async def listen(services: Services, path: Path) -> RunningListeners:
    listener = Listener(bind=f"unix:{path}", serve=(Resource.CLIENT, Resource.HEALTH))
    return await start_listeners(services, [listener], client_routes())


async def get(path: Path, what: str, **headers: str) -> int:
    session = aiohttp.ClientSession(connector=aiohttp.UnixConnector(str(path)))
    async with session, session.get(f"http://parlour{what}", headers=headers) as answer:
        return answer.status


def mode_of(path: Path) -> int:
    return path.stat().st_mode & 0o777


async def test_a_socket_in_the_file_system_serves_what_the_network_s_do(
    server: RunningServer, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listeners = await listen(server.services, path)
    assert listeners.base_urls == [f"unix:{path}"]
    assert mode_of(path) == 0o660
    assert await get(path, "/_matrix/client/versions") == 200
    told = f'[{{"bind": "unix:{path}"}}]'
    monkeypatch.setenv("PARLOUR_LISTENERS", told)
    asked = await asyncio.to_thread(CliRunner().invoke, main, ["health"])
    assert asked.exit_code == 0, asked.output
    await listeners.stop()
    asked = await asyncio.to_thread(CliRunner().invoke, main, ["health"])
    assert asked.exit_code == 1
    assert "Traceback" not in asked.output


async def test_what_a_killed_server_left_is_taken_away_and_a_living_one_s_is_not(
    server: RunningServer, path: Path
) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    listeners = await listen(server.services, path)
    with pytest.raises(OSError, match="in use"):
        await listen(server.services, path)
    assert await get(path, "/health") == 200
    await listeners.stop()


async def test_a_listener_of_ipv6_answers(server: RunningServer) -> None:
    listener = Listener(bind="::1", port=0, serve=(Resource.HEALTH,))
    listeners = await start_listeners(server.services, [listener], [])
    [base_url] = listeners.base_urls
    assert base_url.startswith("http://[::1]:")
    async with aiohttp.ClientSession() as session, session.get(f"{base_url}/health") as answer:
        assert answer.status == 200
    await listeners.stop()
