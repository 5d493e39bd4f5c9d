"""Tell a user's clients, and the caches of all workers, that the user's push rules have changed."""

from homeserver.push.get_rules import PUSH_RULES
from homeserver.storage.account_data import GLOBAL, upsert_account_data
from homeserver.storage.positions import Change, Stream

SEE_TABLE = b"{}"
"""The account data's row says when the rules changed; what they are now is read from their own table."""


async def note_change(change: Change, user_nid: int) -> None:
    await upsert_account_data(change.conn, change.position, user_nid, GLOBAL, PUSH_RULES, SEE_TABLE)
    change.touch(Stream.ACCOUNT_DATA | Stream.PUSH_RULES, users=[user_nid])
