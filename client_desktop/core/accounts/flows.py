"""Which stage comes next, and what is sent for it: pure.

Spec: https://spec.matrix.org/v1.19/client-server-api/#user-interactive-api-in-the-rest-api
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from urllib.parse import quote

from client_desktop.core.accounts.stages import (
    DUMMY,
    EMAIL,
    OAUTH,
    OLD_OAUTH,
    PASSWORD,
    REGISTRATION_TOKEN,
    TERMS,
    Password,
    Policy,
    RegistrationToken,
    Stage,
    StageAnswer,
    StageKind,
)
from client_desktop.core.accounts.web import checked_url
from client_desktop.core.errors import BadAnswer, NeedsInteractiveAuth
from client_desktop.core.json_types import JsonObject
from client_desktop.core.shapes import as_object, as_text

MAX_STAGES: Final = 20
MAX_POLICIES: Final = 50
MAX_TEXT: Final = 500

_KINDS: Final = {
    PASSWORD: StageKind.PASSWORD,
    TERMS: StageKind.TERMS,
    REGISTRATION_TOKEN: StageKind.REGISTRATION_TOKEN,
    EMAIL: StageKind.EMAIL,
    OAUTH: StageKind.OAUTH,
    OLD_OAUTH: StageKind.OAUTH,
}
_COSTS: Final = {DUMMY: 0, EMAIL: 2, REGISTRATION_TOKEN: 4}
"""What is not named costs 1, or for a page in the browser 3. Most people have no token."""
_BROWSER_COST: Final = 3


def remaining_stages(
    flows: Sequence[Sequence[str]], completed: Sequence[str], chosen: Sequence[str] = ()
) -> tuple[str, ...]:
    """Return what is left of the easiest flow, in its order.

    Flows that go on with what the user chose come first, then those that use what is done already.

    Raises: BadAnswer where there is no flow at all.
    """
    usable = [tuple(flow) for flow in flows if len(flow) <= MAX_STAGES]
    if not usable:
        raise BadAnswer("the server names no way to prove who we are")

    def rank(flow: tuple[str, ...]) -> tuple[int, int, int]:
        missing = [stage for stage in chosen if stage not in flow]
        wasted = [stage for stage in completed if stage not in flow]
        return len(missing), len(wasted), sum(map(_cost, set(flow) - set(completed)))

    best = min(usable, key=rank)
    return tuple(stage for stage in best if stage not in completed)


def other_next_stages(
    flows: Sequence[Sequence[str]], completed: Sequence[str], current: str
) -> tuple[str, ...]:
    """Return the stage types that other flows would go on with."""
    found: list[str] = []
    for flow in flows:
        left = [stage for stage in flow if stage not in completed]
        if left and left[0] not in (current, DUMMY, *found) and current not in left:
            found.append(left[0])
    return tuple(found)


def describe_stage(need: NeedsInteractiveAuth, stage_type: str, homeserver_url: str) -> Stage:
    """Return what to ask the user for a stage.

    Raises: BadAnswer where its parameters are not what they have to be.
    """
    kind = _KINDS.get(stage_type, StageKind.BROWSER)
    params = as_object(need.params.get(stage_type))
    url = ""
    policies: tuple[Policy, ...] = ()
    if kind is StageKind.BROWSER:
        url = _fallback_url(homeserver_url, stage_type, need.session)
    elif kind is StageKind.OAUTH:
        url = checked_url(params.get("url"), "the page", plain_http=homeserver_url.startswith("http:"))
    elif kind is StageKind.TERMS:
        policies = _policies(params)
    left = len(remaining_stages(need.flows, need.completed, (stage_type,)))
    return Stage(
        kind=kind,
        stage_type=stage_type,
        url=url,
        policies=policies,
        others=other_next_stages(need.flows, need.completed, stage_type),
        done=len(need.completed),
        total=len(need.completed) + max(1, left),
    )


def auth_of(stage: Stage, answer: StageAnswer, session: str | None, user_id: str | None) -> JsonObject | None:
    """Return the `auth` member for an answer; None where the answer does not fit the stage."""
    proof: JsonObject | None = None
    if stage.kind is StageKind.PASSWORD and isinstance(answer, Password):
        proof = {"type": PASSWORD, "password": answer.password}
        if user_id is not None:
            proof["identifier"] = {"type": "m.id.user", "user": user_id}
    elif stage.kind is StageKind.REGISTRATION_TOKEN and isinstance(answer, RegistrationToken):
        proof = {"type": REGISTRATION_TOKEN, "token": answer.token}
    elif stage.kind is StageKind.TERMS:
        proof = {"type": TERMS}
    elif stage.kind in (StageKind.BROWSER, StageKind.OAUTH):
        proof = {}
    if proof is not None and session is not None:
        proof["session"] = session
    return proof


def _cost(stage_type: str) -> int:
    return _COSTS.get(stage_type, 1 if stage_type in _KINDS else _BROWSER_COST)


def _fallback_url(homeserver_url: str, stage_type: str, session: str | None) -> str:
    if session is None:
        raise BadAnswer("a stage for the browser, without a session")
    path = f"/_matrix/client/v3/auth/{quote(stage_type, safe='')}/fallback/web"
    return f"{homeserver_url}{path}?session={quote(session, safe='')}"


def _policies(params: JsonObject) -> tuple[Policy, ...]:
    policies = as_object(params.get("policies"))
    if not policies or len(policies) > MAX_POLICIES:
        raise BadAnswer("terms without documents")
    return tuple(_policy(policy_id, as_object(value)) for policy_id, value in policies.items())


def _policy(policy_id: str, value: JsonObject) -> Policy:
    texts = tuple(
        (
            language,
            as_text(text.get("name"), limit=MAX_TEXT) or policy_id[:MAX_TEXT],
            checked_url(text.get("url"), "the document", plain_http=True),
        )
        for language, text in value.items()
        if isinstance(text, dict)
    )
    if not texts or len(texts) > MAX_POLICIES:
        raise BadAnswer(f"a document without text: {policy_id[:MAX_TEXT]}")
    return Policy(policy_id, as_text(value.get("version"), limit=MAX_TEXT), texts)
