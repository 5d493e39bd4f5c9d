"""The environment of its own that mautrix is installed in, kept from one run to the next."""

import os
import subprocess
import sys
import venv
from pathlib import Path

VERSION = "0.21.1"
REQUIREMENTS = (
    f"mautrix=={VERSION}", "python-olm==3.2.16", "unpaddedbase64==2.1.0", "pycryptodome", "base58", "asyncpg",
    "aiosqlite",
)  # fmt: skip


def install_mautrix() -> Path:
    """Return the Python of an environment that holds mautrix, which is made on first use and kept."""
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    python = cache / "parlour-bench" / f"mautrix-{VERSION}" / "bin" / "python"
    if not _is_installed(python):
        environment = python.parent.parent
        sys.stderr.write(f"installing {' '.join(REQUIREMENTS)} into {environment}\n")
        venv.create(environment, with_pip=True, clear=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *REQUIREMENTS], check=True)
    return python


def _is_installed(python: Path) -> bool:
    if not python.exists():
        return False
    check = f"import aiosqlite, base58, mautrix, olm; assert mautrix.__version__ == {VERSION!r}"
    return subprocess.run([str(python), "-c", check], check=False, stderr=subprocess.DEVNULL).returncode == 0
