"""Two people chat in two browsers, in an encrypted room, in every way there is."""

import pytest

from tests.web.browser_scripts import run_script, time_for

LIMIT_S = 600


@pytest.mark.timeout(time_for(LIMIT_S))
def test_two_people_chat_with_every_kind_of_message(web_server: str) -> None:
    run_script("conversation", web_server, limit_s=LIMIT_S)
