"""The licences of all that this program is made of, read beside the window."""

from __future__ import annotations

import contextlib
import importlib.metadata
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import shiboken6
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QPlainTextEdit, QWidget

from deepdesk.core.events import Result
from deepdesk.core.work import EventSink, StopToken, Work
from deepdesk.ui.dialogs import AskDialog
from deepdesk.ui.installed import launcher_command
from deepdesk.ui.theme import metrics

if TYPE_CHECKING:
    from deepdesk.ui.desk import Desk

SHOWN_PX = 420
LIST_PX, TEXT_PX = 220, 520
_BYTES = 2_000_000
_LEGAL = re.compile(r"(licen[cs]e|copying|notice|copyright|authors)", re.IGNORECASE)
_NO_TEXT = frozenset({".png", ".svg", ".ico", ".json", ".py", ".pyc", ".pyi"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Licence:
    """What one part of the program is under.

    Attributes:
        title: Name and version of the part.
        text: Its licence in full, or what is known of it.
    """

    title: str
    text: str


class LicencesDialog(AskDialog):
    """A list of parts, and beside it the licence of the chosen one."""

    def __init__(self, window: QWidget | None, desk: Desk) -> None:
        super().__init__(window, "Licences", verb="Close", other="")
        self.found: list[Licence] = []
        self.names = QListWidget()
        self.names.setAccessibleName("Parts of the program")
        self.names.setFixedWidth(metrics.scaled(LIST_PX))
        self.text = QPlainTextEdit("Reading the licences...")
        self.text.setReadOnly(True)
        self.text.setAccessibleName("Licence")
        self.text.setMinimumSize(metrics.scaled(TEXT_PX), metrics.scaled(SHOWN_PX))
        self.add_text("DeepDesk itself stands on these parts; each is under a licence of its own.")
        row = QHBoxLayout()
        row.setSpacing(metrics.M)
        row.addWidget(self.names)
        row.addWidget(self.text, 1)
        self.body.addLayout(row, 1)
        self.names.currentRowChanged.connect(self._show)
        job = desk.start(reading(payload_licences()), "window", on_event=self._take, lowered=True)
        self.finished.connect(job.stop)

    def _take(self, event: Any) -> None:
        if not isinstance(event, Result) or not shiboken6.isValid(self):
            return
        self.found = list(event.value)
        self.names.addItems([licence.title for licence in self.found])
        self.text.setPlainText("" if self.found else "No licences were found.")
        self.names.setCurrentRow(0)

    def _show(self, row: int) -> None:
        if 0 <= row < len(self.found):
            self.text.setPlainText(self.found[row].text)


def payload_licences() -> Path | None:
    """Return the folder of licences that an installer laid down, None where none did."""
    if launcher_command() is None:
        return None
    from deepdesk.launcher.places import places

    folder = places().payload / "licences"
    return folder if folder.is_dir() else None


def reading(folder: Path | None) -> Work:
    """Return work whose `Result` is a list of `Licence`: what came first, then what was fetched.

    Args:
        folder: What an installer laid down, None where none did.
    """

    def work(emit: EventSink, stop: StopToken) -> None:
        laid_down = _of_folder(folder, stop) if folder is not None else []
        fetched = sorted(_of_packages(stop), key=lambda licence: licence.title.lower())
        emit(Result(value=[*laid_down, *fetched]))

    return work


def _of_folder(folder: Path, stop: StopToken) -> list[Licence]:
    texts: dict[str, list[str]] = {}
    for path in sorted(folder.rglob("*")):
        stop.check()
        if path.is_file() and not path.is_symlink() and path.suffix.lower() not in _NO_TEXT:
            inside = path.relative_to(folder)
            name = inside.name.removesuffix(".txt").removesuffix(".md")
            title = inside.parts[0] if len(inside.parts) > 1 else name
            texts.setdefault(title, []).append(_text(path))
    return [Licence(title=title, text="\n\n".join(parts)) for title, parts in texts.items()]


def _of_packages(stop: StopToken) -> list[Licence]:
    found = {}
    for package in importlib.metadata.distributions():
        stop.check()
        with contextlib.suppress(Exception):
            name = f"{package.metadata['Name']} {package.version}"
            found[name] = Licence(title=name, text=_of_package(package))
    return list(found.values())


def _of_package(package: importlib.metadata.Distribution) -> str:
    about = package.metadata.json
    known = str(about.get("license_expression") or about.get("license") or "not stated")
    files = [file for file in package.files or () if _LEGAL.search(file.name)]
    texts = [_text(Path(str(file.locate()))) for file in files if file.suffix not in _NO_TEXT]
    return "\n\n".join([f"Licence: {known.strip()}", *texts])


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(_BYTES).decode(errors="replace")
    except OSError as error:
        return f"{path.name} cannot be read: {error.strerror or error}."
