"""Cross-signing: a user's keys, and signatures of keys.

Spec: https://spec.matrix.org/v1.19/client-server-api/#cross-signing
"""

from typing import Any, Final, TypeAlias

import msgspec
from aiohttp import web

from federation.protocol.ids import parse_user_id
from homeserver.accounts.stages import AuthData
from homeserver.client_api.interactive_auth import confirm_owner, operation_name
from homeserver.e2ee.upload_cross_signing import check_cross_signing_keys, store_cross_signing_keys
from homeserver.e2ee.upload_signatures import Failures, upload_signatures
from homeserver.http.context import services
from homeserver.http.params import json_response, read_body
from homeserver.http.requester import require_user
from homeserver.http.routing import Routes
from homeserver.json_types import JsonObject
from homeserver.oauth.reset_stages import confirm_reset
from homeserver.storage.cross_signing import MASTER, SELF_SIGNING, USER_SIGNING

routes = Routes()

MAX_BODY_BYTES: Final = 1024 * 1024

SignaturesUpload: TypeAlias = dict[str, dict[str, dict[str, Any]]]
"""POST /keys/signatures/upload: signed keys by user, and by device id or public key."""


class CrossSigningUpload(msgspec.Struct, frozen=True):
    """POST /keys/device_signing/upload."""

    master_key: dict[str, Any] | None = None
    self_signing_key: dict[str, Any] | None = None
    user_signing_key: dict[str, Any] | None = None
    auth: AuthData | None = None


# COMPAT: clients and test suites older than v1.1 know both endpoints by their unstable paths.
@routes.post("/_matrix/client/unstable/keys/device_signing/upload")
@routes.post("/_matrix/client/v3/keys/device_signing/upload")
async def post_cross_signing_keys(request: web.Request) -> web.StreamResponse:
    """POST /keys/device_signing/upload: publish cross-signing keys; new ones for old ask for the password."""
    requester = await require_user(request)
    body = await read_body(request, CrossSigningUpload)
    by_usage = {
        MASTER: body.master_key,
        SELF_SIGNING: body.self_signing_key,
        USER_SIGNING: body.user_signing_key,
    }
    uploaded = {usage: key for usage, key in by_usage.items() if key is not None}
    ctx = services(request).e2ee
    checked = await check_cross_signing_keys(ctx, requester, uploaded)
    if checked.needs_owner and requester.is_oauth:
        accounts, name = services(request).accounts, operation_name(request)
        await confirm_reset(accounts, requester, body.auth, name, uploaded)
    elif checked.needs_owner:
        await confirm_owner(request, requester, body.auth, uploaded)
    await store_cross_signing_keys(ctx, requester, checked)
    return json_response({})


@routes.post("/_matrix/client/unstable/keys/signatures/upload", max_body=MAX_BODY_BYTES)
@routes.post("/_matrix/client/v3/keys/signatures/upload", max_body=MAX_BODY_BYTES)
async def post_signatures(request: web.Request) -> web.StreamResponse:
    """POST /keys/signatures/upload: publish signatures of keys; those that do not hold are named."""
    requester = await require_user(request)
    body = await read_body(request, SignaturesUpload)
    signed = {parse_user_id(user_id): keys for user_id, keys in body.items()}
    failures = await upload_signatures(services(request).e2ee, requester, signed)
    return json_response({"failures": _render_failures(failures)})


def _render_failures(failures: Failures) -> JsonObject:
    return {
        user_id: {
            target: {"errcode": error.errcode, "error": error.message} for target, error in errors.items()
        }
        for user_id, errors in failures.items()
    }
