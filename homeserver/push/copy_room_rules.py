"""Carry the rules that a user has for a room over to the room that replaces it.

Spec: https://spec.matrix.org/v1.19/client-server-api/#server-behaviour-18
"""

from dataclasses import replace

from federation.protocol.ids import RoomId
from homeserver.push.check_rule import fits
from homeserver.push.load_rules import own_rules_of, row_of
from homeserver.push.note_change import note_change
from homeserver.push.rules import Kind, OwnRules, PushRule
from homeserver.storage import push_rules
from homeserver.storage.positions import Change


async def copy_room_rules(change: Change, user_nid: int, old: RoomId, new: RoomId) -> None:
    """Copy the room rule, and the override rule by which clients mute a room.

    Done twice it changes nothing.
    """
    rows = await push_rules.select_rules(change.conn, user_nid)
    for rule in copies_for_room(own_rules_of(rows), old, new):
        row = row_of(rule)
        if fits(rows, row):
            rows.append(row)
            rank = await push_rules.rank_before_all(change.conn, user_nid, row.kind)
            await push_rules.upsert_rule(change.conn, user_nid, rank, row)
            await note_change(change, user_nid)


def copies_for_room(own: OwnRules, old: RoomId, new: RoomId) -> list[PushRule]:
    """Return the rules that the new room lacks: those of the old one, naming the new one instead."""
    copies = []
    for rule in own.rules:
        is_for_room = rule.rule_id == old and rule.kind in (Kind.ROOM, Kind.OVERRIDE)
        if is_for_room and own.find(rule.kind, new) is None:
            conditions = [
                {**condition, "pattern": new} if condition.get("pattern") == old else condition
                for condition in rule.conditions
            ]
            copies.append(replace(rule, rule_id=new, conditions=conditions))
    return copies
