"""Reading what another host answers, as far as it may go."""

from aiohttp import StreamReader


async def read_answer(content: StreamReader, max_bytes: int) -> bytes:
    """Return a whole body. Raises ValueError as soon as it is longer than that."""
    raw = bytearray()
    async for chunk in content.iter_any():
        raw += chunk
        if len(raw) > max_bytes:
            raise ValueError(f"the answer has more than {max_bytes} bytes")
    return bytes(raw)
