"""What of everything `/v3/sync` and the WebSocket are asked for.

Spec: https://spec.matrix.org/v1.19/client-server-api/#filtering
"""

from __future__ import annotations

from typing import Final

from client_desktop.core.json_types import ReadonlyJsonObject

TIMELINE_LIMIT: Final = 20

SYNC_FILTER: Final[ReadonlyJsonObject] = {
    "room": {
        "timeline": {
            "limit": TIMELINE_LIMIT,
            "lazy_load_members": True,
            "unread_thread_notifications": True,
        },
        "state": {"lazy_load_members": True},
        "include_leave": False,
    }
}
