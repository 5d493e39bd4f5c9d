"""What links lead to, as the homeserver sees it.

Links in encrypted rooms reach it only if the user wants that: the views see to it.

Spec: https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv1mediapreview_url
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Property, QObject, Signal

from client_desktop.core.errors import ClientError
from client_desktop.core.json_types import JsonObject
from client_desktop.core.text.plain import one_line

if TYPE_CHECKING:
    from client_desktop.core.client import Client

KEPT = 200
TITLE, TEXT = 120, 240
PREVIEW_PATH = "/_matrix/client/v1/media/preview_url"


class LinkPreview(QObject):
    """One link's: `info` is empty until something is known, and where there is nothing to know."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._info: dict[str, str] = {}

    info = Property("QVariant", lambda self: self._info, notify=changed)  # type: ignore[arg-type]

    def show(self, info: dict[str, str]) -> None:
        self._info = info
        self.changed.emit()


class LinkPreviews:
    """Previews that were asked for; each link once."""

    def __init__(self, ask: Callable[[str, LinkPreview], None], parent: QObject) -> None:
        self._ask = ask
        self._parent = parent
        self._previews: OrderedDict[str, LinkPreview] = OrderedDict()

    def of(self, url: str) -> LinkPreview:
        """The preview of a link, asked for now where it has not been."""
        found = self._previews.pop(url, None)
        if found is None:
            found = LinkPreview(self._parent)
            self._ask(url, found)
        self._previews[url] = found
        while len(self._previews) > KEPT:
            self._previews.popitem(last=False)[1].deleteLater()
        return found

    def clear(self) -> None:
        self._previews.clear()


async def ask_preview(client: Client, url: str) -> dict[str, str]:
    """Ask the homeserver, in the engine's thread; empty where it has nothing to say."""
    try:
        answer = await client.api.get(PREVIEW_PATH, {"url": url})
    except ClientError:
        return {}
    return preview_info(answer)


def preview_info(answer: JsonObject) -> dict[str, str]:
    """What is shown of a server's answer: plain lines, bounded; a picture only from a homeserver."""

    def text(name: str, limit: int) -> str:
        value = answer.get(name)
        return one_line(value, limit) if isinstance(value, str) else ""

    image: Any = answer.get("og:image")
    return {
        "site": text("og:site_name", TITLE),
        "title": text("og:title", TITLE),
        "text": text("og:description", TEXT),
        "image": image if isinstance(image, str) and image.startswith("mxc://") else "",
    }
