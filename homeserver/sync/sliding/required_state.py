"""Which state of a room a client wants: pure, comparable, and written in a form that can be stored.

Spec: https://github.com/matrix-org/matrix-spec-proposals/blob/main/proposals/4186-simplified-sliding-sync.md
"""

from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Final, NamedTuple

import orjson

from homeserver.storage.state_keys import StateEntry

MEMBER: Final = "m.room.member"


class Element(NamedTuple):
    """State events of one type, or any, and of one state key, or any: None stands for any."""

    type: str | None
    state_key: str | None

    def matches(self, entry: StateEntry) -> bool:
        return self.type in (None, entry[0]) and self.state_key in (None, entry[1])

    @property
    def is_single(self) -> bool:
        return self.type is not None and self.state_key is not None


@dataclass(frozen=True)
class Selection:
    """What one list or subscription wants.

    With `lazy_members`, what leaves the type open does not take in all members, only those whom the timeline
    shows.
    """

    include: frozenset[Element] = frozenset()
    exclude: frozenset[Element] = frozenset()
    lazy_members: bool = False

    def matches(self, entry: StateEntry) -> bool:
        if any(element.matches(entry) for element in self.exclude):
            return False
        return any(
            element.matches(entry) and not self._leaves_out(element, entry) for element in self.include
        )

    @property
    def wants_all_members(self) -> bool:
        if any(element.state_key is None and element.type in (None, MEMBER) for element in self.exclude):
            return False
        types = (MEMBER,) if self.lazy_members else (None, MEMBER)
        return any(element.state_key is None and element.type in types for element in self.include)

    def _leaves_out(self, element: Element, entry: StateEntry) -> bool:
        return self.lazy_members and entry[0] == MEMBER and element.type is None and element.state_key is None

    def to_json(self) -> list[object]:
        return [_listed(self.include), _listed(self.exclude), self.lazy_members]


@dataclass(frozen=True)
class RequiredState:
    """The union of what lists and subscriptions want of a room."""

    selections: frozenset[Selection] = frozenset()

    def matches(self, entry: StateEntry) -> bool:
        return any(selection.matches(entry) for selection in self.selections)

    def union(self, other: "RequiredState") -> "RequiredState":
        return RequiredState(self.selections | other.selections)

    @cached_property
    def wants_all_members(self) -> bool:
        return any(selection.wants_all_members for selection in self.selections)

    @cached_property
    def lazy_members(self) -> bool:
        """Whether members come as the timeline shows them."""
        return not self.wants_all_members and any(s.lazy_members for s in self.selections)

    @cached_property
    def wants_kinds(self) -> bool:
        """Whether state is wanted that no single entry names, other than members."""
        return any(not e.is_single and e.type != MEMBER for s in self.selections for e in s.include)

    @cached_property
    def entries(self) -> frozenset[StateEntry]:
        """The single entries that are wanted, and the members that are among those named by key alone."""
        return frozenset(
            (element.type or MEMBER, element.state_key)
            for selection in self.selections
            for element in selection.include
            if element.state_key is not None and self.matches((element.type or MEMBER, element.state_key))
        )

    @cached_property
    def json(self) -> bytes:
        """The canonical form, for storage."""
        return orjson.dumps(sorted((s.to_json() for s in self.selections), key=repr))

    @cached_property
    def code(self) -> int:
        """A number that stands for this: equal for what is equal."""
        return int.from_bytes(sha256(self.json).digest()[:8], signed=True)


NO_STATE: Final = RequiredState()


def required_state_from(json: bytes) -> RequiredState:
    """Read the stored form."""
    return RequiredState(
        frozenset(
            Selection(frozenset(Element(*e) for e in include), frozenset(Element(*e) for e in exclude), lazy)
            for include, exclude, lazy in orjson.loads(json)
        )
    )


def _listed(elements: frozenset[Element]) -> list[object]:
    return sorted(([*element] for element in elements), key=repr)
