"""Names of verification messages, methods and reasons to give up, as the specification has them.

Spec: https://spec.matrix.org/v1.19/client-server-api/#key-verification-framework
"""

from typing import Final

PREFIX: Final = "m.key.verification."
REQUEST: Final = PREFIX + "request"
READY: Final = PREFIX + "ready"
START: Final = PREFIX + "start"
ACCEPT: Final = PREFIX + "accept"
KEY: Final = PREFIX + "key"
MAC: Final = PREFIX + "mac"
DONE: Final = PREFIX + "done"
CANCEL: Final = PREFIX + "cancel"
MESSAGE_TYPES: Final = (REQUEST, READY, START, ACCEPT, KEY, MAC, DONE, CANCEL)

SAS: Final = "m.sas.v1"
SHOW: Final = "m.qr_code.show.v1"
SCAN: Final = "m.qr_code.scan.v1"
RECIPROCATE: Final = "m.reciprocate.v1"
ALL_METHODS: Final = (SAS, SHOW, SCAN, RECIPROCATE)

USER: Final = "m.user"
TIMEOUT: Final = "m.timeout"
UNKNOWN_TRANSACTION: Final = "m.unknown_transaction"
UNKNOWN_METHOD: Final = "m.unknown_method"
UNEXPECTED_MESSAGE: Final = "m.unexpected_message"
KEY_MISMATCH: Final = "m.key_mismatch"
USER_MISMATCH: Final = "m.user_mismatch"
INVALID_MESSAGE: Final = "m.invalid_message"
ACCEPTED: Final = "m.accepted"
MISMATCHED_COMMITMENT: Final = "m.mismatched_commitment"
MISMATCHED_SAS: Final = "m.mismatched_sas"

REASONS: Final = {
    USER: "The verification was cancelled",
    TIMEOUT: "The verification took too long",
    UNKNOWN_TRANSACTION: "No such verification is known here",
    UNKNOWN_METHOD: "There is no method that both sides know",
    UNEXPECTED_MESSAGE: "A message came out of order",
    KEY_MISMATCH: "The keys are not the expected ones",
    USER_MISMATCH: "The user is not the expected one",
    INVALID_MESSAGE: "A message could not be understood",
    ACCEPTED: "The verification goes on with another device",
    MISMATCHED_COMMITMENT: "The key is not the one that was promised",
    MISMATCHED_SAS: "The emoji or numbers do not match",
}
"""What a cancellation says for clients that do not know its code; part of the protocol, not shown by us."""
