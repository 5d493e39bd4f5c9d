"""What goes wrong with identities, as values that people are told."""

from client_desktop.core.errors import ClientError


class IdentityMissing(ClientError):
    """Somebody (or the account itself) has no cross-signing keys, so there is nothing to sign or verify."""

    word = "identity_missing"


class PrivateKeysMissing(ClientError):
    """The account's private keys are not on this device: verify it, or use the recovery key, first."""

    word = "private_keys_missing"


class SignatureRefused(ClientError):
    """The server did not take a signature."""

    word = "signature_refused"


class KeysReplaced(ClientError):
    """The keys are not those any more that were verified."""

    word = "keys_replaced"
