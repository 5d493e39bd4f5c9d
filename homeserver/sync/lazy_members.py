"""Which members a lazy-loading device has been given already.

Forgetting is harmless: the device gets a member twice.

Spec: https://spec.matrix.org/v1.19/client-server-api/#lazy-loading-room-members
"""

from homeserver.caches import LruCache

MAX_DEVICE_ROOMS = 10_000
MAX_MEMBERS = 1_000


class LazyMembers:
    """The users whose membership each device knows, by room. Later changes reach it as events."""

    def __init__(self) -> None:
        self._known: LruCache[tuple[int | None, int], set[int]] = LruCache(MAX_DEVICE_ROOMS)

    def forget(self, device_nid: int | None, room_nid: int) -> None:
        self._known.pop((device_nid, room_nid))

    def take_unknown(self, device_nid: int | None, room_nid: int, user_nids: set[int]) -> set[int]:
        """Return those users whom the device does not know yet, and count them as known."""
        known = self._known.get((device_nid, room_nid))
        if known is None or len(known) > MAX_MEMBERS:
            known = set()
            self._known.put((device_nid, room_nid), known)
        unknown = user_nids - known
        known |= unknown
        return unknown

    def knows(self, device_nid: int | None, room_nid: int, user_nids: set[int]) -> bool:
        known = self._known.get((device_nid, room_nid))
        return not user_nids or (known is not None and user_nids <= known)
