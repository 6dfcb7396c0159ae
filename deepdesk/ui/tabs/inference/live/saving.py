"""Saving what was heard: a table, labels for Audacity, subtitles, or plain text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from deepdesk.core.events import Ended
from deepdesk.core.payloads import Span
from deepdesk.core.work import EventSink, StopToken, Work
from deepdesk.data.span_files import FORMATS, one_line, srt_text
from deepdesk.project.safe_write import write_bytes
from deepdesk.ui.desk import Desk

Format = tuple[str, Callable[[Sequence[Span]], str]]
EVENT_FORMATS: dict[str, Format] = FORMATS
# The mark makes spreadsheets read UTF-8.
_ENCODINGS = {".csv": "utf-8-sig"}


def plain_text(spans: Sequence[Span]) -> str:
    """Return what was said, a line for each sentence."""
    return "".join(f"{one_line(span.label)}\n" for span in spans)


TEXT_FORMATS: dict[str, Format] = {
    ".txt": ("Text", plain_text),
    ".srt": ("SRT subtitles", srt_text),
}


def saving_spans(spans: Sequence[Span], path: Path, formats: dict[str, Format]) -> Work:
    """Return work that writes spans in the format that the file's name asks for."""

    def work(emit: EventSink, stop: StopToken) -> None:
        del emit, stop
        _title, text_of = formats[path.suffix.lower()]
        encoding = _ENCODINGS.get(path.suffix.lower(), "utf-8")
        write_bytes(path, text_of(spans).encode(encoding, errors="replace"))

    return work


class Saving:
    """Asks where to, and writes.

    Args:
        what: Of what there are several, for instance "events".
        name: Of the file, without its ending.
    """

    def __init__(self, desk: Desk, what: str, name: str, formats: dict[str, Format]) -> None:
        self._desk = desk
        self._what = what
        self._name = name
        self._formats = formats

    def ask(self, window: QWidget, spans: Sequence[Span]) -> None:
        """Let a person choose a file and its format."""
        dialog = QFileDialog(window, f"Save the {self._what}")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        filters = {f"{title} (*{end})": end for end, (title, _text) in self._formats.items()}
        dialog.setNameFilters(list(filters))
        dialog.setDefaultSuffix(next(iter(self._formats)))
        dialog.filterSelected.connect(lambda chosen: dialog.setDefaultSuffix(filters[chosen]))
        dialog.selectFile(self._name)
        dialog.fileSelected.connect(lambda chosen: self.save(spans, Path(chosen)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def save(self, spans: Sequence[Span], path: Path) -> None:
        """Write spans; an ending that is no format becomes one."""
        if path.suffix.lower() not in self._formats:
            path = path.with_name(f"{path.name}{next(iter(self._formats))}")

        def ended(end: Ended) -> None:
            if end.error is None:
                self._desk.say(f"Saved {len(spans):,} {self._what} to {path.name}")
            elif not end.report:
                self._desk.banner(end.error, "inference")

        work = saving_spans(spans, path, self._formats)
        self._desk.start(work, "inference", on_ended=ended)
