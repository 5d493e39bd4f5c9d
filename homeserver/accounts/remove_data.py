"""Delete what a closed account kept on the server: settings, keys, addresses, receipts, log-ins elsewhere."""

from typing import Final

from homeserver.storage.account_removal import PARTS_OF_ACCOUNT, delete_part_of_account, is_open
from homeserver.storage.db import Database

ROWS_AT_ONCE: Final = 1_000


async def remove_account_data(db: Database, user_nid: int) -> None:
    """Delete all that a closed account kept, batch by batch; nothing of one that was opened again.

    The name stays, so that nobody takes it; what the user wrote stays where it was said.
    """
    for part in range(len(PARTS_OF_ACCOUNT)):
        more = True
        while more:
            async with db.transaction() as conn:
                if await is_open(conn, user_nid):
                    return
                more = await delete_part_of_account(conn, part, user_nid, ROWS_AT_ONCE)
