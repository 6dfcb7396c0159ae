"""The split of the data set: the bar, and the sentence that says how it was drawn."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSpinBox, QVBoxLayout, QWidget

from deepdesk.ui.tabs.dataset.keep_row import KeepRow
from deepdesk.ui.tabs.dataset.order_row import OrderRow
from deepdesk.ui.tabs.dataset.overview import SPLITS, Overview
from deepdesk.ui.tabs.dataset.split_bar import Shares, SplitBar
from deepdesk.ui.theme.apply import current, text_colour
from deepdesk.ui.theme.metrics import S
from deepdesk.ui.widgets.buttons import SmallButton
from deepdesk.ui.widgets.labels import Label, SectionLabel

LARGEST_SEED = 2**31 - 1
USUAL_SHARES: Shares = (70, 15, 15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """A split that is wanted.

    Attributes:
        shares: Percents of train, validation and test.
        seed: Of the draw.
        kept: What all samples of one of are kept together, for instance "speakers"; "" for none.
        in_order: Whether it is cut in the order of import, by no chance.
    """

    shares: Shares
    seed: int
    kept: str = ""
    in_order: bool = False

    @property
    def fractions(self) -> tuple[float, float, float]:
        """Shares of train, validation and test, which add up to 1."""
        train, validation, test = (share / 100 for share in self.shares)
        return (train, validation, test)


class SplitPanel(QWidget):
    """Shows and draws splits.

    Signals:
        draw_asked: `Draw` that is wanted.
        samples_dropped: Name of the split on which samples were dropped.
        clicked: Name of the split that a person wants to see.
    """

    draw_asked = Signal(object)
    samples_dropped = Signal(object)
    clicked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bar = SplitBar()
        self._overview = Overview()
        self._wished: Shares | None = None
        self.sentence = QLabel()
        self.sentence.setProperty("kind", "hint")
        self.sentence.setWordWrap(True)
        self.sentence.setTextFormat(Qt.TextFormat.RichText)
        self.sentence.setTextInteractionFlags(
            Qt.TextInteractionFlag.LinksAccessibleByKeyboard
            | Qt.TextInteractionFlag.LinksAccessibleByMouse
        )
        self.seed = QSpinBox()
        self.seed.setRange(0, LARGEST_SEED)
        self.seed.setValue(1)
        self.seed.setAccessibleName("Seed of the split")
        self.keep = KeepRow()
        self.keep.turned.connect(lambda _is_on: self._ask())
        self.order = OrderRow()
        self.order.turned.connect(lambda _is_on: self._ask())
        self._seed_row = self._make_seed_row()
        self.bar.moved.connect(self._say)
        self.bar.chosen.connect(self._ask_for)
        self.bar.samples_dropped.connect(self.samples_dropped)
        self.bar.clicked.connect(self.clicked)
        self.sentence.linkActivated.connect(lambda _link: self._show_seed())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(S)
        parts = (self.bar, self.order, self.keep, self.sentence, self._seed_row)
        for part in (SectionLabel("Split"), *parts):
            column.addWidget(part)
        # A link keeps the colour of the palette it was written under.
        current().changed.connect(self._take_colours)
        self._say(self.bar.shares)

    def show_overview(self, overview: Overview) -> None:
        """Show the shares that the splits have now."""
        self._overview = overview
        counts = {split: overview.in_split(split) for split in SPLITS}
        shares = percents([counts[split] for split in SPLITS])
        self.bar.show_shares(shares, counts)
        self.keep.show_overview(overview)
        self.order.show_overview(overview)
        self._say(self.bar.shares)
        if self.keep.kept and not overview.origins_across:
            self.sentence.setText(self.sentence.text() + self._came_to(shares))

    def draw_usual(self) -> None:
        """Ask for the usual split."""
        self._ask_for(USUAL_SHARES)

    def keep_together(self) -> None:
        """Draw the split anew so that nobody is in two parts of it."""
        self.keep.turn_on()
        self._ask()

    def _make_seed_row(self) -> QWidget:
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(S)
        row.addWidget(Label("Seed", kind="hint"))
        row.addWidget(self.seed, 1)
        row.addWidget(SmallButton("Draw again", self._ask, tip="Draw the split with this seed."))
        self.seed.editingFinished.connect(lambda: self._say(self.bar.shares))
        holder.hide()
        return holder

    def _show_seed(self) -> None:
        self._seed_row.setVisible(self._seed_row.isHidden())
        if self._seed_row.isVisible():
            self.seed.setFocus(Qt.FocusReason.TabFocusReason)
            self.seed.selectAll()

    def _ask(self) -> None:
        self._ask_for(self._wanted())

    def _wanted(self) -> Shares:
        """Return what a person asked for, not what whole speakers made of it."""
        shares = self.bar.shares
        if self._wished is not None:
            return self._wished
        is_of_whole = len(self._overview.origins) > 1 and not self._overview.origins_across
        return USUAL_SHARES if is_of_whole and all(shares) else shares

    def _came_to(self, shares: Shares) -> str:
        """Return what became of shares that whole groups do not allow, "" if they do."""
        wanted = self._wished
        if wanted is None or shares == wanted:
            return ""
        asked, got = (" : ".join(map(str, three)) for three in (wanted, shares))
        return f" Asked for {asked}, whole {self.keep.kept} give {got}."

    def _ask_for(self, shares: Shares) -> None:
        self._wished = shares
        self._say(self.bar.shares)
        self.draw_asked.emit(
            Draw(
                shares=shares,
                seed=self.seed.value(),
                kept=self.keep.kept,
                in_order=self.order.is_on,
            )
        )

    def _take_colours(self, _tokens: object) -> None:
        self._say(self.bar.shares)

    def _say(self, shares: Shares) -> None:
        empty = [split for split, share in zip(SPLITS, shares, strict=True) if share == 0]
        without = f" Nothing for {' and '.join(empty)}." if empty else ""
        look = f"text-decoration:none; color:{text_colour('accent').name()}"
        seed = f'<a href="seed" style="{look}">seed {self.seed.value()}</a>'
        how = how_drawn(self._overview, seed, self.keep.kept)
        if self.order.is_on:
            how = "In the order of import: the last ones are for test."
        self.sentence.setText(f"{how}{without}")


def how_drawn(overview: Overview, seed: str, kept: str = "") -> str:
    """Return in words which splits came with the data, and how the others are drawn.

    Args:
        seed: In words.
        kept: What is kept together, for instance "speakers", "" for nothing.
    """
    fixed = {split: overview.fixed.get(split, 0) for split in SPLITS}
    has_classes = any(class_id is not None for class_id, _split in overview.counts)
    evenly = "even in every class" if has_classes else "drawn by chance"
    if not any(fixed.values()):
        if kept and overview.origins_across:
            return f"{kept.capitalize()} are on both sides; a draw keeps them together, {seed}."
        if kept:
            how = "as even in every class as they allow" if has_classes else evenly
            return f"Whole {kept}, {how}, {seed}."
        return f"{evenly.capitalize()}, {seed}. Near twins stay on one side."
    if sum(fixed.values()) == overview.total:
        return "The splits come from your folders or table; a draw leaves them as they are."
    whole = [split for split in SPLITS if fixed[split] and fixed[split] == overview.in_split(split)]
    if sum(fixed[split] for split in whole) == sum(fixed.values()):
        given = " and ".join(whole).capitalize()
        start = f"{given} {'comes' if len(whole) == 1 else 'come'}"
    else:
        start = "Some splits come"
    return f"{start} from your folders or table; the rest is {evenly}, {seed}."


def percents(counts: list[int]) -> Shares:
    """Return whole percents of three counts that add up to 100, by largest remainder."""
    total = sum(counts)
    if total == 0:
        return USUAL_SHARES
    exact = [100 * count / total for count in counts]
    whole = [int(share) for share in exact]
    by_rest = sorted(range(3), key=lambda at: exact[at] - whole[at], reverse=True)
    for at in by_rest[: 100 - sum(whole)]:
        whole[at] += 1
    return (whole[0], whole[1], whole[2])
