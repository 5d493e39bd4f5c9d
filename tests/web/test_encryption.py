"""Encryption in the web client, as people go through it in real browsers."""

import pytest

from tests.web.browser_scripts import run_script, time_for

LIMIT_S = 600


@pytest.mark.timeout(time_for(LIMIT_S))
def test_people_verify_each_other_and_new_devices_read_the_history(web_server: str) -> None:
    run_script("encryption", web_server, limit_s=LIMIT_S)


@pytest.mark.interop
@pytest.mark.timeout(time_for(LIMIT_S, thorough=True))
def test_every_step_of_encryption_is_accessible(web_server: str) -> None:
    run_script("encryption", web_server, limit_s=LIMIT_S, thorough=True)
