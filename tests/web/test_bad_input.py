"""Hostile content, and servers that are slow, gone or answer nonsense, in real browsers."""

import pytest

from tests.web.browser_scripts import run_script, time_for

LIMIT_S = 240


@pytest.mark.interop
@pytest.mark.timeout(time_for(LIMIT_S))
def test_nothing_hostile_runs_fetches_or_breaks_the_room(web_server: str) -> None:
    run_script("hostile", web_server, limit_s=LIMIT_S)


@pytest.mark.interop
@pytest.mark.timeout(time_for(LIMIT_S))
def test_nothing_is_lost_when_servers_fail_and_when_the_browser_is_full(web_server: str) -> None:
    run_script("bad_servers", web_server, limit_s=LIMIT_S)
