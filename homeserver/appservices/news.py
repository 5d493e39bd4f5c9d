"""Where to look for what an application service has not been told: kept in memory, read from the database."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class News:
    """What may be new for one application service. `everything`: look everywhere.

    Typing and presence are in memory only, and are lost where they cannot be delivered.
    """

    everything: bool = False
    targets: bool = False
    device_lists: bool = False
    rooms: set[int] = field(default_factory=set)
    to_device_of: set[int] = field(default_factory=set)
    key_counts_of: set[int] = field(default_factory=set)
    typing_in: set[int] = field(default_factory=set)
    presence_of: set[int] = field(default_factory=set)

    def __bool__(self) -> bool:
        return (
            self.everything
            or self.targets
            or self.device_lists
            or bool(self.rooms or self.to_device_of or self.key_counts_of)
            or bool(self.typing_in or self.presence_of)
        )

    def add(self, other: "News") -> None:
        """Look where `other` says, too."""
        self.everything |= other.everything
        self.targets |= other.targets
        self.device_lists |= other.device_lists
        self.rooms |= other.rooms
        self.to_device_of |= other.to_device_of
        self.key_counts_of |= other.key_counts_of
        self.typing_in |= other.typing_in
        self.presence_of |= other.presence_of

    def forget_details(self) -> None:
        """Look everywhere when there is somebody to tell, so that nothing grows while there is not."""
        self.everything, self.targets, self.device_lists = True, False, False
        for details in (
            self.rooms, self.to_device_of, self.key_counts_of, self.typing_in, self.presence_of,
        ):  # fmt: skip
            details.clear()
