"""Every page and dialog of the web client in three widths and both themes: axe finds nothing on any.

With the environment variable SCREENSHOTS, pictures of them are kept there.
"""

import pytest

from tests.support.parlour_process import ParlourProcess
from tests.web.browser_scripts import run_script, time_for

LIMIT_S = 900


@pytest.mark.interop
@pytest.mark.timeout(time_for(LIMIT_S))
@pytest.mark.parametrize("script", ["pages_chat", "pages_dialogs", "pages_settings", "pages_troubles"])
def test_every_page_and_dialog_is_accessible(own_server: ParlourProcess, script: str) -> None:
    run_script(script, own_server.base_url, limit_s=LIMIT_S)
