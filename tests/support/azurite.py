"""An Azure of the tests' own: Azurite, where somebody has installed it, with one empty container."""

import base64
import hashlib
import hmac
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formatdate
from pathlib import Path

from tests.support.ports import free_port

PROGRAM = "azurite-blob"
ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""What Azurite's documentation says they are, for everybody."""
CONTAINER = "uploads"
VERSION = "2021-08-06"
START_WITHIN_S = 60.0


def is_azurite_here() -> bool:
    """Tell whether it is installed: `npm install --global azurite`, which is too large for a few tests."""
    return shutil.which(PROGRAM) is not None


@contextmanager
def running_azurite(folder: Path) -> Iterator[dict[str, str]]:
    """Run it for the length of the block; give the environment that its clients need."""
    port = free_port()
    command = [PROGRAM, "--inMemoryPersistence", "--silent", "--skipApiVersionCheck", "--blobPort", str(port)]
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    endpoint = f"http://127.0.0.1:{port}/{ACCOUNT}"
    try:
        _make_container(endpoint, process)
        yield {
            "AZURE_STORAGE_ACCOUNT_NAME": ACCOUNT,
            "AZURE_STORAGE_ACCOUNT_KEY": KEY,
            "AZURE_STORAGE_ENDPOINT": endpoint,
        }
    finally:
        process.kill()
        process.wait()


def _make_container(endpoint: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_WITHIN_S
    while True:
        try:
            with urllib.request.urlopen(_request(endpoint), timeout=20):
                return
        except OSError:
            assert process.poll() is None, "Azurite ended"
            assert time.monotonic() < deadline, "Azurite did not start"
        time.sleep(0.05)


def _request(endpoint: str) -> urllib.request.Request:
    """Return the signed request that makes the container."""
    headers = {"x-ms-date": formatdate(usegmt=True), "x-ms-version": VERSION}
    named = [f"{name}:{value}" for name, value in headers.items()]
    path = f"/{ACCOUNT}/{ACCOUNT}/{CONTAINER}\nrestype:container"
    signed = "\n".join(["PUT", *[""] * 11, *named, path])
    signature = hmac.digest(base64.b64decode(KEY), signed.encode(), hashlib.sha256)
    headers["Authorization"] = f"SharedKey {ACCOUNT}:{base64.b64encode(signature).decode()}"
    headers["Content-Length"] = "0"
    return urllib.request.Request(f"{endpoint}/{CONTAINER}?restype=container", headers=headers, method="PUT")
