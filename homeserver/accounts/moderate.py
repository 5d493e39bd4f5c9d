"""What a server admin does to an account: lock, suspend, make an admin. All of it can be undone.

Spec: https://spec.matrix.org/v1.19/client-server-api/#account-moderation
"""

from homeserver.accounts.context import AccountsContext
from homeserver.storage import accounts
from homeserver.storage.positions import Stream


async def set_admin(ctx: AccountsContext, user_nid: int, is_admin: bool) -> None:
    """Make somebody a server admin, or no longer one."""
    async with ctx.positions.write() as change:
        await accounts.update_admin(change.conn, user_nid, is_admin)
        change.touch(Stream.SESSIONS, users=[user_nid])
    ctx.tokens.forget_user(user_nid)


async def set_locked(ctx: AccountsContext, user_nid: int, is_locked: bool) -> None:
    """Lock an account, which keeps its sessions but cannot use them, or unlock it."""
    async with ctx.positions.write() as change:
        await accounts.update_locked(change.conn, user_nid, is_locked)
        change.touch(Stream.SESSIONS, users=[user_nid])
    ctx.tokens.forget_user(user_nid)


async def set_shadow_banned(ctx: AccountsContext, user_nid: int, is_shadow_banned: bool) -> None:
    """Let what a user sends from now on seem to be sent, and go nowhere; or end that."""
    async with ctx.positions.write() as change:
        await accounts.update_shadow_banned(change.conn, user_nid, is_shadow_banned)
        change.touch(Stream.SESSIONS, users=[user_nid])
    ctx.tokens.forget_user(user_nid)


async def set_suspended(ctx: AccountsContext, user_nid: int, is_suspended: bool) -> None:
    """Suspend an account, which can read but not write from then on, or end that."""
    async with ctx.positions.write() as change:
        await accounts.update_suspended(change.conn, user_nid, is_suspended)
        change.touch(Stream.SESSIONS, users=[user_nid])
    ctx.tokens.forget_user(user_nid)
