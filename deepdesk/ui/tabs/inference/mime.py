"""What a clipboard or a drag holds: files, pictures without a file, or only an address."""

from __future__ import annotations

import base64
import binascii
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote_to_bytes

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QImage

from deepdesk.core.errors import DatasetError, DeepDeskError
from deepdesk.ui.payload_views import pixels_of
from deepdesk.ui.tabs.inference.given import Given, GivenBytes, GivenPicture
from deepdesk.ui.widgets.drop_area import dropped_paths

# Without loss first: programs offer the same picture in several.
PICTURE_FORMATS = ("image/png", "image/bmp", "image/tiff", "image/webp", "image/gif", "image/jpeg")
MAX_DATA_CHARACTERS = 64 << 20
MAX_PATHS = 10_000
MAX_TEXT_CHARACTERS = 1_000_000
_DATA_URL = re.compile(r"data:image/[a-z.+-]+(;[a-z0-9=.-]+)*,", re.IGNORECASE)
_SOURCE = re.compile(r"""\bsrc\s*=\s*["'](data:image/[^"']+)["']""", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What was handed over.

    Attributes:
        paths: Files and folders.
        pictures: Pictures without a file.
        problem: Why there is nothing to ask about, None when there is.
    """

    paths: tuple[Path, ...] = ()
    pictures: tuple[Given, ...] = ()
    problem: DeepDeskError | None = None


@dataclass(frozen=True, slots=True)
class GivenImage(GivenPicture):
    """A picture in memory, as the clipboard of a program hands it over."""

    image: QImage
    name: str

    def pixels_HWC(self) -> NDArray[np.uint8]:
        # QImage may be read from any thread.
        return pixels_of(self.image)


def offer_of(mime: QMimeData, noun: tuple[str, str]) -> Offer:
    """Return what `mime` holds; nothing is ever fetched from an address.

    Args:
        noun: What the task takes, for the sentence that refuses: ("picture", "pictures").
    """
    paths = dropped_paths(mime) or list(_paths_in(_text_of(mime)))
    if paths:
        return Offer(paths=tuple(paths))
    picture = _picture_in(mime)
    if picture is not None:
        return Offer(pictures=(picture,))
    if _has_address(mime):
        return Offer(
            problem=DatasetError(
                f"This is only the address of a {noun[0]}, and nothing is downloaded here.",
                f"Copy the {noun[0]} itself, or save it and drop the file.",
            )
        )
    return Offer(
        problem=DatasetError(
            f"There is no {noun[0]} in what was handed over.",
            f"Copy a {noun[0]} or a file, then paste it here.",
        )
    )


def can_offer(mime: QMimeData) -> bool:
    """Return whether letting go of `mime` should be answered, if only with why not."""
    return mime.hasUrls() or mime.hasImage() or mime.hasText() or mime.hasHtml()


def _picture_in(mime: QMimeData) -> Given | None:
    name = time.strftime("pasted %Y-%m-%d %H.%M.%S")
    held = set(mime.formats())
    for kind in PICTURE_FORMATS:
        if kind in held and (data := bytes(mime.data(kind).data())):
            return GivenBytes(data, name)
    image = mime.imageData() if mime.hasImage() else None
    if isinstance(image, QImage) and not image.isNull():
        return GivenImage(image, name)
    written_out = _data_urls(mime)
    data = next(filter(None, map(_decoded, written_out)), b"")
    return GivenBytes(data, name) if data else None


def _data_urls(mime: QMimeData) -> Iterator[str]:
    yield from (url.toString() for url in mime.urls() if url.scheme() == "data")
    yield _text_of(mime)
    if mime.hasHtml():
        yield from _SOURCE.findall(mime.html()[:MAX_DATA_CHARACTERS])


def _decoded(text: str) -> bytes:
    """Return the bytes that a data: address carries itself, b"" where it is none."""
    head = _DATA_URL.match(text)
    if head is None or len(text) > MAX_DATA_CHARACTERS:
        return b""
    body = text[head.end() :]
    if ";base64" not in head.group().lower():
        return unquote_to_bytes(body)
    try:
        return base64.b64decode(unquote_to_bytes(body), validate=False)
    except (binascii.Error, ValueError):
        return b""


def _text_of(mime: QMimeData) -> str:
    return mime.text().strip() if mime.hasText() else ""


def _paths_in(text: str) -> Iterator[Path]:
    """Yield the files that a text names, if every line of it names one."""
    if not text or len(text) > MAX_TEXT_CHARACTERS:
        return
    lines = [line.strip().strip("\"'") for line in text.splitlines() if line.strip()]
    paths = [_path_of(line) for line in lines[:MAX_PATHS]]
    if all(path is not None for path in paths):
        yield from (path for path in paths if path is not None)


def _path_of(line: str) -> Path | None:
    url = QUrl(line)
    try:
        path = Path(url.toLocalFile()) if url.isLocalFile() else Path(line).expanduser()
        return path if path.is_absolute() and path.exists() else None
    except (OSError, ValueError, RuntimeError):
        return None


def _has_address(mime: QMimeData) -> bool:
    return mime.hasUrls() or bool(re.match(r"[a-z][a-z0-9+.-]*://", _text_of(mime), re.IGNORECASE))
