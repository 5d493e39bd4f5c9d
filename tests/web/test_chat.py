"""Two people in two browsers write to each other: every kind of message, in clear text and encrypted."""

import pytest

from tests.web.browser_scripts import run_script, time_for

LIMIT_S = 240


@pytest.mark.interop
@pytest.mark.timeout(time_for(LIMIT_S))
def test_two_people_write_to_each_other(web_server: str) -> None:
    run_script("chat", web_server, limit_s=LIMIT_S)
