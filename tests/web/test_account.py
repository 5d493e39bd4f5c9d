"""The account page, as somebody goes through it in a real browser."""

import pytest

from tests.web.browser_scripts import run_script, time_for

LIMIT_S = 180


@pytest.mark.interop
@pytest.mark.timeout(time_for(LIMIT_S, thorough=True))
def test_somebody_looks_after_an_account_and_closes_it(web_server: str) -> None:
    run_script("account", web_server, limit_s=LIMIT_S, thorough=True)
