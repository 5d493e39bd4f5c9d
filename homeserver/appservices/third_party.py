"""Third-party networks: their users and places, as the application services that bridge them know them.

All that serve a network are asked at once; those that fail are left out.

Spec: https://spec.matrix.org/v1.19/application-service-api/#third-party-networks
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final, Literal, TypeAlias
from urllib.parse import quote

from homeserver.appservices.context import AppservicesContext
from homeserver.appservices.protocols import ask_json
from homeserver.appservices.registration import Registration
from homeserver.errors import NotFound
from homeserver.json_types import JsonObject

MAX_FIELDS: Final = 20
MAX_RESULTS: Final = 500

Kind: TypeAlias = Literal["user", "location"]
REQUIRED: Final[Mapping[str, tuple[str, ...]]] = {
    "user": ("userid", "protocol", "fields"),
    "location": ("alias", "protocol", "fields"),
}


async def list_protocols(ctx: AppservicesContext) -> dict[str, JsonObject]:
    """Return the description of every protocol that is served, by its name."""
    names = sorted({name for registration in ctx.known for name in registration.protocols})
    found = await asyncio.gather(*(_describe(ctx, name) for name in names))
    return {name: said for name, said in zip(names, found, strict=True) if said is not None}


async def get_protocol(ctx: AppservicesContext, name: str) -> JsonObject:
    """Return the description of one protocol. Raises NotFound."""
    said = await _describe(ctx, name)
    if said is None:
        raise NotFound("No application service tells of this protocol")
    return said


async def look_up(
    ctx: AppservicesContext, kind: Kind, protocol: str, fields: Mapping[str, str]
) -> list[JsonObject]:
    """Return the users or places of a network that fit some fields. Raises NotFound for an unknown one."""
    serving = _serving(ctx, protocol)
    if not serving:
        raise NotFound("No application service serves this protocol")
    bounded = dict(list(fields.items())[:MAX_FIELDS])
    return await _gather(ctx, serving, kind, f"/thirdparty/{kind}/{quote(protocol, safe='')}", bounded)


async def look_up_by_id(ctx: AppservicesContext, kind: Kind, identifier: str) -> list[JsonObject]:
    """Return what a user id or room alias stands for in other networks."""
    asked = [each for each in ctx.known if each.protocols and each.url is not None]
    name = "userid" if kind == "user" else "alias"
    return await _gather(ctx, asked, kind, f"/thirdparty/{kind}", {name: identifier})


async def _describe(ctx: AppservicesContext, name: str) -> JsonObject | None:
    """Merge what all say of a protocol: the first description, with the instances of all."""
    serving = _serving(ctx, name)
    said = await asyncio.gather(*(ctx.protocols.described(each, name) for each in serving))
    merged: JsonObject | None = None
    instances: list[object] = []
    for registration, description in zip(serving, said, strict=True):
        if description is not None:
            merged = merged or description
            instances += [_instance(registration, each) for each in description.get("instances", [])]
    return None if merged is None else {**merged, "instances": instances}


def _instance(registration: Registration, instance: object) -> object:
    """Name an instance by what /publicRooms takes for it."""
    if not isinstance(instance, dict) or not isinstance(instance.get("network_id"), str):
        return instance
    return {**instance, "instance_id": f"{registration.id}|{instance['network_id']}"}


def _serving(ctx: AppservicesContext, protocol: str) -> list[Registration]:
    return [each for each in ctx.known if protocol in each.protocols and each.url is not None]


async def _gather(
    ctx: AppservicesContext,
    asked: Sequence[Registration],
    kind: Kind,
    path: str,
    query: Mapping[str, str],
) -> list[JsonObject]:
    answers = await asyncio.gather(*(ask_json(ctx.client, each, path, query) for each in asked))
    found: list[JsonObject] = []
    for answer in answers:
        found += [each for each in answer if _is_result(kind, each)] if isinstance(answer, list) else []
    return found[:MAX_RESULTS]


def _is_result(kind: Kind, result: object) -> bool:
    return isinstance(result, dict) and all(name in result for name in REQUIRED[kind])
