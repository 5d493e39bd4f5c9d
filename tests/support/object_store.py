"""An S3 of the tests' own: moto's server, in a process on a loopback port, with one empty bucket."""

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from xml.etree import ElementTree

from tests.support.ports import free_port

START_WITHIN_S = 60.0
BUCKET = "uploads"


@dataclass(frozen=True)
class ObjectStoreServer:
    """Where it is; `environment` is what its clients need to know."""

    endpoint: str

    @property
    def environment(self) -> dict[str, str]:
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "key",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_REGION": "us-east-1",
        }

    def stored(self) -> list[str]:
        """Return the names of all objects."""
        with urllib.request.urlopen(f"{self.endpoint}/{BUCKET}?list-type=2", timeout=20) as answer:
            tree = ElementTree.fromstring(answer.read())
        return [element.text or "" for element in tree.iter() if element.tag.endswith("}Key")]


@contextmanager
def running_object_store() -> Iterator[ObjectStoreServer]:
    """Run it for the length of the block."""
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "--host", "127.0.0.1", "--port", str(port)]
    environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, env=environment, stdout=quiet, stderr=quiet)
    server = ObjectStoreServer(f"http://127.0.0.1:{port}")
    try:
        _make_bucket(server, process)
        yield server
    finally:
        process.kill()
        process.wait()


def _make_bucket(server: ObjectStoreServer, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_WITHIN_S
    while True:
        try:
            request = urllib.request.Request(f"{server.endpoint}/{BUCKET}", method="PUT")
            with urllib.request.urlopen(request, timeout=20):
                return
        except OSError:
            assert process.poll() is None, "the object store ended"
            assert time.monotonic() < deadline, "the object store did not start"
            time.sleep(0.05)
