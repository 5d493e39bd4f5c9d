"""The environment of its own that Synapse is installed in, kept from one run to the next."""

import os
import subprocess
import sys
import venv
from pathlib import Path

VERSION = "1.163.2"
REQUIREMENTS = (f"matrix-synapse=={VERSION}", "psycopg2-binary")


def install_synapse() -> Path:
    """Return the Python of an environment that holds Synapse, which is made on first use and kept."""
    python = _python()
    if not is_installed():
        environment = python.parent.parent
        sys.stderr.write(f"installing {' '.join(REQUIREMENTS)} into {environment}\n")
        venv.create(environment, with_pip=True, clear=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *REQUIREMENTS], check=True)
    return python


def is_installed() -> bool:
    """Tell whether the environment is there and holds the right version."""
    python = _python()
    if not python.exists():
        return False
    check = f"import psycopg2, synapse; assert synapse.__version__ == {VERSION!r}"
    return subprocess.run([str(python), "-c", check], check=False, stderr=subprocess.DEVNULL).returncode == 0


def _python() -> Path:
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    return cache / "parlour-bench" / f"synapse-{VERSION}" / "bin" / "python"


if __name__ == "__main__":
    install_synapse()
