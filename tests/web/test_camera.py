"""Codes that a browser reads by its camera, or from what was copied."""

import pytest

from tests.web.browser_scripts import run_script, time_for

LIMIT_S = 240


@pytest.mark.interop
@pytest.mark.timeout(time_for(LIMIT_S, thorough=True))
def test_new_devices_are_verified_by_the_camera_and_by_a_pasted_picture(web_server: str) -> None:
    run_script("camera", web_server, limit_s=LIMIT_S, thorough=True)
