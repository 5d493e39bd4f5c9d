"""Shares of the work in the background, by the database's clock."""

from homeserver.storage import shares
from homeserver.storage.db import Database

SECONDS = 60.0
SET_BACK = "UPDATE shares SET until = until + interval '5 hours' WHERE owner = 'first'"


async def test_share_of_a_worker_that_may_live_is_not_taken(db: Database) -> None:
    async with db.transaction() as conn:
        had = await shares.take(conn, "first", SECONDS, 3)
        assert not set(had) & set(await shares.take(conn, "second", SECONDS, shares.SHARES))


async def test_dead_worker_s_share_is_not_waited_for_until_a_clock_that_was_set_back_has_caught_up(
    db: Database,
) -> None:
    async with db.transaction() as conn:
        had = await shares.take(conn, "first", SECONDS, 3)
        await conn.execute(SET_BACK)  # seen from the clock, which is five hours earlier now
        taken = await shares.take(conn, "second", SECONDS, shares.SHARES)
        assert {share for share, was_abandoned in taken.items() if was_abandoned} == set(had)
