"""One browser lets another in by a QR code."""

import pytest

from tests.web.browser_scripts import run_script, time_for

LIMIT_S = 240


@pytest.mark.interop
@pytest.mark.timeout(time_for(LIMIT_S))
def test_a_browser_lets_another_in_by_a_code_whichever_shows_it(web_server: str) -> None:
    run_script("sign_in_by_code", web_server, limit_s=LIMIT_S)
