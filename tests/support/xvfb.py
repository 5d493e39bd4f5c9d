"""A screen of the tests' own, that nobody looks at: Debian's Xvfb."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def running_xvfb(size: str = "1280x800x24") -> Iterator[str]:
    """Run an X server for the length of the block; give its display, such as `:7`."""
    program = shutil.which("Xvfb")
    assert program, "Xvfb is missing: tests/install-system-packages installs it"
    reading, writing = os.pipe()
    try:
        process = subprocess.Popen(
            [program, "-displayfd", str(writing), "-screen", "0", size, "-nolisten", "tcp"],
            pass_fds=[writing],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(writing)
        with os.fdopen(reading) as told:  # it says its number when it can be connected to
            number = told.readline().strip()
        assert number, "Xvfb did not start"
        yield f":{number}"
    finally:
        process.terminate()
        process.wait()
