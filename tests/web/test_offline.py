"""The web client without a network, and when it is closed."""

import pytest

from tests.web.browser_scripts import run_script, time_for

LIMIT_S = 240


@pytest.mark.interop
@pytest.mark.timeout(time_for(LIMIT_S))
def test_the_client_starts_offline_and_is_notified_when_it_is_closed(web_server: str) -> None:
    run_script("offline", web_server, limit_s=LIMIT_S)
