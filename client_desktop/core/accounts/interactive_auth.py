"""Do something that the server wants proof for: ask the user stage by stage until it is done or given up.

Spec: https://spec.matrix.org/v1.19/client-server-api/#user-interactive-authentication-api
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final, TypeAlias, TypeVar

from client_desktop.core.accounts.email_stage import EmailPurpose, EmailValidation, send_validation
from client_desktop.core.accounts.flows import auth_of, describe_stage, remaining_stages
from client_desktop.core.accounts.stages import (
    DUMMY,
    Another,
    Done,
    Email,
    InteractivePrompt,
    Stage,
    StageAnswer,
    StageKind,
)
from client_desktop.core.api import Api
from client_desktop.core.errors import BadAnswer, Cancelled, MatrixError, NeedsInteractiveAuth, RateLimited
from client_desktop.core.json_types import JsonObject

MAX_ROUNDS: Final = 100

T = TypeVar("T")
Call: TypeAlias = Callable[[JsonObject | None], Awaitable[T]]
"""Sends the request, with this `auth` member, or without one for None."""


async def with_interactive_auth(
    call: Call[T],
    prompt: InteractivePrompt,
    *,
    api: Api,
    user_id: str | None = None,
    email_purpose: EmailPurpose = EmailPurpose.PASSWORD,
) -> T:
    """Send a request, prove what the server wants proved, and return the request's answer.

    `user_id`: whose password is asked for; None where the account does not exist yet.

    Raises: Cancelled where the user gives up, and whatever the request raises otherwise.
    """
    conversation = _Conversation(prompt, api, user_id, email_purpose)
    auth: JsonObject | None = None
    for _ in range(MAX_ROUNDS):
        try:
            return await call(auth)
        except MatrixError as refusal:
            auth = await conversation.next_auth(refusal)
    raise BadAnswer("the server is never satisfied")


class _Conversation:
    """What was asked and answered for one request."""

    def __init__(
        self, prompt: InteractivePrompt, api: Api, user_id: str | None, email_purpose: EmailPurpose
    ) -> None:
        self._prompt = prompt
        self._api = api
        self._user_id = user_id
        self._email_purpose = email_purpose
        self._need: NeedsInteractiveAuth | None = None
        self._chosen: tuple[str, ...] = ()
        self._asked: StageKind | None = None
        """What the refused request was meant to prove."""
        self._email: EmailValidation | None = None

    async def next_auth(self, refusal: MatrixError) -> JsonObject:
        """Return the `auth` member to try next, having asked the user for it.

        Raises: the refusal itself where no proof would change it; Cancelled.
        """
        if isinstance(refusal, NeedsInteractiveAuth):
            self._need = refusal
        elif self._need is None or not self._is_about_the_proof(refusal):
            raise refusal
        left = remaining_stages(self._need.flows, self._need.completed, self._chosen)
        if left and left[0] == DUMMY:
            return self._with_session({"type": DUMMY})
        if not left:
            return self._with_session({})
        return await self._ask(left[0], refusal)

    def _is_about_the_proof(self, refusal: MatrixError) -> bool:
        """COMPAT: servers that refuse a wrong password or code without repeating the flows."""
        secrets = (StageKind.PASSWORD, StageKind.REGISTRATION_TOKEN)
        wrong = refusal.status in (401, 403) and refusal.errcode == "M_FORBIDDEN"
        return self._asked in secrets and (wrong or isinstance(refusal, RateLimited))

    async def _ask(self, stage_type: str, refusal: MatrixError) -> JsonObject:
        """Ask about a stage until there is an answer that fits."""
        assert self._need is not None
        stage = self._explained(describe_stage(self._need, stage_type, self._api.base_url), refusal)
        while True:
            answer = await self._prompt.ask(stage)
            if answer is None:
                raise Cancelled("given up")
            if isinstance(answer, Another) and answer.stage_type in stage.others:
                self._chosen = (answer.stage_type,)
                self._asked = None
                stage = describe_stage(self._need, answer.stage_type, self._api.base_url)
                continue
            if stage.kind in (StageKind.EMAIL, StageKind.EMAIL_SENT):
                stage, auth = await self._email_answer(stage, answer)
            else:
                auth = auth_of(stage, answer, self._need.session, self._user_id)
            if auth is not None:
                self._asked = stage.kind
                return auth

    def _explained(self, stage: Stage, refusal: MatrixError) -> Stage:
        """Return the stage with why it is asked again, where it is."""
        if stage.kind is StageKind.EMAIL and self._email is not None:
            word = "email_not_confirmed" if self._asked is StageKind.EMAIL_SENT else ""
            return replace(stage, kind=StageKind.EMAIL_SENT, email=self._email.address, error_word=word)
        if self._asked is not stage.kind:
            return stage
        word = refusal.word if isinstance(refusal, RateLimited) else f"stage_{stage.kind}"
        return replace(stage, error_word=word, error_message=refusal.message)

    async def _email_answer(self, stage: Stage, answer: StageAnswer) -> tuple[Stage, JsonObject | None]:
        """Send a mail, or tell the server that its link was followed."""
        if isinstance(answer, Email):
            try:
                self._email = await send_validation(
                    self._api, self._email_purpose, answer.address.strip(), self._email
                )
            except MatrixError as error:
                word = error.word if isinstance(error, RateLimited) else "email_refused"
                return replace(stage, error_word=word, error_message=error.message), None
            sent = replace(stage, kind=StageKind.EMAIL_SENT, email=self._email.address)
            return replace(sent, error_word="", error_message=""), None
        if isinstance(answer, Done) and self._email is not None:
            proof = {"type": stage.stage_type, "threepid_creds": self._email.credentials}
            return stage, self._with_session(proof)
        return stage, None

    def _with_session(self, proof: JsonObject) -> JsonObject:
        session = self._need.session if self._need is not None else None
        return proof if session is None else {**proof, "session": session}
