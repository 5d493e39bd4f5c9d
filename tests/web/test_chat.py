"""Two people in two browsers write to each other: every kind of message, in clear text and encrypted."""

import pytest

from tests.web.browser_scripts import run_script

LIMIT_S = 240


@pytest.mark.timeout(LIMIT_S + 60)
def test_two_people_write_to_each_other(web_server: str) -> None:
    run_script("chat", web_server, limit_s=LIMIT_S)
