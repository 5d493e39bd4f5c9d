"""The stage that shows somebody to be a person: a captcha, which its provider judges.

What bounds the question to the provider: `ANSWER_WITHIN_S`, `MAX_ANSWER_BYTES`; no redirects, no cookies.

Spec: https://spec.matrix.org/v1.19/client-server-api/#google-recaptcha
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import orjson
import structlog
from aiohttp import ClientError, ClientSession, ClientTimeout, DummyCookieJar

from homeserver.accounts.stages import Attempt, Operation, Outcome, Passed, Refusal, Stage
from homeserver.config.captcha import Captcha
from homeserver.errors import Unavailable
from homeserver.json_types import JsonObject
from homeserver.outgoing.read_answer import read_answer
from homeserver.storage.uia import UiaSession

log = structlog.get_logger(__name__)

ANSWER_WITHIN_S: Final = 8.0
MAX_ANSWER_BYTES: Final = 16 * 1024
MAX_RESPONSE_LENGTH: Final = 16 * 1024


@asynccontextmanager
async def open_captcha(settings: Captcha) -> AsyncIterator[Stage]:
    """Open the stage; a connection to the provider is made with the first captcha."""
    session: ClientSession | None = None

    async def check(attempt: Attempt) -> Outcome:
        nonlocal session
        response = attempt.auth.response
        if not response:
            return Refusal("M_CAPTCHA_NEEDED", "The captcha is not solved yet")
        if len(response) > MAX_RESPONSE_LENGTH:
            return Refusal("M_CAPTCHA_INVALID", "The captcha is not solved")
        session = session or ClientSession(
            timeout=ClientTimeout(total=ANSWER_WITHIN_S), cookie_jar=DummyCookieJar()
        )
        if not await _is_solved(session, settings, response):
            return Refusal("M_CAPTCHA_INVALID", "The captcha is not solved, or no longer; try again")
        return Passed()

    def params(operation: Operation, waiting: UiaSession) -> JsonObject:
        return {"public_key": settings.site_key}

    try:
        yield Stage(check, params)
    finally:
        if session is not None:
            await session.close()


async def _is_solved(session: ClientSession, settings: Captcha, response: str) -> bool:
    """Ask the provider. Raises Unavailable where it gives no usable answer."""
    assert settings.secret_key is not None
    form = {"secret": settings.secret_key.get_secret_value(), "response": response}
    try:
        async with (
            asyncio.timeout(ANSWER_WITHIN_S),
            session.post(settings.verify_url, data=form, allow_redirects=False) as answer,
        ):
            verdict = (
                orjson.loads(await read_answer(answer.content, MAX_ANSWER_BYTES))
                if answer.status == 200
                else None
            )
    except (ClientError, OSError, ValueError) as error:  # a TimeoutError is an OSError
        log.warning("captcha_not_verified", reason=type(error).__name__)
        raise Unavailable("The captcha cannot be verified at the moment") from error
    if not isinstance(verdict, dict):
        log.warning("captcha_not_verified", status=answer.status)
        raise Unavailable("The captcha cannot be verified at the moment")
    return verdict.get("success") is True
