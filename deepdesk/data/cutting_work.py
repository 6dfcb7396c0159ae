"""Cutting long recordings of a project: pieces are written into it, the originals stay as they are.

    pieces/<name>-<key>/<name> 00012.40-00017.25.flac    the piece from 12.40 to 17.25 s

Letters in names: T samples over time, C channels.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from deepdesk.core.errors import BadSampleError, DatasetError
from deepdesk.core.events import Result
from deepdesk.core.task import Found
from deepdesk.core.work import EventSink, StoppedError, StopToken, Work
from deepdesk.data.copying import folder_for
from deepdesk.data.cutting import Cutting, checked, cut, loudness_of
from deepdesk.data.pace import Pace
from deepdesk.data.project_index import writable_index
from deepdesk.data.sound_files import length_of, loudest
from deepdesk.data.sound_opening import opened_sound
from deepdesk.data.sources import readable
from deepdesk.project.full_disk import storage_error
from deepdesk.project.index import Change, Sample, SampleIndex
from deepdesk.project.safe_write import make_folder, require_room, write_bytes
from deepdesk.project.undone_pieces import FOLDER, mark_undone, marked

MAX_PIECES = 100_000
_AUDIBLE = 1e-4
_FLAC_CHANNELS = 8
_BYTES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class CutReport:
    """What came of cutting.

    Attributes:
        cut: Recordings that are in pieces now.
        pieces: Samples that are new in their place.
        silent: Pieces that were left out, since there is nothing to be heard in them.
        refused: (file, reason) of recordings that stay as they were.
        removed: What undoes that the originals left the project.
        added: Ids of the pieces, int64, (N,).
        folders: Where their files are.
    """

    cut: int
    pieces: int
    silent: int = 0
    refused: tuple[tuple[str, str], ...] = ()
    removed: tuple[Change, ...] = ()
    added: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    folders: tuple[Path, ...] = ()

    @property
    def sentence(self) -> str:
        """The report in one sentence."""
        recordings = "recording" if self.cut == 1 else "recordings"
        pieces = "piece" if self.pieces == 1 else "pieces"
        silent = f"; {self.silent:,} silent ones left out" if self.silent else ""
        return f"Cut {self.cut:,} {recordings} into {self.pieces:,} {pieces}{silent}"


def cut_work(project_path: Path, ids: Sequence[int], settings: Cutting) -> Work:
    """Return work that cuts recordings of a project; its `Result` is a `CutReport`.

    The pieces take over class, split and origin; a recording of unknown origin is the origin of
    its pieces, so that they stay on one side of a split. A recording leaves the index when all
    its pieces are written; stopping keeps those that are done.

    Raises:
        ConfigError: The settings do not go together.
    """
    checked(settings)

    def work(emit: EventSink, stop: StopToken) -> None:
        with writable_index(project_path) as index:
            job = _Cut(project_path, index, settings, Pace("Seconds cut", emit, stop), stop)
            try:
                job.run(ids)
            except StoppedError:
                emit(Result(value=job.report()))
                raise
            emit(Result(value=job.report()))

    return work


def undo_cut(index: SampleIndex, report: CutReport) -> list[Change]:
    """Take pieces out of an index and bring the recordings back.

    The files of the pieces stay until the project is opened the next time: the undoing can be
    undone.
    """
    mark_undone(report.folders)
    changes = [index.remove(report.added)]
    return [*changes, *(index.undo(change) for change in reversed(report.removed))]


class _Cut:
    """One cutting under way."""

    def __init__(
        self, project: Path, index: SampleIndex, settings: Cutting, pace: Pace, stop: StopToken
    ) -> None:
        self._project = project
        self._index = index
        self._settings = settings
        self._pace = pace
        self._stop = stop
        self._refused: list[tuple[str, str]] = []
        self._removed: list[Change] = []
        self._added: list[NDArray[np.int64]] = []
        self._folders: list[Path] = []
        self._silent = 0
        self._done_s = self._total_s = 0.0

    def run(self, ids: Sequence[int]) -> None:
        samples = self._index.samples(list(ids))
        lengths_s = [_length_or_none(sample.path) for sample in samples]
        self._total_s = sum(lengths_s)
        for sample, length_s in zip(samples, lengths_s, strict=True):
            self._tell(0.0)
            try:
                self._replace(sample)
            except (BadSampleError, DatasetError) as error:
                self._refused.append((readable(sample.path.name), str(error)))
            self._done_s += length_s
        self._tell(0.0)

    def _tell(self, within_s: float) -> None:
        self._pace.tell(int(self._done_s + within_s), int(self._total_s))

    def report(self) -> CutReport:
        added = np.concatenate([np.zeros(0, dtype=np.int64), *self._added])
        return CutReport(
            cut=len(self._removed),
            pieces=len(added),
            silent=self._silent,
            refused=tuple(self._refused),
            removed=tuple(self._removed),
            added=added,
            folders=tuple(self._folders),
        )

    def _replace(self, sample: Sample) -> None:
        if sample.target is not None:
            raise DatasetError(
                "Its transcript cannot be cut with it.", "Cut it before it is typed."
            )
        folder = folder_for(self._project / FOLDER, sample.path)
        # A piece that was made and removed before is new again, with a new number.
        before = self._index.ids()
        last = int(before[-1]) if len(before) else 0
        split = sample.split if sample.fixed_split else None
        _make(folder)
        with marked(folder):
            self._add_pieces(sample, folder, split)
        ids = self._index.ids()
        new = np.sort(ids[ids > last])
        if split is None:
            self._index.set_split(new, sample.split)
        self._removed.append(self._index.remove([sample.id]))
        self._added.append(new)
        self._folders.append(folder)

    def _add_pieces(self, sample: Sample, folder: Path, split: str | None) -> None:
        """Write all pieces of a recording and add them, or none."""
        used = self._index.names_in(folder)
        written: list[Path] = []
        try:
            written.extend(self._written(sample.path, folder))
            if not written:
                raise DatasetError("No piece of it would be long enough to keep.")
            origin = sample.origin or readable(sample.path.stem)
            found = [
                Found(path=path, label=sample.label, split=split, origin=origin) for path in written
            ]
            self._index.add(found, source=str(folder))
        except BaseException:
            for piece in written:
                if piece.name not in used:
                    with contextlib.suppress(OSError):
                        piece.unlink()
            raise

    def _written(self, path: Path, folder: Path) -> Iterator[Path]:
        length_s = length_of(path)
        spans = cut(loudness_of(path, self._stop), length_s, self._settings)
        if len(spans) > MAX_PIECES:
            raise DatasetError(f"It would become {len(spans):,} pieces.", "Make them longer.")
        scale = loudest(path)
        with opened_sound(path) as file:
            if not file.seekable():
                raise DatasetError(
                    "Its kind can only be read from the beginning.", "Save it as WAV or FLAC first."
                )
            channels = file.channels if file.channels <= _FLAC_CHANNELS else 1
            needed = sum(end_s - start_s for start_s, end_s in spans)
            require_room(folder, round(needed * file.samplerate * channels * _BYTES))
            _make(folder)
            for start_s, end_s in spans:
                self._tell(start_s)
                piece_TC = _read(file, start_s, end_s) / np.float32(scale)
                if not len(piece_TC) or np.ptp(piece_TC) < _AUDIBLE:
                    self._silent += 1
                    continue
                target = folder / f"{folder.name[:40]} {start_s:08.2f}-{end_s:08.2f}.flac"
                write_bytes(target, _flac(piece_TC, file.samplerate))
                yield target


def _length_or_none(path: Path) -> float:
    """Return the length, seconds, 0 for a file of which the reason is told in its turn."""
    try:
        return length_of(path)
    except BadSampleError:
        return 0.0


def _make(folder: Path) -> None:
    try:
        make_folder(folder.parent)
        make_folder(folder)
    except OSError as error:
        raise storage_error(error, folder) from error


def _read(file: soundfile.SoundFile, start_s: float, end_s: float) -> NDArray[np.float32]:
    first, last = round(start_s * file.samplerate), round(end_s * file.samplerate)
    file.seek(min(first, file.frames))
    piece_TC = file.read(last - first, dtype="float32", always_2d=True)
    if piece_TC.shape[1] > _FLAC_CHANNELS:
        piece_TC = piece_TC.mean(1, keepdims=True)
    return np.asarray(piece_TC, dtype=np.float32)


def _flac(piece_TC: NDArray[np.float32], rate_hz: int) -> bytes:
    """Return a sound as FLAC of 16 bits; float32, (T, C)."""
    steps_TC = np.clip(np.round(piece_TC * 32768.0), -32768, 32767).astype(np.int16)
    data = BytesIO()
    soundfile.write(data, steps_TC, rate_hz, format="FLAC", subtype="PCM_16")
    return data.getvalue()
