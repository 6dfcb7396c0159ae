"""Reports of what went wrong: one readable file each, few of them, for this computer alone."""

from __future__ import annotations

import contextlib
import os
import re
import time
from collections.abc import Mapping
from pathlib import Path

from deepdesk.project.care.discreet import discreet

KEPT = 10
REPORT_CHARACTERS = 200_000
_NAME = re.compile(r"\d{4}-\d\d-\d\d-\d{6}-[a-z-]+-\d+(-\d+)?\.txt")


def report_folder(logs: Path) -> Path:
    """Return where reports lie, below the folder of the logs."""
    return logs / "reports"


def write_report(
    logs: Path, kind: str, title: str, parts: Mapping[str, str], *, name: str = ""
) -> Path | None:
    """Write a report without names and paths of the person, and return its path.

    Args:
        logs: The folder of the logs.
        kind: In its file name: lower-case letters and "-".
        title: Its first line.
        parts: Text by heading; empty ones are left out.
        name: Of the file, where it must not be written twice; None is returned if it is there.
    """
    folder = report_folder(logs)
    text = discreet(_cut(_text(title, parts)))
    data = text.encode(errors="backslashreplace")
    for number in range(1, 10):
        path = folder / (name or report_name(kind, time.time(), os.getpid(), number))
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as file:
                file.write(data)
        except FileExistsError:
            if name:
                return None
            continue
        except OSError:
            # A part of one, as on a full disk, would say that it was written.
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
            return None
        drop_old(logs)
        return path
    return None


def report_name(kind: str, when_s: float, pid: int, number: int = 1) -> str:
    """Return the file name of a report; names sort by time.

    Args:
        when_s: Seconds since 1970.
        number: Tells those of one second apart.
    """
    stamp = time.strftime("%Y-%m-%d-%H%M%S", time.localtime(when_s))
    return f"{stamp}-{kind}-{pid}-{number}.txt"


def reports(logs: Path) -> list[Path]:
    """Return all reports, the newest first."""
    try:
        found = [path for path in report_folder(logs).iterdir() if _NAME.fullmatch(path.name)]
    except OSError:
        return []
    return sorted(found, key=lambda path: path.name, reverse=True)


def drop_old(logs: Path, kept: int = KEPT) -> None:
    """Delete all but the newest reports."""
    for path in reports(logs)[kept:]:
        with contextlib.suppress(OSError):
            path.unlink()


def read_report(path: Path) -> str:
    """Return the text of a report, or a sentence where it cannot be read."""
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return file.read(REPORT_CHARACTERS * 2)
    except OSError as error:
        return f"The report cannot be read: {error.strerror or error}."


def _text(title: str, parts: Mapping[str, str]) -> str:
    pieces = [title, "This file was written on this computer. Nothing was sent anywhere."]
    pieces += [
        f"{heading}\n{'-' * len(heading)}\n{part}" for heading, part in parts.items() if part
    ]
    return "\n\n".join(pieces) + "\n"


def _cut(text: str) -> str:
    if len(text) <= REPORT_CHARACTERS:
        return text
    half = REPORT_CHARACTERS // 2
    return f"{text[:half]}\n\n(... left out ...)\n\n{text[-half:]}"
