"""Times and days as people read them, in the language of the interface."""

from __future__ import annotations

from PySide6.QtCore import QDate, QDateTime, QLocale

from client_desktop.viewmodels.words import word


def clock_text(at_ms: int) -> str:
    """Hours and minutes, as the locale writes them."""
    return QLocale().toString(_moment(at_ms).time(), QLocale.FormatType.ShortFormat)


def day_text(at_ms: int, today: QDate | None = None) -> str:
    """Today, Yesterday, the weekday within a week, else the date; with the year where it is another one."""
    day = _moment(at_ms).date()
    now = today or QDate.currentDate()
    days = day.daysTo(now)
    if days == 0:
        return word("main.day.today")
    if days == 1:
        return word("main.day.yesterday")
    if 1 < days < 7:
        return QLocale().dayName(day.dayOfWeek(), QLocale.FormatType.LongFormat)
    if day.year() == now.year():
        return QLocale().toString(day, word("main.day.format"))
    return QLocale().toString(day, QLocale.FormatType.LongFormat)


def list_time_text(at_ms: int, today: QDate | None = None) -> str:
    """As short as a list needs it: the time of today, a weekday, a date; empty for no time."""
    if at_ms <= 0:
        return ""
    day = _moment(at_ms).date()
    days = day.daysTo(today or QDate.currentDate())
    if days <= 0:
        return clock_text(at_ms)
    if days < 7:
        return QLocale().dayName(day.dayOfWeek(), QLocale.FormatType.ShortFormat)
    return QLocale().toString(day, QLocale.FormatType.ShortFormat)


def full_text(at_ms: int) -> str:
    """Date and time in full, for tool tips and details."""
    moment, locale = _moment(at_ms), QLocale()
    day = locale.toString(moment.date(), QLocale.FormatType.LongFormat)
    return f"{day} {locale.toString(moment.time(), QLocale.FormatType.ShortFormat)}"


def ago_text(at_ms: int, now_ms: int) -> str:
    """How long ago, roughly: now, minutes, hours, else the day."""
    minutes = max(0, now_ms - at_ms) // 60_000
    if minutes < 1:
        return word("main.ago.now")
    if minutes < 60:
        return word("main.ago.minutes", n=minutes)
    if minutes < 24 * 60:
        return word("main.ago.hours", n=minutes // 60)
    return day_text(at_ms)


def duration_text(duration_ms: int | None) -> str:
    """Minutes and seconds: `1:05`; with hours only where there are some."""
    if duration_ms is None:
        return ""
    seconds = max(0, duration_ms) // 1000
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def size_text(size: int | None) -> str:
    """Bytes as people read them; empty where the size is not known."""
    if size is None or size < 0:
        return ""
    return QLocale().formattedDataSize(min(size, 2**62), 1, QLocale.DataSizeFormat.DataSizeTraditionalFormat)


def _moment(at_ms: int) -> QDateTime:
    bounded = max(-(2**53), min(at_ms, 253_402_300_799_000))
    return QDateTime.fromMSecsSinceEpoch(bounded)
