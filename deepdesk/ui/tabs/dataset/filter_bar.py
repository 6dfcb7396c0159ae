"""The row over the grid: search, chips for split and problems, and the way to add data."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QIcon, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from deepdesk.project.index import Filter
from deepdesk.ui.tabs.dataset.overview import SPLIT_WORDS, Overview, narrowed
from deepdesk.ui.theme import icons
from deepdesk.ui.theme.metrics import S
from deepdesk.ui.widgets.buttons import SmallButton
from deepdesk.ui.widgets.chip_row import ChipRow
from deepdesk.ui.widgets.escape import KeepsEscape

SEARCH_PAUSE_MS = 180


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the chips and the search field ask for; the class list adds its part."""

    split: str | None = None
    problem: str | None = None
    text: str = ""
    without_target: bool = False
    drawing: str | None = None
    tiny_share: float = 0.0

    def narrowed_to(
        self, class_id: int | None, *, unlabelled: bool, origin: str | None = None
    ) -> Filter:
        """Return the filter together with a class and an origin."""
        return Filter(
            origin=origin,
            without_target=self.without_target,
            drawing=self.drawing,
            tiny_share=self.tiny_share,
            class_id=class_id,
            unlabelled=unlabelled,
            split=self.split,
            problem=self.problem,
            text=self.text,
        )


CHIPS: dict[str, Asked] = {
    "all": Asked(),
    **{split: Asked(split=split) for split in SPLIT_WORDS},
    "problems": Asked(problem="any"),
    "untold": Asked(without_target=True),
    "undrawn": Asked(drawing="none"),
    "drawn": Asked(),
}
# What is to be looked at of drawings, on the chip that shows it.
DRAWN_WORDS = {"outside": "Reaching out", "misfit": "Other size", "tiny": "Tiny"}


class FilterBar(QWidget):
    """Narrows what the grid shows.

    Args:
        truth: Word for a truth that is a text, "" where truths are none.

    Signals:
        changed: The `Asked` that is wanted now.
        add_asked: The widget under which a menu of ways to add data belongs.
        down_pressed: The bar itself, when the arrow key asks to go on to the grid.
    """

    changed = Signal(object)
    add_asked = Signal(object)
    down_pressed = Signal(object)

    def __init__(self, parent: QWidget | None = None, *, truth: str = "") -> None:
        super().__init__(parent)
        self.search = QLineEdit()
        what = f"Search names and {truth}s" if truth else "Search names"
        self.search.setPlaceholderText("Search" if truth else what)
        self.search.setAccessibleName(what)
        self.search.setToolTip(what)
        self.search.setToolTip(
            "Part of a name; in patterns, * stands for anything, ? for one character and [0-4] for"
            " one of a range: *_[0-4].wav"
        )
        clear = self.search.addAction(QIcon(), QLineEdit.ActionPosition.TrailingPosition)
        clear.setToolTip("Clear the search")
        icons.bind(clear, "cross")
        clear.setVisible(False)
        clear.triggered.connect(lambda _checked=False: self.search.clear())
        self.search.textChanged.connect(lambda text: clear.setVisible(bool(text)))
        self.search.setFixedWidth(150)
        self.chips = ChipRow([("all", "All"), *SPLIT_WORDS.items()], name="What is shown")
        self.chips.add_chip("problems", "Problems", tone="warn")
        self._truth = truth
        self.chips.add_chip("untold", f"Without {truth}", tone="warn").hide()
        self.chips.add_chip("undrawn", "Not labelled", tone="warn").hide()
        self.chips.add_chip("drawn", "", tone="warn").hide()
        self._drawn = Asked()
        self.chips.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.add = SmallButton("Add data…", lambda: self.add_asked.emit(self.add))
        KeepsEscape(self.search, lambda: bool(self.search.text()))
        self._problem = "any"
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(SEARCH_PAUSE_MS)
        self._pause.timeout.connect(self._tell)
        self.search.textChanged.connect(lambda _text: self._pause.start())
        self.search.returnPressed.connect(self._tell)
        self.chips.chosen.connect(lambda _key: self._choose())
        self._beside: list[QWidget] = [self.search]
        self._lay_out()

    @property
    def asked(self) -> Asked:
        """What is asked for now."""
        key = self.chips.value() or "all"
        chip = self._drawn if key == "drawn" else CHIPS[key]
        problem = chip.problem and self._problem
        return replace(chip, problem=problem, text=self.search.text().strip())

    def add_button(self, button: QWidget) -> None:
        """Put a button at the right end."""
        self._beside.append(button)
        self._row.addWidget(button)

    def choose(self, key: str) -> None:
        """Switch a chip of `CHIPS` on and say so."""
        self.chips.choose(key)
        self._choose()

    def show_problem(self, problem: str) -> None:
        """Show one kind of problem: "bad", "twins", "note" or "any"."""
        self.chips.choose("problems")
        self._problem = problem
        self._tell()

    def show_drawing(self, kind: str, tiny_share: float) -> None:
        """Show what is to be looked at of drawings, one of `DRAWN_WORDS`."""
        is_tiny = kind == "tiny"
        self._drawn = Asked(
            drawing=None if is_tiny else kind, tiny_share=tiny_share if is_tiny else 0.0
        )
        self.chips.set_text("drawn", DRAWN_WORDS[kind])
        self.chips.chip("drawn").show()
        self.choose("drawn")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._give_chips_room()

    def show_counts(self, overview: Overview, shown: Filter) -> None:
        """Write how many there are into the chips."""
        count = narrowed(shown, overview)
        self.chips.set_text("all", "All" if count is None else f"All {count:,}")
        # These are counted in all samples: beside a class or a speaker they would be too many.
        is_all = (shown.class_id, shown.origin, shown.drawn_class) == (None, None, None)
        is_all = is_all and not shown.unlabelled
        problems = f" {overview.num_problems:,}" if is_all else ""
        untold = f" {overview.without_target:,}" if is_all else ""
        self.chips.set_text("problems", f"Problems{problems}")
        self.chips.set_text("untold", f"Without {self._truth}{untold}")
        self._offer("untold", bool(self._truth) and overview.without_target > 0)
        left = 0 if overview.drawn is None else overview.drawn.none
        self.chips.set_text("undrawn", f"Not labelled {left:,}" if is_all else "Not labelled")
        self._offer("undrawn", left > 0)
        self._offer("drawn", self.chips.value() == "drawn")
        has_problems = overview.num_problems > 0
        self._offer("problems", has_problems)
        self._give_chips_room()

    def _offer(self, key: str, is_offered: bool) -> None:
        self.chips.chip(key).setVisible(is_offered)
        if not is_offered and self.chips.value() == key:
            self.choose("all")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.search.text():
            self.search.clear()
        elif event.key() == Qt.Key.Key_Down:
            self.down_pressed.emit(self)
        else:
            super().keyPressEvent(event)

    def _lay_out(self) -> None:
        self._row = QHBoxLayout()
        self._row.setSpacing(S)
        self._row.addWidget(self.search)
        self._middle = QVBoxLayout()
        self._middle.addStretch(1)
        self._middle.addWidget(self.chips)
        self._middle.addStretch(1)
        self._row.addLayout(self._middle, 1)
        self.add_button(self.add)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(S)
        self._column.addLayout(self._row)

    def _give_chips_room(self) -> None:
        """Put the chips below the search where they have no room beside it."""
        taken = sum(
            max(widget.minimumWidth(), widget.sizeHint().width()) + S for widget in self._beside
        )
        is_narrow = taken + self.chips.sizeHint().width() > self.width()
        if is_narrow is (self._column.indexOf(self.chips) >= 0):
            return
        if is_narrow:
            self._middle.removeWidget(self.chips)
            self._column.addWidget(self.chips)
        else:
            self._column.removeWidget(self.chips)
            self._middle.insertWidget(1, self.chips)

    def _choose(self) -> None:
        self._problem = "any"
        self._tell()

    def _tell(self) -> None:
        self._pause.stop()
        self.changed.emit(self.asked)
