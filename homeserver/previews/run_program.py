"""Run one of this package's programs on what a stranger made, with a deadline."""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Final, TypeVar

import msgspec

EXTRACTOR: Final = Path(__file__).with_name("extractor.py")
MEASURER: Final = Path(__file__).with_name("measure_picture.py")
MEMORY_BYTES: Final = 1024 * 1024 * 1024
CPU_S: Final = 5
WITHIN_S: Final = 20.0
# Nothing else of the environment goes to a program that reads what strangers made: it holds secrets.
PASSED_ON: Final = ("PATH", "LD_LIBRARY_PATH", "LANG")

Shape = TypeVar("Shape")


class ProgramFailed(Exception):
    """The program has no answer: it was given what it cannot read, or ran into its limits."""


async def run_program(program: Path, options: dict[str, object], data: bytes, shape: type[Shape]) -> Shape:
    """Return what the program answers. Raises ProgramFailed."""
    header = json.dumps({**options, "memory_bytes": MEMORY_BYTES, "cpu_s": CPU_S}).encode()
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
        async with asyncio.timeout(WITHIN_S):
            answer, _ = await process.communicate(header + b"\n" + data)
        return msgspec.json.decode(answer, type=shape)
    except (TimeoutError, OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ProgramFailed(type(error).__name__) from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
