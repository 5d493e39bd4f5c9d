"""The events of a room that replaces another. Pure.

Spec: https://spec.matrix.org/v1.19/client-server-api/#room-upgrades
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from federation.protocol.ids import UserId
from federation.protocol.pdu import EventDraft, Pdu
from federation.protocol.power_levels import PowerLevels, power_levels_of
from federation.protocol.room_versions import RoomVersion
from homeserver.json_types import JsonObject
from homeserver.rooms.room_state import CANONICAL_ALIAS, CREATE
from homeserver.rooms.upgrade_power_levels import copied_power_levels, empowered
from homeserver.storage.state_keys import StateEntry

COPIED_ENTRIES: Final[Sequence[StateEntry]] = (
    CANONICAL_ALIAS,
    *(
        (type_, "")
        for type_ in (
            "m.room.join_rules", "m.room.history_visibility", "m.room.guest_access", "m.room.name",
            "m.room.topic", "m.room.avatar", "m.room.encryption", "m.room.server_acl",
        )
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Upgrade:
    """Who upgrades which room, and to what.

    `further` are state events to copy of which there are many of a type: bans, children of a space.
    """

    upgrader: UserId
    profile: JsonObject
    old_version: RoomVersion
    old_state: Mapping[StateEntry, Pdu]
    further: Sequence[EventDraft]
    new_version: RoomVersion
    additional_creators: Sequence[UserId]

    @property
    def old_levels(self) -> PowerLevels:
        """The power levels of the old room."""
        return power_levels_of(self.old_version, self.old_state)


def replacement_events(upgrade: Upgrade, predecessor: JsonObject) -> list[EventDraft]:
    """Return the drafts of the new room, its create event first.

    Where the upgrader's own level would not do to make the room, they have a greater one until the last.
    """
    upgrader, version = upgrade.upgrader, upgrade.new_version
    creators = frozenset([upgrader, *upgrade.additional_creators] if version.privileged_creators else ())
    final = copied_power_levels(version, upgrade.old_levels, upgrader, creators)
    first = final if version.privileged_creators else empowered(version, final, upgrader)
    levels = PowerLevels(version, first, creators)
    drafts = [
        EventDraft("m.room.create", upgrader, _create_content(upgrade, predecessor), ""),
        EventDraft("m.room.member", upgrader, {**upgrade.profile, "membership": "join"}, upgrader),
        EventDraft("m.room.power_levels", upgrader, first, ""),
    ]
    for type_, state_key in COPIED_ENTRIES:
        event = upgrade.old_state.get((type_, state_key))
        if event is not None:
            drafts.append(EventDraft(type_, upgrader, event.content, state_key))
    drafts += [draft for draft in upgrade.further if _may_copy(levels, upgrader, draft)]
    if first != final:
        drafts.append(EventDraft("m.room.power_levels", upgrader, final, ""))
    return drafts


def _may_copy(levels: PowerLevels, upgrader: UserId, draft: EventDraft) -> bool:
    """Tell whether an event can be sent again: nobody can ban whom the levels put beside or above them."""
    if draft.type != "m.room.member":
        return True
    assert draft.state_key is not None
    return levels.user(draft.state_key) < levels.user(upgrader)


def _create_content(upgrade: Upgrade, predecessor: JsonObject) -> JsonObject:
    version, old = upgrade.new_version, upgrade.old_state[CREATE].content
    content: JsonObject = {key: old[key] for key in ("type", "m.federate") if key in old}
    content |= {"room_version": version.identifier, "predecessor": predecessor}
    if not version.implicit_room_creator:
        content["creator"] = upgrade.upgrader
    if version.privileged_creators and upgrade.additional_creators:
        content["additional_creators"] = list(upgrade.additional_creators)
    return content
