"""How the property tests run: the same examples every time, none kept on disk."""

from __future__ import annotations

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from federation.protocol.canonical_json import MAX_INTEGER, MIN_INTEGER

PROPERTY = settings(
    derandomize=True,
    deadline=None,
    database=None,
    max_examples=150,
    suppress_health_check=[HealthCheck.too_slow],
)

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
scalars = st.none() | st.booleans() | st.integers(MIN_INTEGER, MAX_INTEGER) | texts
json_values = st.recursive(
    scalars, lambda members: st.lists(members, max_size=4) | st.dictionaries(texts, members, max_size=4)
)
json_objects = st.dictionaries(texts, json_values, max_size=5)
