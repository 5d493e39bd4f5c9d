"""Rooms, spaces and people: everything around conversations, in real browsers."""

import pytest

from tests.web.browser_scripts import run_script, time_for

LIMIT_S = 300


@pytest.mark.interop
@pytest.mark.timeout(time_for(LIMIT_S))
def test_somebody_puts_rooms_in_order_and_changes_their_settings(web_server: str) -> None:
    run_script("rooms", web_server, limit_s=LIMIT_S)


@pytest.mark.interop
@pytest.mark.timeout(time_for(LIMIT_S))
def test_somebody_deals_with_people(web_server: str) -> None:
    run_script("people", web_server, limit_s=LIMIT_S)
