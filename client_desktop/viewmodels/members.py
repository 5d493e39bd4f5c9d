"""People of a room: the list in the side panel."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import isinf

from PySide6.QtCore import Property, QObject, Signal, Slot

from client_desktop.core.values import Membership, MemberSummary
from client_desktop.viewmodels.completion import rank_of
from client_desktop.viewmodels.list_model import ValueListModel
from client_desktop.viewmodels.words import word


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A person, or the heading above those who are invited (`header`)."""

    key: str
    header: bool
    user_id: str
    name: str
    avatar_url: str = ""
    role: str = ""
    ignored: bool = False
    invited: bool = False


class MembersModel(QObject):
    """`rows` are people by power, then name; `setWords` narrows them."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._members: tuple[MemberSummary, ...] = ()
        self._words = ""
        self._loading = True
        self._rows: ValueListModel[MemberRow] = ValueListModel(MemberRow, lambda row: row.key, self)

    rows = Property(QObject, lambda self: self._rows, constant=True)
    words = Property(str, lambda self: self._words, notify=changed)
    loading = Property(bool, lambda self: self._loading, notify=changed)

    @property
    def members(self) -> tuple[MemberSummary, ...]:
        return self._members

    def show(self, members: Iterable[MemberSummary] | None) -> None:
        """List these; None: they are being loaded."""
        self._loading = members is None
        self._members = tuple(members or ())
        self._rows.update(member_rows(self._members, self._words))
        self.changed.emit()

    @Slot(str)
    def setWords(self, words: str) -> None:  # noqa: N802
        self._words = words.strip()
        self._rows.update(member_rows(self._members, self._words))
        self.changed.emit()


def member_rows(members: Iterable[MemberSummary], words: str) -> list[MemberRow]:
    """Those who are in the room by power and name, then a heading and those who are invited."""
    fitting = [member for member in members if rank_of(words, member.name, member.user_id[1:]) is not None]
    fitting.sort(key=lambda member: (-member.power_level, member.name.casefold(), member.user_id))
    joined = [_row(member) for member in fitting if member.membership is Membership.JOIN]
    invited = [_row(member) for member in fitting if member.membership is Membership.INVITE]
    if invited:
        joined.append(MemberRow("header:invited", True, "", word("main.members.invited")))
    return joined + invited


def role_text(power_level: float) -> str:
    """What a power level makes somebody; nothing for most people."""
    if isinf(power_level):
        return word("main.role.creator")
    if power_level >= 100:
        return word("main.role.admin")
    return word("main.role.moderator") if power_level >= 50 else ""


def _row(member: MemberSummary) -> MemberRow:
    return MemberRow(
        key=member.user_id,
        header=False,
        user_id=member.user_id,
        name=member.name,
        avatar_url=member.avatar_url or "",
        role=role_text(member.power_level),
        ignored=member.ignored,
        invited=member.membership is Membership.INVITE,
    )
