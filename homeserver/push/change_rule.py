"""Turn a push rule on or off, or give it other actions; server-default rules too.

Spec: https://spec.matrix.org/v1.19/client-server-api/#put_matrixclientv3pushrulesglobalkindruleidenabled
"""

import orjson

from federation.protocol.ids import UserId
from homeserver.push.check_rule import check_actions, check_amount
from homeserver.push.context import PushContext
from homeserver.push.get_rules import find_stored_rule
from homeserver.push.note_change import note_change
from homeserver.push.rules import Actions, Kind
from homeserver.storage import push_rules
from homeserver.storage.push_rules import RuleRow


async def set_enabled(
    ctx: PushContext, user_nid: int, user_id: UserId, kind: Kind, rule_id: str, enabled: bool
) -> None:
    """Turn a rule on or off. Raises NotFound, InvalidParam."""
    async with ctx.positions.write() as change:
        rows = await push_rules.select_rules(change.conn, user_nid)
        rule = find_stored_rule(rows, user_id, kind, rule_id)
        if rule.enabled == enabled:
            return
        check_amount(rows, RuleRow(kind.value, rule_id, enabled, None, b"", b""))
        await push_rules.set_enabled(change.conn, user_nid, kind.value, rule_id, enabled)
        await note_change(change, user_nid)


async def set_actions(
    ctx: PushContext, user_nid: int, user_id: UserId, kind: Kind, rule_id: str, actions: Actions
) -> None:
    """Give a rule other actions. Raises NotFound, InvalidParam."""
    json = orjson.dumps(check_actions(actions))
    async with ctx.positions.write() as change:
        rows = await push_rules.select_rules(change.conn, user_nid)
        rule = find_stored_rule(rows, user_id, kind, rule_id)
        if rule.actions == actions:
            return
        check_amount(rows, RuleRow(kind.value, rule_id, None, json, b"", b""))
        await push_rules.set_actions(change.conn, user_nid, kind.value, rule_id, json)
        await note_change(change, user_nid)
