"""The row above the stage: ways to give something, the pages, and the network that answers."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from deepdesk.ui.tabs.inference.live.sources import LiveKind
from deepdesk.ui.tabs.inference.model_box import ModelBox
from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.buttons import SmallButton
from deepdesk.ui.widgets.chip_row import ChipRow

NARROW_PX = 680


class TopRow(QWidget):
    """Buttons at the left, chips for the pages once there are two, the model at the right.

    Signals:
        files_asked: None, when files are to be chosen.
        folder_asked: None, when a folder is to be chosen.
        paste_asked: None.
        page_chosen: "one", "table", "live", "film" or "drive".
    """

    files_asked = Signal(object)
    folder_asked = Signal(object)
    paste_asked = Signal(object)
    page_chosen = Signal(object)

    def __init__(self, noun: tuple[str, str], live: LiveKind | None = None) -> None:
        super().__init__()
        keys = QKeySequence(QKeySequence.StandardKey.Paste)
        shown = keys.toString(QKeySequence.SequenceFormat.NativeText)
        self.files = SmallButton(
            f"{noun[1].capitalize()}…",
            lambda: self.files_asked.emit(None),
            tip=f"Choose one {noun[0]} or several",
        )
        self.folder = SmallButton(
            "Folder…",
            lambda: self.folder_asked.emit(None),
            tip=f"Ask about every {noun[0]} in a folder; the answers come as a table",
        )
        self.paste = SmallButton(
            "Paste",
            lambda: self.paste_asked.emit(None),
            tip=f"Ask about what was copied ({shown})",
        )
        for button, icon in ((self.files, "file"), (self.folder, "folder"), (self.paste, "paste")):
            button.set_icon(icon, "muted")
        self.pages = ChipRow([("one", noun[0].capitalize()), ("table", "Table")], name="View")
        self.pages.chip("table").hide()
        self.pages.hide()
        self.live: SmallButton | None = None
        self._live = live
        self._has_live = False
        self._offered: set[str] = set()
        if live is not None:
            self.live = SmallButton(live.title, lambda: self.page_chosen.emit("live"), tip=live.tip)
            self.live.set_icon(live.icon, "muted")
        self.models = ModelBox()
        self._line = QHBoxLayout()
        self._line.setSpacing(metrics.S)
        self._is_below = True
        for button in (self.files, self.folder, self.paste):
            self._line.addWidget(button)
        if self.live is not None:
            self._line.addWidget(self.live)
        self._line.addSpacing(metrics.S)
        self._line.addStretch()
        self._line.addWidget(self.models)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(metrics.S)
        self._column.addLayout(self._line)
        self._put_pages(is_below=False)
        self.pages.chosen.connect(self.page_chosen.emit)

    def offer_table(self, rows: int) -> None:
        """Show the way to a table of so many rows."""
        self.pages.set_text("table", f"Table {rows:,}" if rows else "Table")
        self.pages.chip("table").show()
        self._show_pages()

    def offer_page(self, key: str, title: str) -> None:
        """Show the way to one more page."""
        if key not in self._offered:
            self._offered.add(key)
            self._add_page(key, title)

    def _add_page(self, key: str, title: str) -> None:
        # Shown at once: a chip that is about to be shown has no width yet.
        self.pages.add_chip(key, title)
        self.pages.chip(key).show()
        self._show_pages()

    def _show_pages(self) -> None:
        self.pages.show()
        self._make_room()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        """Leave out in a narrow window what can be reached in another way."""
        is_narrow = self.width() < metrics.scaled(NARROW_PX)
        self.paste.setVisible(not is_narrow)
        self.models.label.setVisible(not is_narrow)
        self._put_pages(is_below=not self.pages.isHidden() and self._needed_px() > self.width())

    def _needed_px(self) -> int:
        """Return how wide everything is in one line, the network's name as short as may be."""
        beside = (self.files, self.folder, self.paste, self.live, self.models)
        shown = [part for part in beside if part is not None and not part.isHidden()]
        widths = sum(part.minimumSizeHint().width() for part in shown)
        return widths + self.pages.sizeHint().width() + metrics.S * (len(shown) + 3)

    def _put_pages(self, *, is_below: bool) -> None:
        """Put the chips of the pages into the line, or into a line of their own."""
        if is_below != self._is_below:
            for layout in (self._column, self._line):
                layout.removeWidget(self.pages)
            if is_below:
                self._column.addWidget(self.pages)
            else:
                before = self._line.count() - 2
                middle = Qt.AlignmentFlag.AlignVCenter
                self._line.insertWidget(before, self.pages, 1, middle)
        self._is_below = is_below
        self.pages.setMinimumWidth(0 if is_below else self.pages.sizeHint().width())

    def show_page(self, key: str) -> None:
        """Light the chip of the page in front."""
        if key == "live" and self._live is not None and not self._has_live:
            self._has_live = True
            self._add_page("live", self._live.title)
        self.pages.choose(key)
