"""The web client's unit tests, which are beside its sources, in one run."""

import subprocess

import pytest

from client_web.build import ROOT, install_packages, node_folder

LIMIT_S = 900


@pytest.mark.timeout(LIMIT_S)
def test_the_unit_tests_of_the_web_client_pass() -> None:
    install_packages()
    vitest = ROOT / "node_modules" / "vitest" / "vitest.mjs"
    command = [str(node_folder() / "bin" / "node"), str(vitest), "run"]
    result = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=LIMIT_S - 10, check=False
    )
    assert result.returncode == 0, f"{result.stdout[-8000:]}\n{result.stderr[-2000:]}"
