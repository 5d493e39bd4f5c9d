"""E-mail addresses: which texts are one, and which of them are the same.

Spec: https://spec.matrix.org/v1.19/appendices/#e-mail
"""

import re
import unicodedata
from typing import Final

MAX_ADDRESS_LENGTH: Final = 254
MAX_LOCALPART_BYTES: Final = 64
MAX_DOMAIN_LENGTH: Final = 253

ATOM: Final = r'[^\s"(),:;<>@\[\\\].]+'
LOCALPART: Final = re.compile(rf"{ATOM}(?:\.{ATOM})*")
DOMAIN: Final = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(?:\.(?!-)[a-z0-9-]{1,63}(?<!-))*")


class InvalidAddress(ValueError):
    """This is not an e-mail address."""


def canonical_address(text: str) -> str:
    """Return the form in which an address is stored and compared: case-folded, in composed characters.

    A domain is in its own letters, however it was written.

    What comes out holds no white space, no control characters and nothing that has a meaning in a header.

    Raises: InvalidAddress, also for quoted names and addresses of hosts without a name.
    """
    if len(text) > MAX_ADDRESS_LENGTH:
        raise InvalidAddress("The e-mail address is too long")
    folded = unicodedata.normalize("NFC", text.casefold())
    localpart, at, domain = folded.rpartition("@")
    if not at or not folded.isprintable() or LOCALPART.fullmatch(localpart) is None:
        raise InvalidAddress("This is not an e-mail address")
    if len(localpart.encode()) > MAX_LOCALPART_BYTES:
        raise InvalidAddress("The e-mail address is too long")
    return f"{localpart}@{ascii_domain(domain).encode().decode('idna')}"


def is_address(text: str) -> bool:
    """Tell whether a text is an e-mail address that mail can be sent to."""
    try:
        canonical_address(text)
    except InvalidAddress:
        return False
    return True


def wire_address(canonical: str) -> str:
    """Return how an address is written for mail servers: a domain in other letters becomes an ASCII one."""
    localpart, _, domain = canonical.rpartition("@")
    return f"{localpart}@{ascii_domain(domain)}"


def ascii_domain(domain: str) -> str:
    """Return a domain in ASCII.

    Raises: InvalidAddress where it cannot be one.
    """
    try:
        encoded = domain.encode("idna").decode().lower()
    except UnicodeError as error:
        raise InvalidAddress("The e-mail address has no valid domain") from error
    if len(encoded) > MAX_DOMAIN_LENGTH or DOMAIN.fullmatch(encoded) is None:
        raise InvalidAddress("The e-mail address has no valid domain")
    return encoded
