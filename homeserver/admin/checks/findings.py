"""What checks can come to: a name for each, so that clients can say it in other languages, and English words.

`{braces}` stand for the values of a finding.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, TypeAlias

Values: TypeAlias = Mapping[str, str | int]


class Result(StrEnum):
    """How good a finding is."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Wording:
    """What a finding means, and what to do about it; nothing where all is well."""

    result: Result
    words: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check came to: one of `WORDINGS`, with its values."""

    check: str
    name: str
    values: Values = field(default_factory=dict)

    @property
    def result(self) -> Result:
        return WORDINGS[self.name].result

    @property
    def words(self) -> str:
        return WORDINGS[self.name].words.format_map(self.values)

    @property
    def advice(self) -> str:
        return WORDINGS[self.name].advice.format_map(self.values)


_OK, _WARN, _FAIL = Result.OK, Result.WARN, Result.FAIL

WORDINGS: Final[dict[str, Wording]] = {
    "name_fine": Wording(_OK, "The server is called {name}."),
    "name_local": Wording(
        _WARN,
        "The server is called {name}, a name that only this machine or network knows.",
        "Good for trying out. The name is part of every user id and can never change: for a server that "
        "others are to reach, begin anew with a data folder of its own and server_name set to your domain.",
    ),
    "name_address": Wording(
        _WARN,
        "The server is called {name}, which is an address and not a name.",
        "Addresses change, and the name can not. Begin anew with server_name set to a domain of yours.",
    ),
    "address_fine": Wording(_OK, "People reach the server at {url}."),
    "address_unset": Wording(
        _WARN,
        "Apps are told to connect to {url}, which works on this machine only.",
        "Set public_baseurl to the https address under which people reach the server, such as "
        "https://matrix.example.org.",
    ),
    "address_plain": Wording(
        _WARN,
        "People reach the server at {url}, without encryption on the way.",
        "Browsers offer encryption, calls and notifications on https alone. Put a proxy with a certificate "
        "in front, or give the listener tls_certificate and tls_key, and set public_baseurl to the https "
        "address.",
    ),
    "address_unreachable": Wording(
        _FAIL,
        "Nothing answers at {url}: {reason}.",
        "See that the proxy runs and passes requests on to the server, that the firewall lets them through, "
        "and that public_baseurl has no mistake.",
    ),
    "address_other": Wording(
        _FAIL,
        "Something answers at {url}, but not a Matrix server: {reason}.",
        "See that the proxy passes all paths below /_matrix on, unchanged.",
    ),
    "certificate_fine": Wording(_OK, "The certificate of {host} is valid until {until}."),
    "certificate_ends": Wording(
        _WARN,
        "The certificate of {host} ends on {until}, in {days} days.",
        "Renew it, and see that it is renewed by itself from now on.",
    ),
    "certificate_bad": Wording(
        _FAIL,
        "The certificate of {host} is not accepted: {reason}.",
        "Apps and other servers refuse to connect. Get one for this name from an authority that everybody "
        "trusts, such as Let's Encrypt.",
    ),
    "well_known_fine": Wording(_OK, "Apps find the server from its name."),
    "well_known_missing": Wording(
        _WARN,
        "Apps cannot find the server from its name: {url} does not help ({reason}).",
        "Have the web server of that name pass /.well-known/matrix/ on to this server, or people must type "
        "{base_url} as their homeserver.",
    ),
    "well_known_other": Wording(
        _FAIL,
        "{url} leads apps to {found}, not to {base_url}.",
        "Correct the file, or public_baseurl.",
    ),
    "dns_fine": Wording(_OK, "The name {host} leads to {addresses}."),
    "dns_missing": Wording(
        _FAIL,
        "The name {host} leads nowhere: {reason}.",
        "Make A and AAAA records for it where your domain is looked after.",
    ),
    "federation_fine": Wording(_OK, "Other servers reach this one at {endpoint}."),
    "federation_off": Wording(_OK, "The server keeps to itself: federation is turned off."),
    "federation_local": Wording(
        _WARN,
        "Other servers cannot find a server called {name}.",
        "That is fine for one server alone. Set federation.enabled to false, and nothing tries.",
    ),
    "federation_unreachable": Wording(
        _FAIL,
        "Other servers cannot reach this one: {reason}.",
        "They ask https://{name}/.well-known/matrix/server first and port 8448 otherwise. Pass that file on "
        "to this server, or open the port with a certificate for {name}.",
    ),
    "mail_fine": Wording(_OK, "{host} takes our mail."),
    "mail_off": Wording(
        _WARN,
        "The server sends no mail: people who forget their password need you.",
        "Set smtp.host and smtp.sender to have them help themselves.",
    ),
    "mail_refused": Wording(
        _FAIL,
        "{host} does not take our mail: {reason}.",
        "See that smtp.host, smtp.port, smtp.security, and the account are right.",
    ),
    "registration_token": Wording(_OK, "Who has an invite link can make an account."),
    "registration_closed": Wording(_OK, "Nobody can make an account but through you."),
    "registration_guarded": Wording(_OK, "Everybody can make an account, after a check that stops robots."),
    "registration_open": Wording(
        _WARN,
        "Everybody, robots too, can make an account.",
        "Set registration.mode to token and hand out invite links; or have e-mail addresses confirmed "
        "(registration.email) or a captcha solved.",
    ),
    "no_answer": Wording(
        _WARN,
        "This could not be found out within {seconds} seconds.",
        "Try again; if it stays so, something on the way drops packets, often a firewall.",
    ),
}
