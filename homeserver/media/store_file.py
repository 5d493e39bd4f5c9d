"""The one way for bytes into the store: claim a row, write, and only then refer to them."""

from collections.abc import Sequence

from homeserver.errors import Unavailable
from homeserver.media.context import MediaContext
from homeserver.media.spool import Spooled
from homeserver.storage.db import Connection
from homeserver.storage.media import Blob, claim_blob, complete_blob


async def store_file(ctx: MediaContext, spooled: Spooled) -> Blob:
    """Make a gathered file durable under its hash; the same bytes are kept once.

    Holds no connection while the bytes are written. Until something refers to the blob in a transaction that
    calls `check_still_stored`, it is the janitor's after its grace period.
    """
    async with ctx.db.acquire() as conn:
        blob, stored = await claim_blob(conn, spooled.sha256, spooled.size_bytes, ctx.clock.now_ms())
    # Looking again repairs a store that lost the file, say by an older backup.
    if not stored or not await ctx.blobs.has(blob):
        await ctx.blobs.put(blob, spooled.path)
    return blob


async def check_still_stored(ctx: MediaContext, conn: Connection, blobs: Sequence[Blob]) -> None:
    """Protect stored blobs from the janitor for this transaction, which makes something refer to them.

    Raises: Unavailable when writing took so long that the janitor collected one.
    """
    # In order of number: two transactions that share blobs never wait for each other in a circle.
    for blob_nid in sorted({blob.blob_nid for blob in blobs}):
        if not await complete_blob(conn, blob_nid, ctx.clock.now_ms()):
            raise Unavailable("The upload took too long; try again")
