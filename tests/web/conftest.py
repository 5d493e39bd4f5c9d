"""A real server that hands out the web client, for tests that go through it in real browsers."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from client_web.build import build_if_stale
from tests.support.parlour_process import ParlourProcess
from tests.support.ports import free_port


@pytest.fixture(scope="session")
def web_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a server that serves the client; tests share it and make accounts of their own."""
    with _server(tmp_path_factory.mktemp("web") / "data") as server:
        yield server.base_url


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[ParlourProcess]:
    """A new server that serves the client, without accounts, for one test alone."""
    with _server(tmp_path / "data") as server:
        yield server


@contextmanager
def _server(data_dir: Path) -> Iterator[ParlourProcess]:
    build_if_stale()
    port = free_port()
    settings = {
        "server_name": "localhost",
        "public_baseurl": f"http://127.0.0.1:{port}",
        "listeners": [{"port": port, "serve": ["client", "media", "web", "health"]}],
    }
    server = ParlourProcess(data_dir, settings)
    server.start()
    yield server
    assert server.stop() == 0
