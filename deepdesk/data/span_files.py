"""Events as files for other programs: CSV, label tracks of Audacity, SRT subtitles.

Names come from data and may hold anything: whatever would break a line or a column becomes a
space, and no cell of a CSV is taken for a formula.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from deepdesk.core.errors import DeepDeskError
from deepdesk.core.payloads import Span
from deepdesk.core.spreadsheet import harmless
from deepdesk.project.safe_write import write_bytes

_ARROW = "-->"


def csv_text(spans: Sequence[Span]) -> str:
    """Return a table: start_s, end_s, label, score; seconds to a millisecond, lines end in CRLF."""
    target = io.StringIO(newline="")
    writer = csv.writer(target)
    writer.writerow(("start_s", "end_s", "label", "score"))
    for span in spans:
        label = harmless(one_line(span.label))
        writer.writerow((f"{span.start_s:.3f}", f"{span.end_s:.3f}", label, f"{span.score:.4f}"))
    return target.getvalue()


def audacity_text(spans: Sequence[Span]) -> str:
    """Return a label track: start, end and label, divided by tabs, seconds to a microsecond."""
    return "".join(
        f"{span.start_s:.6f}\t{span.end_s:.6f}\t{one_line(span.label)}\n" for span in spans
    )


def srt_text(spans: Sequence[Span]) -> str:
    """Return subtitles: number, times to a millisecond, the label, an empty line."""
    blocks = (
        f"{number}\n{_srt_time(span.start_s)} {_ARROW} {_srt_time(span.end_s)}\n"
        # An arrow in the words would be read as times, an empty line as the end.
        f"{one_line(span.label).replace(_ARROW, '->') or '-'}\n"
        for number, span in enumerate(spans, 1)
    )
    return "\n".join(blocks)


FORMATS: dict[str, tuple[str, Callable[[Sequence[Span]], str]]] = {
    ".csv": ("CSV table", csv_text),
    ".txt": ("Audacity labels", audacity_text),
    ".srt": ("SRT subtitles", srt_text),
}
# The mark makes spreadsheets read UTF-8; the other programs would take it for a letter.
_ENCODINGS = {".csv": "utf-8-sig"}


def write_spans(spans: Sequence[Span], path: Path) -> None:
    """Write events in the format that the file's name asks for, whole or not at all.

    Raises:
        DeepDeskError: The name ends in none of the formats.
        StorageError: The file cannot be written.
    """
    suffix = check_format(path)
    _name, text_of = FORMATS[suffix]
    encoding = _ENCODINGS.get(suffix, "utf-8")
    write_bytes(path, text_of(spans).encode(encoding, errors="replace"))


def check_format(path: Path) -> str:
    """Return the ending of a file's name that says its format.

    Raises:
        DeepDeskError: There is no such format.
    """
    suffix = path.suffix.lower()
    if suffix not in FORMATS:
        raise DeepDeskError(
            f"Timelines are not written as “{suffix or path.name}”.",
            f"Let the name end in {_listed(FORMATS)}.",
        )
    return suffix


def one_line(text: str) -> str:
    """Return a text without what divides lines or columns, or cannot be seen."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _srt_time(second: float) -> str:
    milliseconds = round(second * 1000)
    seconds, milliseconds = divmod(milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02},{milliseconds:03}"


def _listed(names: Iterable[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} or {last}"
