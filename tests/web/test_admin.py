"""The admin page, as the operator of a new server goes through it in a real browser."""

import pytest

from tests.support.parlour_process import ParlourProcess
from tests.web.browser_scripts import run_script, time_for

LIMIT_S = 300


@pytest.mark.interop
@pytest.mark.timeout(time_for(LIMIT_S, thorough=True))
def test_operator_sets_a_new_server_up_and_looks_after_it(own_server: ParlourProcess) -> None:
    token = {"PARLOUR_ADMIN_TOKEN": own_server.first_admin_token()}
    run_script("admin", own_server.base_url, limit_s=LIMIT_S, thorough=True, environment=token)
