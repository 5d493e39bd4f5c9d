"""Colours as tokens write them: `#RRGGBB`, or `#RRGGBB/0.5` with its opacity."""

from __future__ import annotations


def qml_color(token: str) -> str:
    """Return `#AARRGGBB` where there is an opacity."""
    color, _, opacity = token.partition("/")
    return f"#{round(float(opacity) * 255):02X}{color[1:]}" if opacity else color


def css_color(token: str) -> str:
    """Return `#RRGGBBAA` where there is an opacity."""
    color, _, opacity = token.partition("/")
    return f"{color}{round(float(opacity) * 255):02X}" if opacity else color
