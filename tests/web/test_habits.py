"""What people take for granted of a client, in real browsers."""

import pytest

from tests.web.browser_scripts import run_script, time_for

LIMIT_S = 240


@pytest.mark.interop
@pytest.mark.timeout(time_for(LIMIT_S))
def test_words_are_copied_found_and_recovered_and_the_page_can_be_installed(web_server: str) -> None:
    run_script("habits", web_server, limit_s=LIMIT_S)
