"""Pictures of one's own as emoji and stickers, kept in rooms and in the account.

Spec: https://spec.matrix.org/v1.19/client-server-api/#image-packs
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from client_desktop.core.account_data import change_account_data
from client_desktop.core.json_types import JsonObject, ReadonlyJsonObject
from client_desktop.core.rooms.spaces import SpaceActs
from client_desktop.core.rooms.state_acts import StateActs
from client_desktop.core.shapes import as_object, as_optional_text, as_text, as_texts
from client_desktop.core.store.account_data import select_account_data
from client_desktop.core.store.room_state import select_state_event, select_state_of_type
from client_desktop.core.text.bidi import safe_name

PACK = "m.room.image_pack"
OLDER_PACK = "im.ponies.room_emotes"
"""What MSC2545 called it, and what most rooms hold."""
ENABLED = "m.image_pack.rooms"
OLDER_ENABLED = "im.ponies.emote_rooms"
OWN_PACK = "im.ponies.user_emotes"
SHORTCODE = re.compile(r"[A-Za-z0-9_-]{1,100}")
USES = frozenset({"emoticon", "sticker"})
MAX_IMAGES = 2000
MAX_PARENTS = 5


@dataclass(frozen=True, slots=True)
class PackImage:
    shortcode: str
    url: str
    """mxc URI."""
    body: str
    info: ReadonlyJsonObject
    uses: frozenset[str]
    """Of `emoticon` and `sticker`."""


@dataclass(frozen=True, slots=True)
class ImagePack:
    """A named collection. `room_id` is empty for the account's own."""

    room_id: str
    state_key: str
    name: str
    avatar_url: str | None
    uses: frozenset[str]
    attribution: str
    images: tuple[PackImage, ...]
    enabled_everywhere: bool


class ImagePackActs(SpaceActs, StateActs):
    """Image packs."""

    def image_packs(self, room_id: str) -> tuple[ImagePack, ...]:
        """Give the packs to offer in a room, in the order to offer them in, each once.

        The account's own first, then those enabled everywhere, the room's, and those of its spaces.
        """
        packs: dict[tuple[str, str], ImagePack] = {}
        for pack in self._offered(room_id):
            if pack.images:
                packs.setdefault((pack.room_id, pack.state_key), pack)
        return tuple(packs.values())

    def room_packs(self, room_id: str) -> tuple[ImagePack, ...]:
        """Give the packs that a room holds, empty ones too."""
        found: dict[str, ImagePack] = {}
        for type_ in (OLDER_PACK, PACK):
            for event in select_state_of_type(self._ctx.store.db, room_id, type_):
                key = as_text(event.get("state_key"))
                if isinstance(as_object(event.get("content")).get("images"), dict):
                    found[key] = self._read(room_id, key, as_object(event.get("content")))
        return tuple(found[key] for key in sorted(found))

    def own_pack(self) -> ImagePack | None:
        """Give the account's own pack."""
        content = select_account_data(self._ctx.store.db, "", OWN_PACK)
        return None if content is None else self._read("", "", content)

    async def set_image_pack(self, pack: ImagePack) -> None:
        """Store a pack, in its room or in the account; without images it is removed.

        Raises: ClientError.
        """
        content = _write(pack)
        if not pack.room_id:
            change = partial(_replace_with, content)
            await change_account_data(self._ctx.api, self._ctx.user_id, OWN_PACK, change)
            return
        await self.set_state(pack.room_id, PACK, content if pack.images else {}, pack.state_key)
        if select_state_event(self._ctx.store.db, pack.room_id, OLDER_PACK, pack.state_key) is not None:
            await self.set_state(pack.room_id, OLDER_PACK, content if pack.images else {}, pack.state_key)

    async def enable_pack(self, room_id: str, state_key: str, enabled: bool) -> None:
        """Offer a room's pack in every room, or in its own only.

        Raises: ClientError.
        """
        change = partial(_with_pack, room_id, state_key, enabled)
        for type_ in (ENABLED, OLDER_ENABLED):
            await change_account_data(self._ctx.api, self._ctx.user_id, type_, change)

    def _offered(self, room_id: str) -> Iterator[ImagePack]:
        own = self.own_pack()
        if own is not None:
            yield own
        for enabled_room, keys in self._enabled().items():
            yield from (pack for pack in self.room_packs(enabled_room) if pack.state_key in keys)
        yield from self.room_packs(room_id)
        seen = {room_id}
        space = self.canonical_space(room_id)
        while space is not None and space not in seen and len(seen) <= MAX_PARENTS:
            yield from self.room_packs(space)
            seen.add(space)
            space = self.canonical_space(space)

    def _enabled(self) -> dict[str, frozenset[str]]:
        """Give what is enabled everywhere: room id to state keys."""
        enabled: dict[str, frozenset[str]] = {}
        for type_ in (OLDER_ENABLED, ENABLED):
            content = select_account_data(self._ctx.store.db, "", type_) or {}
            for room_id, keys in as_object(content.get("rooms")).items():
                enabled[room_id] = enabled.get(room_id, frozenset()) | frozenset(as_object(keys))
        return enabled

    def _read(self, room_id: str, state_key: str, content: JsonObject) -> ImagePack:
        about = as_object(content.get("pack"))
        room = self._ctx.summaries.get(room_id)
        uses = _uses(about.get("usage"), USES)
        images = list(as_object(content.get("images")).items())[:MAX_IMAGES]
        return ImagePack(
            room_id=room_id,
            state_key=state_key,
            name=safe_name(as_text(about.get("display_name"))) or (room.name if room else state_key),
            avatar_url=_mxc(about.get("avatar_url")) or (room.avatar_url if room else None),
            uses=uses,
            attribution=safe_name(as_text(about.get("attribution"))),
            images=tuple(
                image
                for shortcode, said in images
                if (image := _read_image(shortcode, as_object(said), uses)) is not None
            ),
            enabled_everywhere=state_key in self._enabled().get(room_id, ()),
        )


def is_shortcode(text: str) -> bool:
    """Tell whether a picture may be called this."""
    return SHORTCODE.fullmatch(text) is not None


def _read_image(shortcode: str, said: JsonObject, uses: frozenset[str]) -> PackImage | None:
    url = _mxc(said.get("url"))
    name = safe_name(shortcode[:200])
    if url is None or not name:
        return None
    body = safe_name(as_text(said.get("body"))) or name
    return PackImage(name, url, body, as_object(said.get("info")), _uses(said.get("usage"), uses))


def _uses(value: object, default: frozenset[str]) -> frozenset[str]:
    return frozenset(as_texts(value)) & USES or default


def _mxc(value: object) -> str | None:
    url = as_optional_text(value, limit=1000)
    return url if url is not None and url.startswith("mxc://") else None


def _write(pack: ImagePack) -> JsonObject:
    about: JsonObject = {
        "display_name": pack.name,
        "attribution": pack.attribution,
        "avatar_url": pack.avatar_url,
    }
    if pack.uses != USES:
        about["usage"] = sorted(pack.uses)
    return {
        "pack": {name: value for name, value in about.items() if value},
        "images": {image.shortcode: _write_image(image, pack.uses) for image in pack.images},
    }


def _write_image(image: PackImage, uses: frozenset[str]) -> JsonObject:
    said: JsonObject = {"url": image.url}
    if image.body != image.shortcode:
        said["body"] = image.body
    if image.info:
        said["info"] = dict(image.info)
    if image.uses != uses:
        said["usage"] = sorted(image.uses)
    return said


def _replace_with(content: JsonObject, _: JsonObject) -> JsonObject:
    return content


def _with_pack(room_id: str, state_key: str, enabled: bool, content: JsonObject) -> JsonObject:
    rooms = {room: dict(as_object(keys)) for room, keys in as_object(content.get("rooms")).items()}
    keys = rooms.setdefault(room_id, {})
    if enabled:
        keys.setdefault(state_key, {})
    else:
        keys.pop(state_key, None)
    return {**content, "rooms": {room: keys for room, keys in rooms.items() if keys}}
