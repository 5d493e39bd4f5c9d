"""Making an account, signing in and out, and what may go wrong with it, in real browsers."""

import pytest

from tests.web.browser_scripts import run_script, time_for

LIMIT_S = 240


@pytest.mark.interop
@pytest.mark.timeout(time_for(LIMIT_S, thorough=True))
def test_somebody_comes_in_by_every_way_and_is_told_what_is_wrong(web_server: str) -> None:
    run_script("ways_in", web_server, limit_s=LIMIT_S, thorough=True)
