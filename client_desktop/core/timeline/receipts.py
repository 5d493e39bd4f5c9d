"""Read what `m.receipt` says.

Spec: https://spec.matrix.org/v1.19/client-server-api/#mreceipt
"""

from __future__ import annotations

from collections.abc import Iterator

from client_desktop.core.json_types import ReadonlyJsonObject
from client_desktop.core.shapes import as_int, as_object, as_text
from client_desktop.core.store.receipts import ReceiptRow

TYPES = ("m.read", "m.read.private")
MAX_ID = 255


def read_receipts(content: ReadonlyJsonObject) -> Iterator[ReceiptRow]:
    """Give the receipts, leaving out what is malformed."""
    for event_id, by_type in content.items():
        for receipt_type in TYPES:
            for user_id, data in as_object(as_object(by_type).get(receipt_type)).items():
                if max(len(event_id), len(user_id)) <= MAX_ID:
                    yield _receipt(event_id, receipt_type, user_id, data)


def _receipt(event_id: str, receipt_type: str, user_id: str, data: object) -> ReceiptRow:
    thread_id = as_text(as_object(data).get("thread_id"), limit=MAX_ID)
    at_ms = max(0, as_int(as_object(data).get("ts")))
    return ReceiptRow(user_id, receipt_type, thread_id, event_id, at_ms)
