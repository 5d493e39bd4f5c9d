"""Server access control lists: the specification's order of rules, and patterns that cost little."""

from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.protocol.canonical_json import JsonObject
from federation.protocol.ids import ServerName
from federation.protocol.server_acl import Glob, compile_server_acl


def allows(content: JsonObject, server: str) -> bool:
    return compile_server_acl(content).allows(ServerName(server))


@pytest.mark.parametrize(
    ("content", "server", "allowed"),
    [
        ({}, "a.example", False),
        ({"allow": ["*"]}, "a.example", True),
        ({"allow": ["*"], "deny": ["a.example"]}, "a.example", False),
        ({"allow": ["*"], "deny": ["a.example"]}, "b.a.example", True),
        ({"allow": ["*"], "deny": ["*.example"]}, "b.a.example", False),
        ({"allow": ["a.example"]}, "b.example", False),
        ({"allow": ["?.example"]}, "b.example", True),
        ({"allow": ["?.example"]}, "bb.example", False),
        ({"allow": ["*"], "deny": ["evil.com"]}, "evil.com:8448", False),
        ({"allow": ["*"], "deny": ["evil.com:8448"]}, "evil.com:8448", True),
        ({"allow": ["*"], "deny": "evil.com"}, "evil.com", True),
        ({"allow": ["*", 7, None], "deny": [{}]}, "a.example", True),
        ({"allow": "*"}, "a.example", False),
    ],
)
def test_rules_of_the_list(content: JsonObject, server: str, allowed: bool) -> None:
    assert allows(content, server) is allowed


@pytest.mark.parametrize("server", ["EVIL.com", "evil.COM:443", "Evil.Com"])
def test_case_of_a_name_does_not_matter(server: str) -> None:
    """Continuwuity 0.5.4; MSC4436."""
    assert not allows({"allow": ["*"], "deny": ["eViL.com"]}, server)


@pytest.mark.parametrize("server", ["1.2.3.4", "1.2.3.4:8448", "[::1]", "[2001:db8::1]:8448"])
def test_ip_literals_are_denied_where_the_list_says_so(server: str) -> None:
    assert not allows({"allow": ["*"], "allow_ip_literals": False}, server)
    assert allows({"allow": ["*"], "allow_ip_literals": True}, server)
    assert allows({"allow": ["*"]}, server)
    assert allows({"allow": ["*"], "allow_ip_literals": "no"}, server)


def test_ip_literals_may_still_be_denied_by_a_pattern() -> None:
    assert not allows({"allow": ["*"], "deny": ["1.2.*"]}, "1.2.3.4:1")


def test_name_that_looks_a_little_like_an_address_is_none() -> None:
    assert allows({"allow": ["*"], "allow_ip_literals": False}, "1.2.3.4.example")


def test_cve_2023_45129_pathological_lists_cost_little() -> None:
    patterns = [f"*a*a*a*a*a*a*a*a*a*a*{number}?b" for number in range(2_500)]
    acl = compile_server_acl({"allow": ["*"], "deny": [*patterns]})
    began = perf_counter()
    assert acl.allows(ServerName("a" * 250))
    assert perf_counter() - began < 1


def test_endless_patterns_are_left_out() -> None:
    assert allows({"allow": ["*"], "deny": ["*" * 2_000]}, "a.example")


def brute_force(pattern: str, text: str) -> bool:
    if not pattern:
        return not text
    if pattern[0] == "*":
        return any(brute_force(pattern[1:], text[n:]) for n in range(len(text) + 1))
    return bool(text) and pattern[0] in ("?", text[0]) and brute_force(pattern[1:], text[1:])


@given(st.text("ab*?", max_size=8), st.text("ab", max_size=8))
def test_glob_matches_what_its_definition_says(pattern: str, text: str) -> None:
    assert Glob(pattern).match(text) is brute_force(pattern, text)
