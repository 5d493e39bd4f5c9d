"""CSS variables of the web client."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from client_shared.writers.colors import css_color

HEADER = "/* Made from client_shared/tokens.json by `python -m client_shared.generate`; edit that. */\n"


def css_variables(tokens: Mapping[str, Any]) -> str:
    """Return a style sheet: measures and the light theme (`--color-…`) on `:root`, the dark one by
    `data-theme` or the system's wish, densities by `data-density`."""
    light = _block(
        ":root", [*_measures(tokens), *_theme(tokens, "light", "people"), *_density(tokens, "cosy")]
    )
    dark_lines = _theme(tokens, "dark", "peopleDark")
    dark = _block(':root[data-theme="dark"]', dark_lines)
    system = _block(':root[data-theme="system"]', dark_lines)
    densities = "".join(
        _block(f':root[data-density="{name}"]', _density(tokens, name)) for name in tokens["density"]
    )
    reduced = _block(":root", ["--motion-fast: 0ms;", "--motion-normal: 0ms;"])
    return (
        f"{HEADER}{light}{dark}@media (prefers-color-scheme: dark) {{\n{system}}}\n{densities}"
        f"@media (prefers-reduced-motion: reduce) {{\n{reduced}}}\n"
    )


def _measures(tokens: Mapping[str, Any]) -> Iterator[str]:
    font = tokens["font"]
    yield f"--font-sans: {font['webSans']};"
    yield f"--font-mono: {font['webMono']};"
    yield f"--line-height: {font['lineHeight']};"
    for name, size in font["size"].items():
        yield f"--size-{name}: {size / 16:g}rem;"
    for name, weight in font["weight"].items():
        yield f"--weight-{name}: {weight};"
    for space in tokens["space"]:
        yield f"--space-{space}: {space / 16:g}rem;"
    for name, radius in tokens["radius"].items():
        yield f"--radius-{name}: {radius}px;"
    for name, length in tokens["layout"].items():
        yield f"--{_kebab(name)}: {length if name == 'avatarTint' else f'{length / 16:g}rem'};"
    yield f"--motion-fast: {tokens['motion']['fastMs']}ms;"
    yield f"--motion-normal: {tokens['motion']['normalMs']}ms;"
    yield f"--motion-easing: cubic-bezier({', '.join(str(point) for point in tokens['motion']['easing'])});"


def _theme(tokens: Mapping[str, Any], theme: str, people: str) -> list[str]:
    lines = [f"color-scheme: {theme};"]
    lines += [f"--color-{_kebab(name)}: {css_color(color)};" for name, color in tokens[theme].items()]
    return lines + [f"--person-{index}: {color};" for index, color in enumerate(tokens[people])]


def _density(tokens: Mapping[str, Any], name: str) -> list[str]:
    measures = tokens["density"][name].items()
    return [f"--density-{_kebab(key)}: {_density_value(value)};" for key, value in measures]


def _density_value(value: float | bool) -> str:
    return str(int(value)) if isinstance(value, bool) else f"{value / 16:g}rem"


def _block(selector: str, lines: list[str]) -> str:
    return f"{selector} {{\n" + "".join(f"  {line}\n" for line in lines) + "}\n"


def _kebab(name: str) -> str:
    return re.sub(r"(?=[A-Z])", "-", name).lower()
