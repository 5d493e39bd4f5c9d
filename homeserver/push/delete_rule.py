"""Delete one of a user's own push rules.

Spec: https://spec.matrix.org/v1.19/client-server-api/#delete_matrixclientv3pushrulesglobalkindruleid
"""

from homeserver.push.context import PushContext
from homeserver.push.get_rules import no_such_rule
from homeserver.push.note_change import note_change
from homeserver.push.rules import Kind
from homeserver.storage import push_rules


async def delete_rule(ctx: PushContext, user_nid: int, kind: Kind, rule_id: str) -> None:
    """Delete a rule.

    Raises: NotFound; server-default rules are none of the user's to delete.
    """
    if rule_id.startswith("."):
        raise no_such_rule()
    async with ctx.positions.write() as change:
        if not await push_rules.delete_rule(change.conn, user_nid, kind.value, rule_id):
            raise no_such_rule()
        await note_change(change, user_nid)
