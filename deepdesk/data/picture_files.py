"""Opening picture files that came from outside: checked before a pixel is allocated.

Pillow does the decoding, from a short list of formats. Everything that can be
wrong with a file becomes a `BadSampleError` with a stable code:
missing, unreadable, empty, not_a_picture, unsupported, truncated, too_large.
"""

from __future__ import annotations

import os
import re
import stat
import struct
import threading
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from io import BytesIO
from pathlib import Path
from typing import IO

from PIL import Image, UnidentifiedImageError

from deepdesk.core.errors import BadSampleError

FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "GIF", "TIFF", "PPM")
IMAGE_SUFFIXES = frozenset(
    {
        *(".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".apng", ".webp", ".bmp", ".gif"),
        *(".tif", ".tiff", ".ppm", ".pgm", ".pbm", ".pnm"),
    }
)
SUFFIX_FORMATS = {
    **dict.fromkeys((".jpg", ".jpeg", ".jpe", ".jfif"), "JPEG"),
    **dict.fromkeys((".png", ".apng"), "PNG"),
    **dict.fromkeys((".tif", ".tiff"), "TIFF"),
    **dict.fromkeys((".ppm", ".pgm", ".pbm", ".pnm"), "PPM"),
    ".webp": "WEBP",
    ".bmp": "BMP",
    ".gif": "GIF",
}

MAX_PIXELS = 80_000_000  # Pillow takes 4 bytes a pixel and copies twice: below 1 GB in all
MAX_FILE_BYTES = 512 << 20
MAX_SCANS = 100  # of a progressive JPEG; encoders write about 10, a bomb 10,000
MAX_SCANNED_PIXELS = 2_000_000_000  # pixels times scans: about ten seconds of decoding
MAX_PLAIN_PIXELS = 1_000_000  # of PPM variants that Pillow decodes in Python, 1 µs a pixel
BIG_PIXELS = 16_000_000

# What other files begin with, to say what they are: (offset, bytes, name).
_SIGNATURES = (
    (0, b"%PDF", "a PDF document"),
    (0, b"%!PS", "a PostScript file"),
    (0, b"8BPS", "a Photoshop file"),
    (0, b"SIMPLE  =", "a FITS file"),
    (0, b"\0\0\1\0", "an icon file"),
    (0, b"\0\0\0\x0cjP  ", "a JPEG 2000 picture"),
    (0, b"\xff\x0a", "a JPEG XL picture"),
    (0, b"\0\0\0\x0cJXL ", "a JPEG XL picture"),
    (4, b"ftypavi", "an AVIF picture"),
    (4, b"ftyphei", "a HEIC picture"),
    (4, b"ftypmif", "a HEIF picture"),
    (4, b"ftyp", "a video"),
    (0, b"PK\3\4", "a zip archive"),
    (0, b"<svg", "an SVG drawing"),
    (0, b"\x1f\x8b", "a gzip archive"),
)
# The beginnings of files that should have opened: what follows is missing or broken.
_OWN_SIGNATURES = (b"\xff\xd8\xff", b"\x89PNG\r\n", b"RIFF", b"BM", b"GIF8", b"II*\0", b"MM\0*")

# Every kind of exception that Pillow's decoders were seen to raise on broken files.
DECODER_ERRORS = (
    OSError,
    SyntaxError,
    ValueError,
    ArithmeticError,
    LookupError,
    EOFError,
    TypeError,
    AttributeError,
    AssertionError,
    RuntimeError,
    MemoryError,
    struct.error,
    zlib.error,
)

Source = Path | str | bytes | bytearray | memoryview
_big_picture = threading.Lock()


@contextmanager
def opened(source: Source) -> Iterator[Image.Image]:
    """Open a picture and check its header; the pixels are not decoded yet.

    Errors of Pillow inside the `with` block become `BadSampleError` too.
    Pictures above `BIG_PIXELS` are let in one at a time, to bound the memory.

    Raises:
        BadSampleError: The file cannot be used, with the reason.
    """
    _silence_pillow()
    with _opened_file(source) as file:
        try:
            with Image.open(file, formats=FORMATS) as image:
                _check_cost(image, file)
                big = image.width * image.height > BIG_PIXELS
                with _big_picture if big else nullcontext():
                    yield image
        except UnidentifiedImageError as error:
            raise _unidentified(file) from error
        except Image.DecompressionBombError as error:
            raise too_large("It claims far more pixels than a picture has.") from error
        except MemoryError as error:
            raise too_large("It does not fit into memory.") from error
        except DECODER_ERRORS as error:
            raise _broken(error) from error


def too_large(why: str) -> BadSampleError:
    """Return the refusal of a picture that would cost too much to decode."""
    return BadSampleError("too_large", f"The picture is too large. {why}", "Make it smaller.")


_QUIET = ("ignore", None, Warning, re.compile(r"PIL\."), 0)


def _silence_pillow() -> None:
    # Pillow warns of broken metadata, which is no news for a person. A filter is global and
    # whoever resets the filters takes it away, so it is put back; catch_warnings would not
    # be safe between threads.
    if _QUIET not in warnings.filters:
        warnings.filterwarnings("ignore", module=r"PIL\.")


def _opened_file(source: Source) -> IO[bytes]:
    if isinstance(source, (bytes, bytearray, memoryview)):
        _check_bytes(len(source))
        return BytesIO(source)
    try:
        facts = os.stat(source)  # noqa: PTH116 - takes text and paths alike
        _check_kind(facts.st_mode, source)
        _check_bytes(facts.st_size)
        return open(source, "rb")  # noqa: PTH123 - closed by the caller
    except (FileNotFoundError, NotADirectoryError) as error:
        raise BadSampleError("missing", "The file is not there.", "Was it moved?") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", "") or "its name is not valid"
        raise BadSampleError(
            "unreadable", f"The file cannot be read: {reason}.", "Check its permissions."
        ) from error


def _check_kind(mode: int, source: Path | str) -> None:
    if stat.S_ISDIR(mode):
        os.scandir(source).close()
        raise BadSampleError("not_a_picture", "This is a folder, not a picture.")
    if not stat.S_ISREG(mode):
        # Reading a pipe or a device would wait for ever.
        raise BadSampleError("not_a_picture", "This is a device or a pipe, not a picture.")


def _check_bytes(size_bytes: int) -> None:
    if size_bytes == 0:
        raise BadSampleError("empty", "The file is empty.", "Copy it again from its source.")
    if size_bytes > MAX_FILE_BYTES:
        raise too_large(f"The file has {size_bytes >> 20:,} MB.")


def _check_cost(image: Image.Image, file: IO[bytes]) -> None:
    pixels = image.width * image.height
    if pixels > MAX_PIXELS:
        raise too_large(f"It has {pixels / 1e6:,.0f} million pixels.")
    if image.format == "PPM" and pixels > MAX_PLAIN_PIXELS and _is_slow_ppm(image):
        raise too_large("Written as text or with an unusual depth, it takes too long to read.")
    if image.info.get("progressive"):
        _check_scans(file, pixels)


def _is_slow_ppm(image: Image.Image) -> bool:
    tiles = getattr(image, "tile", [])
    return bool(tiles) and tiles[0][0] != "raw"


def _check_scans(file: IO[bytes], pixels: int) -> None:
    # 0xFF inside coded data is always followed by 0, so that this counts real scans.
    position = file.tell()
    file.seek(0)
    scans = sum(block.count(b"\xff\xda") for block in iter(lambda: file.read(1 << 20), b""))
    file.seek(position)
    if scans > MAX_SCANS or scans * pixels > MAX_SCANNED_PIXELS:
        raise too_large(f"It is written in {scans:,} scans, which takes too long to read.")


def _unidentified(file: IO[bytes]) -> BadSampleError:
    file.seek(0)
    head = file.read(512)
    if head.startswith(_OWN_SIGNATURES):
        return _truncated()
    for offset, signature, name in _SIGNATURES:
        if head[offset : offset + len(signature)] == signature:
            return BadSampleError(
                "unsupported", f"This is {name}, which is not read.", "Save it as PNG or JPEG."
            )
    if b"<svg" in head:
        return BadSampleError(
            "unsupported", "This is an SVG drawing, which is not read.", "Save it as PNG."
        )
    return BadSampleError("not_a_picture", "This is not a picture, whatever its name says.")


def _broken(error: BaseException) -> BadSampleError:
    if getattr(error, "errno", None) is not None:
        return BadSampleError(
            "unreadable",
            f"The file cannot be read: {getattr(error, 'strerror', error)}.",
            "Check the disk and the permissions.",
        )
    return _truncated()


def _truncated() -> BadSampleError:
    return BadSampleError(
        "truncated", "The picture is damaged or cut off.", "Copy it again from its source."
    )
