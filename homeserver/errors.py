"""The errors that services raise and clients see: a Matrix error code, an HTTP status, a sentence.

Only `homeserver.http.errors` turns them into responses. A refusal is one of these, a bug any other exception.

Spec: https://spec.matrix.org/v1.19/client-server-api/#standard-error-response
"""

from typing import ClassVar

from homeserver.json_types import JsonValue


class MatrixError(Exception):
    """A refusal with an error code of the specification.

    `extra` holds further members of the response body, such as `retry_after_ms`.
    """

    def __init__(self, errcode: str, status: int, message: str, **extra: JsonValue) -> None:
        super().__init__(message)
        self.errcode = errcode
        self.status = status
        self.message = message
        self.extra: dict[str, JsonValue] = extra

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.errcode}, {self.status}, {self.message!r})"


class StandardError(MatrixError):
    """A refusal whose code and status are fixed by its class."""

    code: ClassVar[str] = "M_UNKNOWN"
    http_status: ClassVar[int] = 400

    def __init__(self, message: str = "", **extra: JsonValue) -> None:
        super().__init__(self.code, self.http_status, message or self.default_message(), **extra)

    @classmethod
    def default_message(cls) -> str:
        return (cls.__doc__ or cls.__name__).strip().splitlines()[0]


class BadJson(StandardError):
    """The JSON is well formed, but not what this endpoint takes."""

    code = "M_BAD_JSON"


class NotJson(StandardError):
    """The body is not JSON."""

    code = "M_NOT_JSON"


class InvalidParam(StandardError):
    """A parameter has the wrong value."""

    code = "M_INVALID_PARAM"


class MissingParam(StandardError):
    """A required parameter is missing."""

    code = "M_MISSING_PARAM"


class Forbidden(StandardError):
    """You are not allowed to do this."""

    code = "M_FORBIDDEN"
    http_status = 403


class GuestAccessForbidden(StandardError):
    """Guests are not allowed to do this."""

    code = "M_GUEST_ACCESS_FORBIDDEN"
    http_status = 403


class NotFound(StandardError):
    """There is nothing here, or nothing you may see."""

    code = "M_NOT_FOUND"
    http_status = 404


class Unrecognized(StandardError):
    """The server does not know this endpoint."""

    code = "M_UNRECOGNIZED"
    http_status = 404


class MethodNotAllowed(StandardError):
    """The endpoint exists, but not with this method."""

    code = "M_UNRECOGNIZED"
    http_status = 405


class MissingToken(StandardError):
    """An access token is required."""

    code = "M_MISSING_TOKEN"
    http_status = 401


class UnknownToken(StandardError):
    """The access token is not known, or no longer.

    Pass `soft_logout=True` where the device still exists and a refresh or new login keeps it.
    """

    code = "M_UNKNOWN_TOKEN"
    http_status = 401


class UserDeactivated(StandardError):
    """This account was deactivated."""

    code = "M_USER_DEACTIVATED"
    http_status = 403


class UserLocked(StandardError):
    """This account is locked."""

    code = "M_USER_LOCKED"
    http_status = 401


class UserSuspended(StandardError):
    """This account is suspended."""

    code = "M_USER_SUSPENDED"
    http_status = 403


class UserInUse(StandardError):
    """This user id is taken."""

    code = "M_USER_IN_USE"


class InvalidUsername(StandardError):
    """This is not a valid user name."""

    code = "M_INVALID_USERNAME"


class Exclusive(StandardError):
    """This name is reserved by an application service."""

    code = "M_EXCLUSIVE"


class WeakPassword(StandardError):
    """The password is too weak."""

    code = "M_WEAK_PASSWORD"


class RoomInUse(StandardError):
    """This room alias is taken."""

    code = "M_ROOM_IN_USE"


class InvalidRoomState(StandardError):
    """The room's initial state is not possible."""

    code = "M_INVALID_ROOM_STATE"


class BadState(StandardError):
    """The state change is not possible in this room, or not for this kind of event."""

    code = "M_BAD_STATE"


class BadAlias(StandardError):
    """An alias in the content does not lead to this room."""

    code = "M_BAD_ALIAS"


class UnsupportedRoomVersion(StandardError):
    """The server does not know this room version."""

    code = "M_UNSUPPORTED_ROOM_VERSION"


class IncompatibleRoomVersion(StandardError):
    """The room has a version that the asking server did not offer. Pass `room_version=`."""

    code = "M_INCOMPATIBLE_ROOM_VERSION"


class InvalidSignature(StandardError):
    """A signature is missing, or does not hold."""

    code = "M_INVALID_SIGNATURE"


class WrongRoomKeysVersion(StandardError):
    """This is not the newest version of the backup. Pass `current_version=`."""

    code = "M_WRONG_ROOM_KEYS_VERSION"
    http_status = 403


class UnableToAuthorizeJoin(StandardError):
    """This server cannot tell whether the join's conditions are met."""

    code = "M_UNABLE_TO_AUTHORISE_JOIN"


class UnableToGrantJoin(StandardError):
    """No user of this server can let the user in."""

    code = "M_UNABLE_TO_GRANT_JOIN"


class CannotLeaveServerNoticeRoom(StandardError):
    """The server notice room cannot be left."""

    code = "M_CANNOT_LEAVE_SERVER_NOTICE_ROOM"
    http_status = 403


class UnknownPosition(StandardError):
    """The connection's position is not known; start again without one."""

    code = "M_UNKNOWN_POS"


class TooLarge(StandardError):
    """The request or event is too large."""

    code = "M_TOO_LARGE"
    http_status = 413


class CannotOverwriteMedia(StandardError):
    """This media id has its content already."""

    code = "M_CANNOT_OVERWRITE_MEDIA"
    http_status = 409


class NotYetUploaded(StandardError):
    """The content has not been uploaded yet."""

    code = "M_NOT_YET_UPLOADED"
    http_status = 504


class LimitExceeded(StandardError):
    """Too many requests."""

    code = "M_LIMIT_EXCEEDED"
    http_status = 429

    def __init__(self, retry_after_ms: int, message: str = "") -> None:
        super().__init__(message, retry_after_ms=retry_after_ms)
        self.retry_after_ms = retry_after_ms


class Unavailable(StandardError):
    """The server cannot do this at the moment; try again."""

    code = "M_UNKNOWN"
    http_status = 503
