"""Run a program of ours on what a stranger made, in a process that knows nothing and has a deadline."""

import asyncio
import os
import sys
from pathlib import Path
from typing import Final

# Nothing else of the environment goes to a program that reads what strangers made: it holds secrets.
PASSED_ON: Final = ("PATH", "LD_LIBRARY_PATH", "LANG")


async def run_isolated(program: Path, request: bytes, within_s: float) -> bytes:
    """Return what a program prints when it is given a request; it is gone afterwards, whatever happens.

    Raises: TimeoutError, OSError.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        str(program),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={name: os.environ[name] for name in PASSED_ON if name in os.environ},
    )
    try:
        async with asyncio.timeout(within_s):
            answer, _ = await process.communicate(request)
            return answer
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
