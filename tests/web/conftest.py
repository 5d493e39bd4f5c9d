"""A real server that hands out the web client, for tests that go through it in real browsers."""

from collections.abc import Iterator

import pytest

from client_web.build import build_if_stale
from tests.support.parlour_process import ParlourProcess
from tests.support.ports import free_port


@pytest.fixture(scope="session")
def web_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a server that serves the client; tests share it and make accounts of their own."""
    build_if_stale()
    port = free_port()
    settings = {
        "server_name": "localhost",
        "public_baseurl": f"http://127.0.0.1:{port}",
        "listeners": [{"port": port, "serve": ["client", "media", "web", "health"]}],
    }
    server = ParlourProcess(tmp_path_factory.mktemp("web") / "data", settings)
    server.start()
    yield server.base_url
    assert server.stop() == 0
