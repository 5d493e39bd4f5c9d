"""Refusals that only accounts know."""

from collections.abc import Sequence

from homeserver.errors import Forbidden, MatrixError, StandardError
from homeserver.json_types import JsonObject


class WrongPassword(Forbidden):
    """The user name or the password is wrong."""


class ThreepidInUse(StandardError):
    """This address belongs to another account already."""

    code = "M_THREEPID_IN_USE"


class ThreepidNotValidated(StandardError):
    """It was not shown who reads what is sent to this address."""

    code = "M_THREEPID_AUTH_FAILED"
    http_status = 403


class InteractiveAuthRequired(MatrixError):
    """The operation waits for (further) stages of user-interactive authentication.

    The error code is empty where nothing has gone wrong yet.

    Spec: https://spec.matrix.org/v1.19/client-server-api/#user-interactive-api-in-the-rest-api
    """

    def __init__(
        self,
        session_id: str,
        flows: Sequence[Sequence[str]],
        params: JsonObject,
        completed: Sequence[str],
        errcode: str = "",
        message: str = "",
    ) -> None:
        super().__init__(
            errcode,
            401,
            message,
            session=session_id,
            flows=[{"stages": list(flow)} for flow in flows],
            params=params,
            completed=list(completed),
        )
        self.session_id = session_id
