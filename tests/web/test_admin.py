"""The admin page, as the operator of a new server goes through it in a real browser."""

from pathlib import Path

import pytest

from client_web.build import build_if_stale
from tests.support.parlour_process import ParlourProcess
from tests.support.ports import free_port
from tests.web.browser_scripts import run_script, time_for

LIMIT_S = 300


@pytest.mark.interop
@pytest.mark.timeout(time_for(LIMIT_S))
def test_operator_sets_a_new_server_up_and_looks_after_it(tmp_path: Path) -> None:
    build_if_stale()
    port = free_port()
    settings = {
        "server_name": "localhost",
        "public_baseurl": f"http://127.0.0.1:{port}",
        "listeners": [{"port": port, "serve": ["client", "media", "web", "health"]}],
    }
    server = ParlourProcess(tmp_path / "data", settings)
    server.start()
    token = server.first_admin_token()
    run_script("admin", server.base_url, limit_s=LIMIT_S, environment={"PARLOUR_ADMIN_TOKEN": token})
    assert server.stop() == 0
