"""The environment of its own that synadm is installed in, kept from one run to the next."""

import os
import subprocess
import sys
import venv
from pathlib import Path

VERSION = "0.49.2"


def install_synadm() -> Path:
    """Return the command synadm, which is installed on first use and kept."""
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    command = cache / "parlour-bench" / f"synadm-{VERSION}" / "bin" / "synadm"
    if not command.exists():
        environment = command.parent.parent
        sys.stderr.write(f"installing synadm {VERSION} into {environment}\n")
        venv.create(environment, with_pip=True, clear=True)
        python = environment / "bin" / "python"
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", f"synadm=={VERSION}"], check=True)
    return command
