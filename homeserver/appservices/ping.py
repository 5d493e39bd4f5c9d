"""Trying whether an application service can be reached, because it asks for it.

Spec: https://spec.matrix.org/v1.19/application-service-api/#pinging
"""

from typing import Final

import orjson

from homeserver.appservices.client import AppserviceUnreachable
from homeserver.appservices.context import AppservicesContext
from homeserver.appservices.registration import Registration
from homeserver.errors import MatrixError
from homeserver.json_types import JsonObject

ANSWER_WITHIN_S: Final = 10.0
LONGEST_BODY_SHOWN: Final = 2_000


async def ping(ctx: AppservicesContext, registration: Registration, txn_id: str | None) -> int:
    """Return how many milliseconds an application service takes to answer; what waits is then sent again.

    Raises: MatrixError M_URL_NOT_SET, M_BAD_STATUS, M_CONNECTION_FAILED, M_CONNECTION_TIMEOUT.
    """
    if registration.url is None:
        raise MatrixError("M_URL_NOT_SET", 400, "The registration has no url")
    body: JsonObject = {} if txn_id is None else {"transaction_id": txn_id}
    clock = ctx.accounts.clock
    started = clock.monotonic()
    try:
        answer = await ctx.client.ask(
            registration, "POST", "/ping", within_s=ANSWER_WITHIN_S, body=orjson.dumps(body)
        )
    except AppserviceUnreachable as error:
        if error.timed_out:
            raise MatrixError("M_CONNECTION_TIMEOUT", 504, "There was no answer in time") from error
        raise MatrixError("M_CONNECTION_FAILED", 502, str(error)) from error
    if not answer.is_success:
        shown = answer.body.decode("utf-8", "replace")[:LONGEST_BODY_SHOWN]
        refusal = MatrixError("M_BAD_STATUS", 502, f"The ping was answered with status {answer.status}")
        refusal.extra |= {"status": answer.status, "body": shown}
        raise refusal
    await ctx.senders.try_again(registration)
    return round((clock.monotonic() - started) * 1000)
