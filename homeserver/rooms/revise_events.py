"""Write what events are judged to be now: their states, and whether clients are shown them."""

from homeserver.rooms.apply_redactions import apply_redactions
from homeserver.rooms.check_event import entries_for_check
from homeserver.rooms.event_states import State, store_state, stored_state_before
from homeserver.rooms.judge_again import Judge, Judged
from homeserver.storage import adoption, persist, revisions
from homeserver.storage.events import EventStatus
from homeserver.storage.positions import Change


async def revise_events(change: Change, judge: Judge) -> None:
    """Write what has changed about events. Those accepted only now come after all others.

    The change's position is moved on to a last one of its own.
    """
    revised = sorted(
        (judged for judged in judge.judged.values() if judged.is_revised),
        key=lambda judged: judged.event.place,
    )
    for judged in revised:
        await _revise(change, judge, judged)
    newest = await revisions.update_extremities(change.conn, judge.room.nid, judge.extremities())
    if newest > change.position:
        change.position = await adoption.next_position(change.conn)


async def _revise(change: Change, judge: Judge, judged: Judged) -> None:
    conn, event, room = change.conn, judged.event, judge.room
    before = judged.before or await stored_state_before(conn, room, event)
    ref = await store_state(conn, room, before)
    position = event.position
    was_accepted, is_accepted = event.is_accepted, judged.status.is_accepted
    if is_accepted and not was_accepted:
        position = await adoption.next_position(conn)
    elif was_accepted and not is_accepted:
        position = None
    await revisions.update_judged(conn, event.event_nid, judged.status, position, ref)
    if event.key_nid is not None and judged.status is not EventStatus.REJECTED:
        await store_state(
            conn, room, State(ref, {event.key_nid: event.event_nid}), after_event=event.event_nid
        )
    if was_accepted and not is_accepted:
        await revisions.delete_effects(conn, event.event_nid)
    elif is_accepted and not was_accepted:
        described = judge.described[event.event_nid]
        [state] = await entries_for_check(conn, room, judged.pdu, [State(ref)])
        await persist.insert_references(conn, described, event.event_nid)
        await apply_redactions(conn, described, event.event_nid, state)
