"""The shipped nginx configuration under Debian's nginx, with its folders somewhere else."""

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from urllib.request import urlopen

from client_web import FILES
from tests.support.authority import Authority

NGINX = Path(__file__).parents[2] / "deployments" / "nginx"
START_WITHIN_S = 60.0


class NginxProcess:
    """nginx as the image configures it, templates filled in, as a process of this machine."""

    def __init__(self, folder: Path, environment: Mapping[str, str], authority: Authority) -> None:
        self._folder = folder
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None
        for name in ("conf.d", "tls", "run", "acme"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        shutil.copy(authority.certificate_file, folder / "tls" / "fullchain.pem")
        shutil.copy(authority.key_file, folder / "tls" / "privkey.pem")
        self._write_configuration()

    def check(self) -> str:
        """Return what `nginx -t` says, which finds no fault."""
        result = subprocess.run(
            [*self._command(), "-t"], capture_output=True, text=True, timeout=120, check=False
        )
        assert result.returncode == 0, result.stderr
        return result.stderr

    def start(self) -> None:
        """Start it, and wait until it answers."""
        with (self._folder / "nginx.log").open("ab") as log:
            self._process = subprocess.Popen(self._command("daemon off;"), stdout=log, stderr=log)
        url = f"http://127.0.0.1:{self._environment['PARLOUR_HTTP_PORT']}/nginx-health"
        deadline = time.monotonic() + START_WITHIN_S
        while not answers(url):
            assert self._process.poll() is None, self.log
            assert time.monotonic() < deadline, self.log
            time.sleep(0.05)

    def stop(self) -> None:
        """End it as the container's stop signal does, and then for certain."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(60)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    @property
    def log(self) -> str:
        return (self._folder / "nginx.log").read_text()

    def _command(self, *directives: str) -> list[str]:
        program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
        assert program, "nginx is missing: tests/install-system-packages installs it"
        everybody = ["user root;"] if os.geteuid() == 0 else []  # to read what the tests wrote
        return [
            program, "-c", str(self._folder / "nginx.conf"), "-p", str(self._folder),
            "-g", " ".join([*everybody, *directives, "daemon on;" if not directives else ""]).strip(),
        ]  # fmt: skip

    def _write_configuration(self) -> None:
        shutil.copy("/etc/nginx/mime.types", self._folder / "mime.types")
        (self._folder / "snippets").mkdir(exist_ok=True)
        self._write("nginx.conf", (NGINX / "nginx.conf").read_text())
        for file in (NGINX / "snippets").iterdir():
            self._write(f"snippets/{file.name}", file.read_text())
        for file in (NGINX / "templates").iterdir():
            filled = _fill_in(file.read_text(), self._environment)
            self._write(f"conf.d/{file.name.removesuffix('.template')}", filled)

    def _write(self, name: str, text: str) -> None:
        for there, here in (
            ("/etc/nginx/", f"{self._folder}/"),
            ("/run/nginx", f"{self._folder}/run"),
            ("/var/lib/acme", f"{self._folder}/acme"),
            ("/usr/share/parlour/web", str(FILES)),
        ):
            text = text.replace(there, here)
        (self._folder / name).write_text(text)


def answers(url: str) -> bool:
    """Whether there is an answer, and it is 200."""
    try:
        with urlopen(url, timeout=20) as response:
            return bool(response.status == 200)
    except OSError:
        return False


def _fill_in(template: str, environment: Mapping[str, str]) -> str:
    """Fill in what the image's start script fills in: variables that begin with PARLOUR_, and no others."""
    return re.sub(r"\$\{(PARLOUR_\w+)\}", lambda found: environment[found[1]], template)
