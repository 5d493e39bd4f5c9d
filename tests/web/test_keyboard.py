"""The web client without a mouse, and turned round to read from right to left."""

import pytest

from tests.web.browser_scripts import run_script, time_for

LIMIT_S = 180


@pytest.mark.interop
@pytest.mark.timeout(time_for(LIMIT_S))
def test_everything_on_the_main_way_is_done_by_keys(web_server: str) -> None:
    run_script("keyboard", web_server, limit_s=LIMIT_S)
