"""Waiting for what is there to be seen, however long a busy machine takes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final, TypeVar

PATIENCE_S: Final = 100.0
"""Nothing takes as long as this but what hangs."""
PATIENCE_MS: Final = 100_000
LOOK_EVERY_S: Final = 0.01

T = TypeVar("T")


async def until(holds: Callable[[], T | None]) -> T:
    """Wait until something holds, and give it; the loop goes on meanwhile."""
    async with asyncio.timeout(PATIENCE_S):
        while not (found := holds()):
            await asyncio.sleep(LOOK_EVERY_S)
    return found
