"""Making a room or a space."""

from __future__ import annotations

import re
from typing import Any, Final

from PySide6.QtCore import QObject, QUrl, Signal, Slot

from client_desktop.core.rooms.create import Access, CreateRoom
from client_desktop.viewmodels.bridge import Bridge
from client_desktop.viewmodels.flow import Flow, shown
from client_desktop.viewmodels.picture_upload import upload_picture
from client_desktop.viewmodels.words import word

MAX_NAME: Final = 255
_NOT_IN_ALIASES: Final = re.compile(r"[^a-z0-9._=-]+")


class CreateRoomModel(Flow):
    """`begin` says what is to be made; `create` makes it and `created` tells which room it became."""

    changed = Signal()
    created = Signal(str)

    def __init__(self, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(bridge, parent)
        self._space_id = ""
        self._space_name = ""
        self._versions: tuple[str, ...] = ()
        self._default_version = ""

    spaceId = shown(str, "_space_id", changed)  # noqa: N815
    spaceName = shown(str, "_space_name", changed)  # noqa: N815
    """The space that it is made in; empty where it is in none."""
    versions = shown(list, "_versions", changed)
    defaultVersion = shown(str, "_default_version", changed)  # noqa: N815

    @Slot(str)
    def begin(self, space_id: str) -> None:
        """Prepare for another room, in this space."""
        self.show(_space_id=space_id, _space_name="")
        self.act(self._prepare(space_id))

    @Slot("QVariantMap")
    def create(self, options: dict[str, Any]) -> None:
        """Make it. `options`: name, topic, picture, space, access, encrypted, alias, federated, version."""
        if not str(options.get("name", "")).strip():
            self.set_error(word("dialogs.create_need_name"))
        else:
            self.act(self._create(options))

    @Slot(str, result=str)
    def suggestAlias(self, name: str) -> str:  # noqa: N802
        """Derive an address from a name."""
        return _NOT_IN_ALIASES.sub("-", name.strip().casefold()).strip("-")[:100]

    async def _prepare(self, space_id: str) -> None:
        client = self.client
        if space_id:
            space = await self.bridge.call(client.rooms.summary, space_id)
            self.show(_space_name=space.name if space is not None else space_id)
        if not self._versions:
            default, versions = await self.bridge.call(client.rooms.room_versions)
            stable = sorted((v for v, state in versions.items() if state == "stable"), key=version_key)
            self.show(_default_version=default, _versions=tuple(stable))

    async def _create(self, options: dict[str, Any]) -> None:
        client = self.client
        picture = QUrl(options.get("picture") or "")
        access = Access(str(options.get("access", Access.INVITED.value)))
        wanted = CreateRoom(
            name=str(options["name"]).strip()[:MAX_NAME],
            topic=str(options.get("topic", "")).strip(),
            avatar_url=await upload_picture(self.bridge, client, picture) if picture.isLocalFile() else None,
            access=access,
            published=access is Access.PUBLIC,
            alias_localpart=str(options.get("alias", "")).strip() if access is Access.PUBLIC else "",
            encrypted=bool(options.get("encrypted", True)) and access is not Access.PUBLIC,
            space=bool(options.get("space", False)),
            parent=self._space_id or None,
            federated=bool(options.get("federated", True)),
            room_version=str(options.get("version", "")) or None,
        )
        room_id = await self.bridge.call(client.rooms.create, wanted)
        self.created.emit(room_id)


def version_key(version: str) -> tuple[int, str]:
    """Sort versions by number, those that are none last."""
    return (int(version), "") if version.isdecimal() and len(version) < 6 else (10**6, version)
