"""What accepted redactions of others do: at once, or when the event that they name arrives.

Spec: https://spec.matrix.org/v1.19/rooms/v12/#handling-redactions
"""

from collections.abc import Mapping

from federation.protocol.ids import server_name_of
from federation.protocol.pdu import Pdu
from federation.protocol.power_levels import power_levels_of
from homeserver.rooms.redaction import KEPT
from homeserver.storage import persist
from homeserver.storage.commit import NewEvent
from homeserver.storage.db import Connection
from homeserver.storage.events import select_events, select_events_by_nid
from homeserver.storage.state_keys import StateEntry


async def apply_redactions(
    conn: Connection, event: NewEvent, event_nid: int, state: Mapping[StateEntry, Pdu]
) -> None:
    """Let an accepted event hide what it redacts, and be hidden by what came before it to redact it.

    A redaction counts where its sender has the power for it in the state before it, or is of the server that
    the redacted event is of. As long as it does not count, clients are not shown it; in room versions that
    authorise redactions by their effect they always are.
    """
    await _apply_earlier(conn, event, event_nid)
    if event.pdu.type != "m.room.redaction":
        return
    counts = await _redact(conn, event, event_nid, state)
    if not counts and not event.room.version.redaction_auth_rule:
        await persist.update_withheld(conn, event_nid, is_withheld=True)


async def _redact(conn: Connection, event: NewEvent, event_nid: int, state: Mapping[StateEntry, Pdu]) -> bool:
    """Hide what a redaction names; return whether it counts."""
    if event.redacts is None:
        return False
    version = event.room.version
    levels = power_levels_of(version, state)
    has_power = version.redaction_auth_rule or levels.user(event.pdu.sender) >= levels.redact
    await persist.insert_redaction(conn, event.redacts, event_nid, has_power=has_power)
    target = (await select_events(conn, [event.redacts])).get(event.redacts)
    if target is None or target.room_nid != event.room.nid or target.type in KEPT:
        return False
    counts = has_power or server_name_of(target.load()["sender"]) == server_name_of(event.pdu.sender)
    if counts:
        await persist.update_redacted(conn, target.event_nid, event_nid)
    return counts


async def _apply_earlier(conn: Connection, event: NewEvent, event_nid: int) -> None:
    if event.pdu.type in KEPT:
        return
    earlier = await persist.select_redactions_of(conn, event.room.nid, event.pdu.event_id)
    stored = await select_events_by_nid(conn, [redaction.event_nid for redaction in earlier])
    for redaction in earlier:
        sender = stored[redaction.event_nid].load()["sender"]
        if redaction.has_power or server_name_of(sender) == server_name_of(event.pdu.sender):
            await persist.update_redacted(conn, event_nid, redaction.event_nid)
            await persist.update_withheld(conn, redaction.event_nid, is_withheld=False)
