"""Receipts as clients see them."""

from federation.protocol.ids import EventId, UserId
from homeserver.ephemeral.receipt_contents import build_receipt_contents
from homeserver.storage.receipts import StoredReceipt

ALICE, BOB = UserId("@alice:test"), UserId("@bob:test")
FIRST, SECOND = EventId("$first"), EventId("$second")


def test_receipts_of_several_events_and_users_share_one_content() -> None:
    found = [
        StoredReceipt(ALICE, "m.read", "", FIRST, 1),
        StoredReceipt(BOB, "m.read", "main", FIRST, 2),
        StoredReceipt(ALICE, "m.read.private", "", SECOND, 3),
    ]
    assert build_receipt_contents(found) == [
        {
            FIRST: {"m.read": {ALICE: {"ts": 1}, BOB: {"ts": 2, "thread_id": "main"}}},
            SECOND: {"m.read.private": {ALICE: {"ts": 3}}},
        }
    ]


def test_receipts_of_one_user_for_one_event_in_two_threads_are_both_shown() -> None:
    found = [StoredReceipt(ALICE, "m.read", "", FIRST, 1), StoredReceipt(ALICE, "m.read", "main", FIRST, 2)]
    assert build_receipt_contents(found) == [
        {FIRST: {"m.read": {ALICE: {"ts": 1}}}},
        {FIRST: {"m.read": {ALICE: {"ts": 2, "thread_id": "main"}}}},
    ]


def test_nothing_read_is_nothing_to_show() -> None:
    assert build_receipt_contents([]) == []
