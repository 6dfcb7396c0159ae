"""The strip that says which weights are not here, and fetches them when asked to."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from deepdesk.core.events import Ended, Progress
from deepdesk.nn.backbone_facts import BACKBONES, LICENCE
from deepdesk.ui.desk import Desk
from deepdesk.ui.jobs import Job
from deepdesk.ui.tabs.architecture.background import WHERE, while_alive
from deepdesk.ui.tabs.architecture.words import download_text
from deepdesk.ui.tabs.architecture.works import weights_work
from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.buttons import SmallButton, SmallPrimaryButton
from deepdesk.ui.widgets.labels import Label
from deepdesk.ui.widgets.states import BusyState

_FILES = "Weights (*.pth *.safetensors)"


class WeightsStrip(QFrame):
    """Hidden while nothing is missing.

    Signals:
        fetched: None, after weights came or a download ended in any way.
    """

    fetched = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.setProperty("kind", "header")
        self._desk = desk
        self._name = ""
        self._job: Job | None = None
        self._started = 0.0
        self.sentence = Label(kind="strong", wraps=True)
        self.facts = Label(kind="hint", wraps=True)
        self.download = SmallPrimaryButton("Download", self.fetch)
        self.choose = SmallButton("From a file", self._ask_file, tip="Use weights you have already")
        self.busy = BusyState()
        self._offer = QWidget()
        self._lay_out()
        self.busy.cancelled.connect(lambda _none: self._cancel())
        self.busy.hide()
        self.hide()

    @property
    def is_fetching(self) -> bool:
        """Whether a download is under way."""
        return self._job is not None

    def show_missing(self, names: tuple[str, ...]) -> None:
        """Offer the first of these backbones' weights; () hides the strip."""
        if self.is_fetching:
            return
        self._name = names[0] if names else ""
        self.setVisible(bool(names))
        if names:
            facts = BACKBONES[self._name]
            self.sentence.setText(f"The weights of {facts.title} are not on this machine.")
            self.facts.setText(f"{download_text(facts.size_bytes)}. {LICENCE}")

    def fetch(self, file: Path | None = None) -> None:
        """Download the weights, or take them from a file."""
        if self.is_fetching or not self._name:
            return
        title = BACKBONES[self._name].title
        self.busy.begin(f"Downloading {title}" if file is None else f"Reading {file.name}")
        self._started = time.monotonic()
        self._show_busy(is_busy=True)
        self._job = self._desk.start(
            weights_work(self._name, file),
            WHERE,
            on_event=while_alive(self, self._progress),
            on_ended=while_alive(self, self._ended),
        )

    def _progress(self, event: Any) -> None:
        if not isinstance(event, Progress):
            return
        if not event.total:
            self.busy.count.setText(event.what)
            return
        self.busy.bar.set_share(event.done / event.total)
        done, total = event.done / 1e6, event.total / 1e6
        self.busy.count.setText(f"{done:.1f} of {total:.1f} MB")
        passed = time.monotonic() - self._started
        if event.done and passed > 1:
            left = passed * (event.total - event.done) / event.done
            self.busy.left.setText(f"{left:.0f} s left")

    def _ended(self, ended: Ended) -> None:
        self._job = None
        self._show_busy(is_busy=False)
        if ended.error is not None and not ended.report:
            self._desk.banner(ended.error, WHERE)
        elif not ended.stopped and not ended.report:
            self._desk.say(f"The weights of {BACKBONES[self._name].title} are here now.")
        self.fetched.emit(None)

    def _cancel(self) -> None:
        if self._job is not None:
            self._job.stop()

    def _ask_file(self) -> None:
        name = BACKBONES[self._name].file_name
        chosen, _kind = QFileDialog.getOpenFileName(self, f"Choose {name}", "", _FILES)
        if chosen:
            self.fetch(Path(chosen))

    def _show_busy(self, *, is_busy: bool) -> None:
        self._offer.setVisible(not is_busy)
        self.busy.setVisible(is_busy)

    def _lay_out(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self.sentence)
        words.addWidget(self.facts)
        row = QHBoxLayout(self._offer)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(metrics.S)
        row.addLayout(words, 1)
        row.addWidget(self.choose)
        row.addWidget(self.download)
        column = QVBoxLayout(self)
        column.setContentsMargins(metrics.L, metrics.M, metrics.L, metrics.M)
        column.addWidget(self._offer)
        column.addWidget(self.busy)
