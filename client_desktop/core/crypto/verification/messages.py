"""Verification messages as they come in: their shapes checked, their sizes bounded.

Spec: https://spec.matrix.org/v1.19/client-server-api/#key-verification-framework
"""

from __future__ import annotations

from typing import Annotated, Final, TypeAlias

import msgspec
from msgspec import Meta, Struct

from client_desktop.core.crypto.verification import names
from client_desktop.core.json_types import JsonObject, ReadonlyJsonObject

Name: TypeAlias = Annotated[str, Meta(min_length=1, max_length=255)]
Text: TypeAlias = Annotated[str, Meta(max_length=1024)]
Names: TypeAlias = Annotated[tuple[Name, ...], Meta(max_length=64)]


class InvalidMessage(ValueError):
    """A message that is not what its type says."""


class Request(Struct, frozen=True):
    from_device: Name
    methods: Names
    timestamp: int = 0


class Ready(Struct, frozen=True):
    from_device: Name
    methods: Names


class Start(Struct, frozen=True):
    """Of any method; what only one method has is checked by its steps."""

    from_device: Name
    method: Name
    key_agreement_protocols: Names = ()
    hashes: Names = ()
    message_authentication_codes: Names = ()
    short_authentication_string: Names = ()
    secret: Text = ""


class Accept(Struct, frozen=True):
    key_agreement_protocol: Name
    hash: Name
    message_authentication_code: Name
    short_authentication_string: Names
    commitment: Text


class Key(Struct, frozen=True):
    key: Text


class Mac(Struct, frozen=True):
    mac: Annotated[dict[Name, Text], Meta(min_length=1, max_length=64)]
    keys: Text


class Done(Struct, frozen=True):
    pass


class Cancel(Struct, frozen=True):
    code: Name
    reason: Text = ""


Message: TypeAlias = Request | Ready | Start | Accept | Key | Mac | Done | Cancel

_STRUCTS: Final[dict[str, type[Message]]] = {
    names.REQUEST: Request,
    names.READY: Ready,
    names.START: Start,
    names.ACCEPT: Accept,
    names.KEY: Key,
    names.MAC: Mac,
    names.DONE: Done,
    names.CANCEL: Cancel,
}


def parse_message(message_type: str, content: ReadonlyJsonObject) -> Message:
    """Read a message of one of `names.MESSAGE_TYPES`.

    Raises: InvalidMessage.
    """
    try:
        return msgspec.convert(content, _STRUCTS[message_type])
    except msgspec.ValidationError as error:
        raise InvalidMessage(str(error)) from error


def flow_id_of(content: ReadonlyJsonObject, *, in_room: bool) -> str | None:
    """Return which verification a message belongs to: its transaction, or the request it refers to."""
    if not in_room:
        return _as_id(content.get("transaction_id"))
    relation = content.get("m.relates_to")
    if not isinstance(relation, dict) or relation.get("rel_type") != "m.reference":
        return None
    return _as_id(relation.get("event_id"))


def address(content: ReadonlyJsonObject, flow_id: str, *, in_room: bool) -> JsonObject:
    """Return a message's content with what says which verification it belongs to."""
    if in_room:
        return {**content, "m.relates_to": {"rel_type": "m.reference", "event_id": flow_id}}
    return {**content, "transaction_id": flow_id}


def _as_id(value: object) -> str | None:
    return value if isinstance(value, str) and 0 < len(value) <= 255 else None
