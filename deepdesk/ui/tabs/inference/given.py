"""What a person hands over: a file, or a picture that has none. No Qt."""

from __future__ import annotations

import io
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from deepdesk.core.payloads import Audio, Image, Payload
from deepdesk.ui.places import free_path

if TYPE_CHECKING:
    from deepdesk.core.task import Reader


class Given(Protocol):
    """One thing to be asked about. Its methods are called in a job."""

    @property
    def name(self) -> str:
        """What it is called on screen."""
        ...

    @property
    def path(self) -> Path | None:
        """The person's own file, None when there is none."""
        ...

    def read(self, reader: Reader) -> Payload:
        """Return what the network is given.

        Raises:
            BadSampleError: It cannot be used, with the reason.
        """
        ...

    def file(self, folder: Path) -> Path:
        """Return a file that holds it, written into `folder` if there is none yet.

        Raises:
            StorageError: The disk is full, gone or not writable.
        """
        ...


@dataclass(frozen=True, slots=True)
class GivenFile:
    """A file of the person; it stays where it is."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.name

    def read(self, reader: Reader) -> Payload:
        return reader.payload(self.path)

    def file(self, folder: Path) -> Path:
        del folder
        return self.path


@dataclass(frozen=True, slots=True)
class PassingFile(GivenFile):
    """A file that another program only lent: it is copied before it joins the data."""

    def file(self, folder: Path) -> Path:
        return written(folder, self.path.stem, self.path.suffix, self.path.read_bytes())


class GivenPicture(ABC):
    """A picture without a place on the disk."""

    __slots__ = ()
    name: str

    @property
    def path(self) -> Path | None:
        return None

    def read(self, reader: Reader) -> Payload:
        del reader
        return Image(pixels_HWC=self.pixels_HWC(), name=self.name)

    def file(self, folder: Path) -> Path:
        return written(folder, self.name, ".png", png_of(self.pixels_HWC()))

    @abstractmethod
    def pixels_HWC(self) -> NDArray[np.uint8]:
        """Return the picture, uint8, (H, W, 3).

        Raises:
            BadSampleError: It cannot be read.
        """


@dataclass(frozen=True, slots=True)
class GivenBytes(GivenPicture):
    """A picture file as clipboards and browsers hand it over."""

    data: bytes
    name: str

    def pixels_HWC(self) -> NDArray[np.uint8]:
        from deepdesk.data.images import read_image

        return read_image(self.data)


@dataclass(frozen=True, slots=True, eq=False)
class GivenSound:
    """A sound without a place on the disk: float32, (T,), -1 to 1."""

    samples_T: NDArray[np.float32]
    rate_hz: int
    name: str

    @property
    def path(self) -> Path | None:
        return None

    def read(self, reader: Reader) -> Payload:
        del reader
        return Audio(
            samples_TC=self.samples_T[:, None], sample_rate_hz=self.rate_hz, name=self.name
        )

    def file(self, folder: Path) -> Path:
        return written(folder, self.name, ".wav", wav_of(self.samples_T, self.rate_hz))


def wav_of(samples_T: NDArray[np.float32], rate_hz: int) -> bytes:
    """Return a WAV file of one channel of 16 bits, from float32, (T,), -1 to 1."""
    from deepdesk.project.recordings import wav_header

    data = (samples_T.clip(-1.0, 1.0) * 32767.0).round().astype("<i2").tobytes()
    return wav_header(len(data), rate_hz) + data


def png_of(pixels_HWC: NDArray[np.uint8]) -> bytes:
    """Return a PNG file of a picture, uint8, (H, W, 3)."""
    target = io.BytesIO()
    PIL.Image.fromarray(pixels_HWC).save(target, "PNG")
    return target.getvalue()


def written(folder: Path, name: str, suffix: str, data: bytes) -> Path:
    """Write a file under a name that is free in `folder`, and return its path.

    Raises:
        StorageError: The disk is full, gone or not writable.
    """
    from deepdesk.project.full_disk import storage_error
    from deepdesk.project.safe_write import write_bytes

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise storage_error(error, folder, needed_bytes=len(data)) from error
    path = free_path(folder, name, suffix)
    write_bytes(path, data)
    return path
