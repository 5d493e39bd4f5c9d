"""What goes wrong when a verification is asked for or a code is scanned."""

from client_desktop.core.errors import ClientError


class NothingToVerify(ClientError):
    """There is no other device that could answer, or the other side has no keys."""

    word = "nothing_to_verify"


class NotThisCode(ClientError):
    """What was scanned is no verification code, or that of another verification."""

    word = "not_this_code"


class VerificationGone(ClientError):
    """The verification has ended, or was never known here."""

    word = "verification_gone"
