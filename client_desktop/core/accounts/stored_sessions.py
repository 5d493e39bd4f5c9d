"""The sessions of all accounts, kept among the secrets."""

from __future__ import annotations

import logging
from typing import Final

import orjson

from client_desktop.core.accounts.secret_store import SecretStore
from client_desktop.core.accounts.session import Session, session_from_json
from client_desktop.core.errors import StoreDamaged

logger = logging.getLogger(__name__)

PREFIX: Final = "session:"


def stored_sessions(secrets: SecretStore) -> tuple[Session, ...]:
    """Return every account's session, by user id; one that cannot be read is left out, not the others."""
    sessions: list[Session] = []
    for name in secrets.names():
        data = secrets.get(name) if name.startswith(PREFIX) else None
        if data is None:
            continue
        try:
            sessions.append(_decode(data))
        except StoreDamaged:
            logger.warning("The session of %s cannot be read", name.removeprefix(PREFIX))
    return tuple(sessions)


def keep_session(secrets: SecretStore, session: Session) -> None:
    """Keep a session in place of the account's earlier one."""
    secrets.set(PREFIX + session.user_id, orjson.dumps(session.to_json()))


def forget_session(secrets: SecretStore, user_id: str) -> None:
    """Keep it no longer."""
    secrets.delete(PREFIX + user_id)


def _decode(data: bytes) -> Session:
    try:
        return session_from_json(orjson.loads(data))
    except orjson.JSONDecodeError:
        raise StoreDamaged("a stored session is no JSON") from None
