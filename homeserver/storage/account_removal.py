"""What is kept of an account beside its name and what it said, deleted in bounded batches.

Devices, and all that belongs to them, are gone with the account's closing.
"""

from collections.abc import Sequence
from typing import Final

from homeserver.storage.db import Connection


def _delete_some_of(table: str) -> str:
    """Return the statement that deletes some rows of a user from a table of ours."""
    return (
        f"DELETE FROM {table} WHERE ctid = ANY (ARRAY(SELECT ctid FROM {table} WHERE user_nid = $1 LIMIT $2))"
    )


SELECT_IS_OPEN = "SELECT deactivated_ts IS NULL FROM accounts WHERE user_nid = $1"
DELETE_BACKED_UP_KEYS = """
DELETE FROM backed_up_keys WHERE ctid = ANY (ARRAY(
    SELECT k.ctid FROM key_backups b JOIN backed_up_keys k ON k.backup_nid = b.backup_nid
    WHERE b.user_nid = $1 LIMIT $2))
"""
# Nothing but the room finds receipts quickly.
DELETE_RECEIPTS = """
DELETE FROM receipts WHERE ctid = ANY (ARRAY(
    SELECT r.ctid FROM memberships m JOIN receipts r ON r.room_nid = m.room_nid AND r.user_nid = m.user_nid
    WHERE m.user_nid = $1 LIMIT $2))
"""
DELETE_SIGNATURES = """
DELETE FROM key_signatures WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM key_signatures WHERE target_nid = $1 OR signer_nid = $1 LIMIT $2))
"""
DELETE_PRIVATE_KEY_CHANGES = """
DELETE FROM private_key_changes WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM private_key_changes WHERE viewer_nid = $1 OR user_nid = $1 LIMIT $2))
"""
DELETE_ACCOUNT_DATA = _delete_some_of("account_data")
DELETE_FILTERS = _delete_some_of("filters")
DELETE_PUSH_RULES = _delete_some_of("push_rules")
DELETE_PUSHERS = _delete_some_of("pushers")
DELETE_KEY_BACKUPS = _delete_some_of("key_backups")
DELETE_CROSS_SIGNING_KEYS = _delete_some_of("cross_signing_keys")
DELETE_OPENID_TOKENS = _delete_some_of("openid_tokens")
DELETE_UIA_SESSIONS = _delete_some_of("uia_sessions")
DELETE_LOGIN_TOKENS = _delete_some_of("login_tokens")
DELETE_BROWSER_SESSIONS = _delete_some_of("browser_sessions")
DELETE_IDENTITIES = _delete_some_of("upstream_identities")
DELETE_THREEPIDS = _delete_some_of("threepids")
DELETE_TERMS = _delete_some_of("accepted_terms")
DELETE_MENTIONS = _delete_some_of("mentions")
DELETE_THREAD_SUBSCRIPTIONS = _delete_some_of("thread_subscriptions")
DELETE_SLIDING_CONNECTIONS = _delete_some_of("sliding_connections")
DELETE_RATE_OVERRIDE = _delete_some_of("rate_overrides")
DELETE_NOTICE_ROOM = _delete_some_of("server_notice_rooms")
DELETE_DELAYED_EVENTS = _delete_some_of("delayed_events")
PARTS_OF_ACCOUNT: Final[Sequence[str]] = (
    DELETE_ACCOUNT_DATA, DELETE_FILTERS, DELETE_PUSH_RULES, DELETE_PUSHERS, DELETE_RECEIPTS,
    DELETE_BACKED_UP_KEYS, DELETE_KEY_BACKUPS, DELETE_CROSS_SIGNING_KEYS, DELETE_SIGNATURES,
    DELETE_PRIVATE_KEY_CHANGES, DELETE_OPENID_TOKENS, DELETE_UIA_SESSIONS, DELETE_LOGIN_TOKENS,
    DELETE_BROWSER_SESSIONS, DELETE_IDENTITIES, DELETE_THREEPIDS, DELETE_TERMS, DELETE_MENTIONS,
    DELETE_THREAD_SUBSCRIPTIONS, DELETE_SLIDING_CONNECTIONS, DELETE_RATE_OVERRIDE, DELETE_NOTICE_ROOM,
    DELETE_DELAYED_EVENTS,
)  # fmt: skip


async def is_open(conn: Connection, user_nid: int) -> bool:
    """Tell whether a user has an account that is not closed now."""
    return bool(await conn.fetchval(SELECT_IS_OPEN, user_nid))


async def delete_part_of_account(conn: Connection, part: int, user_nid: int, limit: int) -> bool:
    """Delete some rows of one of PARTS_OF_ACCOUNT; say whether there may be more of it."""
    status = await conn.execute(PARTS_OF_ACCOUNT[part], user_nid, limit)
    return int(status.rpartition(" ")[2]) == limit
