"""Run one of this package's programs on what a stranger made, with a deadline."""

import json
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from homeserver.isolated_program import run_isolated

EXTRACTOR: Final = Path(__file__).with_name("extractor.py")
MEASURER: Final = Path(__file__).with_name("measure_picture.py")
MEMORY_BYTES: Final = 1024 * 1024 * 1024
CPU_S: Final = 5
WITHIN_S: Final = 20.0

Shape = TypeVar("Shape")


class ProgramFailed(Exception):
    """The program has no answer: it was given what it cannot read, or ran into its limits."""


async def run_program(program: Path, options: dict[str, object], data: bytes, shape: type[Shape]) -> Shape:
    """Return what the program answers. Raises ProgramFailed."""
    header = json.dumps({**options, "memory_bytes": MEMORY_BYTES, "cpu_s": CPU_S}).encode()
    try:
        answer = await run_isolated(program, header + b"\n" + data, WITHIN_S)
        return msgspec.json.decode(answer, type=shape)
    except (TimeoutError, OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ProgramFailed(type(error).__name__) from error
