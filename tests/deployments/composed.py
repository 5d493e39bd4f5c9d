"""docker-compose.yml without containers: every service is a process with a loopback address for its name.

What is run is what the file and the images say: commands, environments, health checks. What is left out is
the walls around them.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from homeserver.embedded_postgres.binaries import find_programs
from homeserver.embedded_postgres.owner import choose_owner
from tests.deployments.dockerfile import Image, read_dockerfile
from tests.deployments.nginx_process import NginxProcess, answers
from tests.support.authority import Authority
from tests.support.ports import free_port

HEALTHY_WITHIN_S = 200.0
ENDED_WITHIN_S = 100.0
NETWORK = f"127.{os.getpid() // 250 % 200 + 20}.{os.getpid() % 250}"


class ComposedService:
    """One service: started, asked for its health, ended."""

    def __init__(self, name: str, described: Mapping[str, Any], place: "ComposedPlace") -> None:
        self.name = name
        self._described = described
        self._place = place
        self._image = _image_of(described)
        self._process: subprocess.Popen[bytes] | None = None
        self.environment = {
            key: self._here(str(value))
            for key, value in {**self._image.environment, **described.get("environment", {})}.items()
        }

    @property
    def process_id(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start the process, and wait until the service's own health check is content."""
        with (self._place.folder / f"{self.name}.log").open("ab") as log:
            self._process = subprocess.Popen(
                self._command(), env=self._surroundings(), stdout=log, stderr=log, **self._as_user()
            )
        deadline = time.monotonic() + HEALTHY_WITHIN_S
        while not self.is_healthy():
            assert self._process.poll() is None, f"{self.name} ended: {self.log}"
            assert time.monotonic() < deadline, f"{self.name} is not healthy: {self.log}"
            time.sleep(0.1)

    def is_healthy(self) -> bool:
        """Whether the health check of the file, or else of the image, is content."""
        test = self._described.get("healthcheck", {}).get("test", ["CMD", *self._image.health])[1:]
        if test[0] == "GET":
            return answers(f"http://{self._address}:{test[1]}")
        program, *arguments = test
        where = ["-h", self._address] if program in ("pg_isready", "redis-cli") else []
        command = [self._program(program), *where, *arguments]
        checked = subprocess.run(
            command, env=self._surroundings(), capture_output=True, timeout=100, check=False
        )
        return checked.returncode == 0

    def end(self, number: int) -> int:
        """Send the process a signal, and return its exit code."""
        assert self._process is not None
        self._process.send_signal(number)
        code = self._process.wait(ENDED_WITHIN_S)
        self._process = None
        return code

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    @property
    def log(self) -> str:
        return (self._place.folder / f"{self.name}.log").read_text()[-3000:]

    @property
    def _address(self) -> str:
        return self._place.addresses[self.name]

    def _command(self) -> list[str]:
        match self._described["image"].partition(":")[0]:
            case "postgres":
                cluster = self._place.make_cluster(self.environment)
                command = [*self._described["command"], "-D", str(cluster), "-k", ""]
                command += [
                    "-c",
                    f"listen_addresses={self._address}",
                    "-c",
                    "dynamic_shared_memory_type=mmap",
                ]
            case "redis":
                command = [
                    *self._described["command"],
                    "--bind",
                    self._address,
                    "--dir",
                    str(self._place.folder),
                ]
            case _:
                command = [*self._image.entrypoint, *self._described.get("command", self._image.command)]
        return [self._program(command[0]), *command[1:]]

    def _program(self, name: str) -> str:
        if name == "parlour":
            return str(Path(sys.executable).with_name("parlour"))
        if name in ("postgres", "pg_isready"):
            return str(self._place.programs / name)
        program = shutil.which(name)
        assert program, f"{name} is missing: tests/install-system-packages installs it"
        return program

    def _surroundings(self) -> dict[str, str]:
        inherited = {key: os.environ[key] for key in ("HOME", "LANG", "TMPDIR") if key in os.environ}
        return {**inherited, **self.environment, "PATH": os.environ["PATH"]}

    def _as_user(self) -> dict[str, Any]:
        return self._place.owner.process_arguments if self.name == "postgres" else {}

    def _here(self, value: str) -> str:
        """Replace names of services by addresses, folders of the image by folders of this machine."""
        names = "|".join(map(re.escape, self._place.addresses))
        value = re.sub(rf"(?<=[@/ ])({names})(?=[:/;])", lambda found: self._place.addresses[found[1]], value)
        value = value.replace("0.0.0.0", self._place.addresses.get(self.name, ""))
        for there, here in self._place.folders.items():
            value = value.replace(there, str(here)) if value.startswith(there) else value
        return value


class ComposedPlace:
    """All services of the file, on one machine, for the length of a test."""

    def __init__(
        self,
        folder: Path,
        authority: Authority,
        described: Mapping[str, Mapping[str, Any]],
        folders: Mapping[str, Path] | None = None,
    ) -> None:
        """Take services as Compose describes them; `folders` says where folders of the images are here."""
        self.folder = folder
        self.folders = {"/data": folder / "data", **(folders or {})}
        self.authority = authority
        (folder / "data").mkdir(mode=0o700)
        self.addresses = {name: f"{NETWORK}.{number}" for number, name in enumerate(described, start=10)}
        self.owner = choose_owner(folder / "none")
        self.programs = find_programs(self.owner)
        self.services = {
            name: ComposedService(name, service, self)
            for name, service in described.items()
            if "profiles" not in service and name != "nginx"
        }
        ports = {f"PARLOUR_{kind}_PORT": str(free_port()) for kind in ("HTTP", "HTTPS", "FEDERATION")}
        front = ComposedService("nginx", described["nginx"], self).environment
        self.nginx = NginxProcess(folder / "nginx", {**front, **ports}, authority)
        self.https_port = int(ports["PARLOUR_HTTPS_PORT"])
        self.federation_port = int(ports["PARLOUR_FEDERATION_PORT"])
        self._cluster: Path | None = None

    def start(self) -> None:
        """Start the services in an order that suits what they depend on."""
        for name in sorted(self.services, key=lambda name: name.startswith("parlour")):
            self.services[name].start()
        self.nginx.start()

    def stop(self) -> None:
        """End all of them, whatever state they are in."""
        self.nginx.stop()
        for service in reversed(self.services.values()):
            service.kill()
        if self._cluster is not None:
            shutil.rmtree(self._cluster.parent, ignore_errors=True)

    def make_cluster(self, environment: Mapping[str, str]) -> Path:
        """Do what the image of PostgreSQL does before its first start; return where the cluster is."""
        if self._cluster is not None:
            return self._cluster
        top = Path(tempfile.mkdtemp(prefix="parlour-composed-"))
        os.chown(top, self.owner.uid, self.owner.gid)
        self._cluster = top / "cluster"
        password = top / "password"
        password.write_text(environment["POSTGRES_PASSWORD"])
        password.chmod(0o644)
        user = f"--username={environment['POSTGRES_USER']}"
        self._run("initdb", user, f"--pwfile={password}", *environment["POSTGRES_INITDB_ARGS"].split(),
                  "--auth=scram-sha-256", "--no-sync", "-D", str(self._cluster))  # fmt: skip
        create = f"CREATE DATABASE {environment['POSTGRES_DB']}"
        only = [str(self.programs / "postgres"), "--single", "-D", str(self._cluster), "postgres"]
        subprocess.run(
            only, input=create.encode(), capture_output=True, check=True, timeout=120,
            **self.owner.process_arguments,
        )  # fmt: skip
        return self._cluster

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self.programs / program), *arguments]
        result = subprocess.run(
            command, capture_output=True, text=True, timeout=120, check=False, cwd="/",
            **self.owner.process_arguments,
        )  # fmt: skip
        assert result.returncode == 0, result.stderr


def _image_of(described: Mapping[str, Any]) -> Image:
    if "build" not in described:
        return Image()
    return read_dockerfile(described["build"]["dockerfile"].rpartition("/")[2])
