"""Make `emoji.json` of npm's `emojibase-data` (MIT).

    python -m client_shared.importers.emoji EMOJIBASE_DATA_PACKAGE

Groups in the order of pickers; each emoji is a row [emoji, group, English name, German name, shortcodes,
English words, German words, skin tones]. Shortcodes are Slack's and GitHub's where they exist.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

SHARED = Path(__file__).parent.parent
LEFT_OUT = {2}
"""The group of skin tones and hair styles, which are no emoji by themselves."""
SHORTCODES = ("iamcal", "github", "emojibase")


def main(package: Path) -> None:
    """Write `emoji.json` and its licence."""
    english, german = (_by_hexcode(package / language / "data.json") for language in ("en", "de"))
    codes = [
        json.loads((package / "en" / "shortcodes" / f"{name}.json").read_text("utf-8")) for name in SHORTCODES
    ]
    rows = [
        _row(emoji, german[hexcode], codes)
        for hexcode, emoji in sorted(english.items(), key=lambda item: item[1].get("order", 0))
        if emoji.get("group") is not None and emoji["group"] not in LEFT_OUT
    ]
    lines = ",\n".join(_compact(row) for row in rows)
    text = f'{{"groups":{_compact(_groups(package))},\n"emoji":[\n{lines}\n]}}\n'
    (SHARED / "emoji.json").write_text(text, "utf-8")
    shutil.copyfile(package / "LICENSE", SHARED / "emoji-LICENSE")


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _by_hexcode(path: Path) -> dict[str, dict[str, Any]]:
    return {emoji["hexcode"]: emoji for emoji in json.loads(path.read_text("utf-8"))}


def _groups(package: Path) -> list[dict[str, Any]]:
    english, german = (
        json.loads((package / language / "messages.json").read_text("utf-8"))["groups"]
        for language in ("en", "de")
    )
    return [
        {"number": one["order"], "key": one["key"], "en": one["message"].capitalize(), "de": other["message"]}
        for one, other in zip(english, german, strict=True)
        if one["order"] not in LEFT_OUT
    ]


def _row(emoji: dict[str, Any], german: dict[str, Any], codes: list[dict[str, Any]]) -> list[Any]:
    hexcode = emoji["hexcode"]
    skins = [skin["emoji"] for skin in emoji.get("skins", []) if isinstance(skin.get("tone", 1), int)]
    return [
        emoji["emoji"],
        emoji["group"],
        emoji["label"],
        german["label"],
        _shortcodes(hexcode, codes),
        emoji.get("tags", []),
        german.get("tags", []),
        skins[:5],
    ]


def _shortcodes(hexcode: str, codes: list[dict[str, Any]]) -> list[str]:
    found: list[str] = []
    for table in codes:
        names = table.get(hexcode, [])
        found += [names] if isinstance(names, str) else names
    return list(dict.fromkeys(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
