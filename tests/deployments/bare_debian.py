"""A Debian in a folder, with nothing in it but what the README asks for; only root can make one."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

PACKAGES = "python3-venv,git,make,ca-certificates"
MAKING_LIMIT_S = 1_200
SETTINGS = (
    "/etc/resolv.conf", "/etc/hosts", "/etc/pip.conf", "/etc/npmrc", "/etc/ssl/certs/ca-certificates.crt",
)  # fmt: skip
"""This machine's own settings of package clients and of the network, which the tree is given."""
INHERITED = ("PIP_", "NPM_CONFIG_", "NODE_EXTRA_CA_CERTS", "SSL_CERT_", "HTTP", "HTTPS", "NO_PROXY")


def why_not() -> str | None:
    """Return why there can be no bare Debian here."""
    if os.geteuid() != 0:
        return "only root can go into another tree (chroot)"
    if shutil.which("debootstrap") is None:
        return "debootstrap is not installed"
    return None


class BareDebian:
    """The tree. `user` is somebody who is not root."""

    user = "somebody"

    def __init__(self, root: Path) -> None:
        self.root = root

    def command(
        self, script: str, user: str = "root", settings: Mapping[str, str] | None = None
    ) -> list[str]:
        """Return what runs a script of the shell in the tree, with an environment that is almost empty."""
        home = "/root" if user == "root" else f"/home/{user}"
        environment = {
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": home,
            "LANG": "C.UTF-8",
            **{name: value for name, value in os.environ.items() if name.upper().startswith(INHERITED)},
            **(settings or {}),
        }
        told = [f"{name}={value}" for name, value in environment.items()]
        into = ["chroot", f"--userspec={user}:{user}", str(self.root)]
        return [*into, "/usr/bin/env", "--ignore-environment", *told, "/bin/bash", "-euc", script]

    def run(self, script: str, user: str = "root", limit_s: float = 600) -> str:
        """Run a script to its end, which has to be a good one."""
        result = subprocess.run(
            self.command(script, user), capture_output=True, text=True, timeout=limit_s, check=False
        )
        assert result.returncode == 0, f"{result.stdout[-2000:]}\n{result.stderr[-4000:]}"
        return result.stdout


@contextmanager
def bare_debian(root: Path, suite: str = "bookworm") -> Iterator[BareDebian]:
    """Make the tree, for the length of the block."""
    command = ["debootstrap", "--variant=minbase", f"--include={PACKAGES}", suite, str(root)]
    made = subprocess.run(command, capture_output=True, text=True, timeout=MAKING_LIMIT_S, check=False)
    assert made.returncode == 0, made.stdout[-3000:]
    for name in SETTINGS:
        if Path(name).is_file():
            (root / name[1:]).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(name, root / name[1:])
    tree = BareDebian(root)
    subprocess.run(["mount", "-t", "proc", "proc", str(root / "proc")], check=True)
    try:
        tree.run(f"useradd --create-home {tree.user}; useradd --system parlour")
        yield tree
    finally:
        subprocess.run(["umount", "--lazy", str(root / "proc")], check=False)
