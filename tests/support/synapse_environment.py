"""The installed Synapse that tests compare with and federate with. Nothing is downloaded here."""

from pathlib import Path

import pytest

from benchmarks.servers.synapse_environment import install_synapse, is_installed

MISSING = "Synapse is not installed: `make differential` or `make interop` does it"


def synapse_python() -> Path:
    """Return the Python of Synapse's environment; skip the test where there is none."""
    if not is_installed():
        pytest.skip(MISSING)
    return install_synapse()
