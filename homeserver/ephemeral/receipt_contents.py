"""Receipts as clients see them: the contents of `m.receipt` events.

Spec: https://spec.matrix.org/v1.19/client-server-api/#mreceipt
"""

from collections.abc import Iterable

from homeserver.json_types import JsonObject
from homeserver.storage.receipts import UNTHREADED, StoredReceipt


def build_receipt_contents(receipts: Iterable[StoredReceipt]) -> list[JsonObject]:
    """Put receipts into as few contents as can hold them: usually one.

    A content has one place per event, type and user, so one user's receipts for the same event in several
    threads go into a further content each.
    """
    contents: list[JsonObject] = []
    for receipt in receipts:
        body: JsonObject = {"ts": receipt.ts}
        if receipt.thread != UNTHREADED:
            body["thread_id"] = receipt.thread
        for content in contents:
            users = content.setdefault(receipt.event_id, {}).setdefault(receipt.type, {})
            if receipt.user_id not in users:
                users[receipt.user_id] = body
                break
        else:
            contents.append({receipt.event_id: {receipt.type: {receipt.user_id: body}}})
    return contents
