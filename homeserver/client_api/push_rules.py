"""Push rules.

Spec: https://spec.matrix.org/v1.19/client-server-api/#push-rules-api
"""

from typing import Any

from aiohttp import web
from msgspec import Struct

from homeserver.errors import MatrixError, NotFound
from homeserver.http.context import services
from homeserver.http.params import json_response, query_str, read_body
from homeserver.http.requester import require_user
from homeserver.http.routing import Routes, path_param
from homeserver.push.change_rule import set_actions, set_enabled
from homeserver.push.check_rule import check_kind, check_rule
from homeserver.push.delete_rule import delete_rule
from homeserver.push.get_rules import get_rule, get_rule_set
from homeserver.push.put_rule import put_rule
from homeserver.push.rules import Kind, PushRule, render_rule, render_rule_set

routes = Routes()

RULES = "/_matrix/client/v3/pushrules"
RULE = f"{RULES}/global/{{kind}}/{{ruleId}}"


class RuleBody(Struct, frozen=True):
    """A rule, without what the path says of it."""

    actions: list[Any]
    conditions: list[dict[str, Any]] = []
    pattern: str | None = None


class EnabledBody(Struct, frozen=True):
    """Whether a rule counts."""

    enabled: bool


class ActionsBody(Struct, frozen=True):
    """What a rule does."""

    actions: list[Any]


@routes.get(f"{RULES}/")
async def get_all(request: web.Request) -> web.StreamResponse:
    """GET /pushrules/: all rules."""
    requester = await require_user(request)
    rule_set = await get_rule_set(services(request).db, requester.user_nid, requester.user_id)
    return json_response({"global": render_rule_set(rule_set)})


@routes.get(f"{RULES}/global/")
async def get_global(request: web.Request) -> web.StreamResponse:
    """GET /pushrules/global/: all rules."""
    requester = await require_user(request)
    rule_set = await get_rule_set(services(request).db, requester.user_nid, requester.user_id)
    return json_response(render_rule_set(rule_set))


@routes.get(f"{RULES}/global/{{kind}}/")
async def get_kind(request: web.Request) -> web.StreamResponse:
    """GET /pushrules/global/{kind}/: the rules of a kind, as clients of old ask for them."""
    requester = await require_user(request)
    kind = check_kind(path_param(request, "kind"))
    rule_set = await get_rule_set(services(request).db, requester.user_nid, requester.user_id)
    return json_response([render_rule(rule) for rule in rule_set[kind]])


@routes.get(RULE)
async def get_one(request: web.Request) -> web.StreamResponse:
    """GET /pushrules/global/{kind}/{ruleId}: a rule."""
    return json_response(render_rule(await _rule_in_path(request)))


@routes.put(RULE)
async def put_one(request: web.Request) -> web.StreamResponse:
    """PUT /pushrules/global/{kind}/{ruleId}: add or replace a rule."""
    requester = await require_user(request)
    kind, rule_id = check_kind(path_param(request, "kind")), path_param(request, "ruleId")
    body = await read_body(request, RuleBody)
    rule = check_rule(kind, rule_id, body.actions, body.conditions, body.pattern)
    await put_rule(
        services(request).push, requester.user_nid, rule,
        before=query_str(request, "before"), after=query_str(request, "after"),
    )  # fmt: skip
    return json_response({})


@routes.delete(RULE)
async def delete_one(request: web.Request) -> web.StreamResponse:
    """DELETE /pushrules/global/{kind}/{ruleId}: delete a rule of one's own."""
    requester = await require_user(request)
    kind = _known_kind(path_param(request, "kind"))
    await delete_rule(services(request).push, requester.user_nid, kind, path_param(request, "ruleId"))
    return json_response({})


@routes.get(f"{RULE}/enabled")
async def get_enabled(request: web.Request) -> web.StreamResponse:
    """GET /pushrules/global/{kind}/{ruleId}/enabled: whether a rule counts."""
    return json_response({"enabled": (await _rule_in_path(request)).enabled})


@routes.put(f"{RULE}/enabled")
async def put_enabled(request: web.Request) -> web.StreamResponse:
    """PUT /pushrules/global/{kind}/{ruleId}/enabled: turn a rule on or off."""
    requester = await require_user(request)
    body = await read_body(request, EnabledBody)
    kind, rule_id = _known_kind(path_param(request, "kind")), path_param(request, "ruleId")
    await set_enabled(
        services(request).push, requester.user_nid, requester.user_id, kind, rule_id, body.enabled
    )
    return json_response({})


@routes.get(f"{RULE}/actions")
async def get_actions(request: web.Request) -> web.StreamResponse:
    """GET /pushrules/global/{kind}/{ruleId}/actions: what a rule does."""
    return json_response({"actions": (await _rule_in_path(request)).actions})


@routes.put(f"{RULE}/actions")
async def put_actions(request: web.Request) -> web.StreamResponse:
    """PUT /pushrules/global/{kind}/{ruleId}/actions: let a rule do something else."""
    requester = await require_user(request)
    body = await read_body(request, ActionsBody)
    kind, rule_id = _known_kind(path_param(request, "kind")), path_param(request, "ruleId")
    await set_actions(
        services(request).push, requester.user_nid, requester.user_id, kind, rule_id, body.actions
    )
    return json_response({})


@routes.get(f"{RULES}/{{path*}}")
@routes.put(f"{RULES}/{{path*}}")
async def refuse(request: web.Request) -> web.StreamResponse:
    """Answer 400 where a path names a scope, kind or attribute that is not known."""
    await require_user(request)
    raise MatrixError("M_UNRECOGNIZED", 400, "There are no such push rules")


async def _rule_in_path(request: web.Request) -> PushRule:
    requester = await require_user(request)
    kind, rule_id = _known_kind(path_param(request, "kind")), path_param(request, "ruleId")
    return await get_rule(services(request).db, requester.user_nid, requester.user_id, kind, rule_id)


def _known_kind(kind: str) -> Kind:
    """Return the kind of a rule that should exist: of a kind that does not exist, there is none."""
    try:
        return Kind(kind)
    except ValueError:
        raise NotFound("There is no such push rule") from None
