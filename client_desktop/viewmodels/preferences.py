"""What the user chose for this device: looks, sounds, and what others learn. Kept in one small file."""

from __future__ import annotations

import logging
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, Final, Literal

import msgspec
from PySide6.QtCore import Property, QObject, Signal

logger = logging.getLogger(__name__)

MAX_FILE_BYTES: Final = 64 * 1024
MIN_ZOOM: Final = 0.8
MAX_ZOOM: Final = 2.0


@dataclass(frozen=True, slots=True)
class Preferences:
    """Every choice with what it is until somebody chooses."""

    theme: Literal["system", "light", "dark"] = "system"
    density: Literal["compact", "cosy", "roomy"] = "cosy"
    zoom: float = 1.0
    language: str = ""
    """Empty: the system's."""
    reduced_motion: bool = False
    show_joins: bool = True
    show_profile_changes: bool = False
    large_emoji: bool = True
    autoplay: bool = True
    desktop_notifications: bool = True
    notification_content: bool = True
    notification_sound: bool = True
    close_to_tray: bool = False
    start_hidden: bool = False
    public_receipts: bool = True
    send_typing: bool = True
    link_previews: bool = True
    link_previews_encrypted: bool = False
    load_media: Literal["always", "private", "never"] = "always"
    invite_pictures: bool = True
    links_offered: bool = False
    """The user was asked whether links to people and rooms are to open here."""
    developer_tools: bool = False
    last_server: str = ""
    """Where somebody signed in last."""


def chosen(kind: type, name: str, notify: Signal) -> Property:
    """Make a property for QML of one choice."""

    def read(self: PreferencesModel) -> Any:
        return getattr(self.values, name)

    def write(self: PreferencesModel, value: Any) -> None:
        self.set_values(**{name: value})

    return Property(kind, read, write, notify=notify)


class PreferencesModel(QObject):
    """The choices as properties; setting one writes the file and tells everybody."""

    changed = Signal()

    theme = chosen(str, "theme", changed)
    density = chosen(str, "density", changed)
    zoom = chosen(float, "zoom", changed)
    language = chosen(str, "language", changed)
    reducedMotion = chosen(bool, "reduced_motion", changed)  # noqa: N815
    showJoins = chosen(bool, "show_joins", changed)  # noqa: N815
    showProfileChanges = chosen(bool, "show_profile_changes", changed)  # noqa: N815
    largeEmoji = chosen(bool, "large_emoji", changed)  # noqa: N815
    autoplay = chosen(bool, "autoplay", changed)
    desktopNotifications = chosen(bool, "desktop_notifications", changed)  # noqa: N815
    notificationContent = chosen(bool, "notification_content", changed)  # noqa: N815
    notificationSound = chosen(bool, "notification_sound", changed)  # noqa: N815
    closeToTray = chosen(bool, "close_to_tray", changed)  # noqa: N815
    startHidden = chosen(bool, "start_hidden", changed)  # noqa: N815
    publicReceipts = chosen(bool, "public_receipts", changed)  # noqa: N815
    sendTyping = chosen(bool, "send_typing", changed)  # noqa: N815
    linkPreviews = chosen(bool, "link_previews", changed)  # noqa: N815
    linkPreviewsEncrypted = chosen(bool, "link_previews_encrypted", changed)  # noqa: N815
    loadMedia = chosen(str, "load_media", changed)  # noqa: N815
    invitePictures = chosen(bool, "invite_pictures", changed)  # noqa: N815
    linksOffered = chosen(bool, "links_offered", changed)  # noqa: N815
    developerTools = chosen(bool, "developer_tools", changed)  # noqa: N815
    lastServer = chosen(str, "last_server", changed)  # noqa: N815

    def __init__(self, file: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._file = file
        self._values = read_preferences(file)

    @property
    def values(self) -> Preferences:
        """All of them, as they are now."""
        return self._values

    def set_values(self, **values: Any) -> None:
        """Choose, write, and tell."""
        chosen = _within_bounds(msgspec.convert(asdict(self._values) | values, Preferences))
        if chosen != self._values:
            self._values = chosen
            write_preferences(self._file, chosen)
            self.changed.emit()


def read_preferences(file: Path) -> Preferences:
    """Read what was chosen; the defaults for whatever is missing, unknown or damaged."""
    try:
        with file.open("rb") as stream:
            stored = msgspec.json.decode(stream.read(MAX_FILE_BYTES), type=dict[str, Any])
    except FileNotFoundError:
        return Preferences()
    except (OSError, msgspec.DecodeError) as problem:
        logger.warning("the preferences cannot be read: %s", type(problem).__name__)
        return Preferences()
    known = {}
    for field in fields(Preferences):
        if field.name in stored:
            try:
                known[field.name] = getattr(
                    msgspec.convert({field.name: stored[field.name]}, Preferences), field.name
                )
            except msgspec.ValidationError:
                logger.warning("a preference cannot be read: %s", field.name)
    return _within_bounds(Preferences(**known))


def write_preferences(file: Path, values: Preferences) -> None:
    """Write them so that a crash leaves the old or the new ones."""
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_suffix(".partial")
    partial.write_bytes(msgspec.json.format(msgspec.json.encode(asdict(values))))
    partial.replace(file)


def _within_bounds(values: Preferences) -> Preferences:
    return replace(values, zoom=round(min(MAX_ZOOM, max(MIN_ZOOM, values.zoom)), 2))
