"""Small pictures made on the spot, so that each test says what is in its file."""

import io
import struct
import zlib

from PIL import Image

RED = (200, 30, 30)
BLUE = (30, 30, 200)


def picture(size: tuple[int, int], image_format: str = "PNG", mode: str = "RGB") -> bytes:
    """Return a picture whose left half is red and whose right half is blue."""
    image = Image.new("RGB", size, RED)
    image.paste(BLUE, (size[0] // 2, 0, size[0], size[1]))
    return encode(image.convert(mode), image_format)


def sideways_photo(size: tuple[int, int]) -> bytes:
    """Return a JPEG that its EXIF data turns by a quarter: `size` is what people see."""
    exif = Image.Exif()
    exif[0x0112] = 6
    out = io.BytesIO()
    Image.new("RGB", (size[1], size[0]), RED).save(out, "JPEG", exif=exif)
    return out.getvalue()


def animation(size: tuple[int, int], image_format: str = "GIF", frames: int = 3) -> bytes:
    """Return an animated picture of as many different frames."""
    images = [Image.new("RGB", size, (50 * number, 0, 0)) for number in range(frames)]
    out = io.BytesIO()
    images[0].save(out, image_format, save_all=True, append_images=images[1:], duration=80, loop=0)
    return out.getvalue()


def png_bomb(width: int, height: int) -> bytes:
    """Return a tiny PNG that claims to be enormous."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0" * 10_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def encode(image: Image.Image, image_format: str) -> bytes:
    """Return the file of a picture."""
    out = io.BytesIO()
    image.save(out, image_format)
    return out.getvalue()


def decode(data: bytes) -> Image.Image:
    """Return the picture in a file, decoded to its end."""
    image = Image.open(io.BytesIO(data))
    image.load()
    return image
