from dataclasses import replace
from pathlib import Path

import pytest

from homeserver.errors import MatrixError, TooLarge
from homeserver.media import run_thumbnailer as module
from homeserver.media.content_types import ImageFormat
from homeserver.media.limits import MediaLimits
from homeserver.media.run_thumbnailer import CannotThumbnail, Wanted, run_thumbnailer
from homeserver.media.thumbnail_variants import Method, Variant
from tests.unit.media.folders import write
from tests.unit.media.pictures import decode, picture, png_bomb

SMALL = Variant(32, 32, Method.CROP)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "source"
    path.write_bytes(picture((100, 100)))
    return path


def replace_program(monkeypatch: pytest.MonkeyPatch, folder: Path, text: str) -> None:
    program = folder / "program.py"
    program.write_text(text)
    monkeypatch.setattr(module, "PROGRAM", program)


async def test_variants_are_made_in_one_run(source: Path, tmp_path: Path) -> None:
    small, large = Wanted(SMALL, tmp_path / "1"), Wanted(Variant(320, 240, Method.SCALE), tmp_path / "2")
    made = await run_thumbnailer(MediaLimits(), source, ImageFormat.PNG, [small, large])
    assert [(item.wanted, item.original, item.content_type) for item in made] == [
        (small, False, "image/png"),
        (large, True, "image/png"),
    ]
    assert decode(small.path.read_bytes()).size == (32, 32)


async def test_too_many_pixels_are_too_large(source: Path, tmp_path: Path) -> None:
    write(source, png_bomb(20_000, 20_000))
    with pytest.raises(TooLarge):
        await run_thumbnailer(MediaLimits(), source, ImageFormat.PNG, [Wanted(SMALL, tmp_path / "1")])


async def test_damaged_picture_cannot_be_thumbnailed(source: Path, tmp_path: Path) -> None:
    write(source, picture((100, 100))[:60])
    with pytest.raises(CannotThumbnail) as refusal:
        await run_thumbnailer(MediaLimits(), source, ImageFormat.PNG, [Wanted(SMALL, tmp_path / "1")])
    assert (refusal.value.errcode, refusal.value.status) == ("M_UNKNOWN", 400)


async def test_picture_that_needs_too_much_memory_cannot_be_thumbnailed(source: Path, tmp_path: Path) -> None:
    write(source, picture((5000, 5000)))
    limits = replace(MediaLimits(), thumbnail_memory_bytes=64 * 1024 * 1024)
    with pytest.raises(MatrixError):
        await run_thumbnailer(limits, source, ImageFormat.PNG, [Wanted(SMALL, tmp_path / "1")])


async def test_program_that_takes_too_long_is_killed(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace_program(monkeypatch, tmp_path, "while True: pass")
    limits = replace(MediaLimits(), thumbnail_timeout_s=0.05)
    with pytest.raises(CannotThumbnail, match="too long"):
        await run_thumbnailer(limits, source, ImageFormat.PNG, [Wanted(SMALL, tmp_path / "1")])


async def test_program_that_crashes_is_a_refusal(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace_program(monkeypatch, tmp_path, "import os; os.abort()")
    with pytest.raises(CannotThumbnail):
        await run_thumbnailer(MediaLimits(), source, ImageFormat.PNG, [Wanted(SMALL, tmp_path / "1")])


async def test_program_sees_no_secret_of_the_environment(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARLOUR_DATABASE_URL", "postgresql://secret")
    found = tmp_path / "found"
    replace_program(
        monkeypatch, tmp_path, f"import os; open({str(found)!r}, 'w').write(repr(dict(os.environ)))"
    )
    with pytest.raises(CannotThumbnail):
        await run_thumbnailer(MediaLimits(), source, ImageFormat.PNG, [Wanted(SMALL, tmp_path / "1")])
    assert "secret" not in found.read_text()
