"""What the server can do beyond what every server can.

Spec: https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientversions
"""

from __future__ import annotations

from dataclasses import dataclass

from client_desktop.core.api import Api
from client_desktop.core.shapes import as_object, as_texts

WEBSOCKET = "parlour.websocket_sync"
SLIDING = "org.matrix.simplified_msc3575"


@dataclass(frozen=True, slots=True)
class Features:
    versions: frozenset[str] = frozenset()
    unstable: frozenset[str] = frozenset()
    """Names of unstable features that are on."""

    @property
    def websocket(self) -> bool:
        """Our own WebSocket sync."""
        return WEBSOCKET in self.unstable

    @property
    def sliding(self) -> bool:
        """Simplified sliding sync, MSC4186."""
        return SLIDING in self.unstable


async def read_features(api: Api) -> Features:
    """Ask the server; as the account, for some features are some people's only.

    Raises: ClientError.
    """
    body = await api.get("/_matrix/client/versions", max_bytes=1024 * 1024)
    flags = as_object(body.get("unstable_features"))
    return Features(
        frozenset(as_texts(body.get("versions"))),
        frozenset(name for name, on in flags.items() if on is True),
    )
