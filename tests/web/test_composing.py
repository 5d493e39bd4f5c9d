"""What is written with: formatting, files, messages picked together, and what waits without a network."""

import pytest

from tests.web.browser_scripts import run_script, time_for

LIMIT_S = 240


@pytest.mark.interop
@pytest.mark.timeout(time_for(LIMIT_S))
def test_what_is_written_is_formatted_gathered_and_outlives_the_page(web_server: str) -> None:
    run_script("composing", web_server, limit_s=LIMIT_S)
