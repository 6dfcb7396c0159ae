"""The right side of the window: one block large, and what it says of one sample."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from deepdesk.insight.pictures import Seen
from deepdesk.insight.report import Inside, SampleInside
from deepdesk.nn.block import shape_text
from deepdesk.ui.payload_views import image_of
from deepdesk.ui.tabs.architecture.inside_histogram import HistogramCard
from deepdesk.ui.tabs.architecture.inside_pictures import (
    NumberBars,
    PictureGrid,
    SampleStrip,
    grey_image,
)
from deepdesk.ui.tabs.architecture.inside_words import (
    PARTS,
    ROLES,
    explanation,
    filters_line,
    missing_words,
    part_of,
    seen_line,
)
from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.card import Card
from deepdesk.ui.widgets.column import scrolling
from deepdesk.ui.widgets.labels import Label

_BARS = ("vector", "wave")
_SEQUENCE_PX = (560, 320)
_FILTER_PX = 44
_NO_PICTURE = "What this block says has no picture."


class BlockInsidePanel(QWidget):
    """One block of a network that was looked into.

    Signals:
        sample_asked: Number of the sample that a person wants to see.
    """

    sample_asked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.title = Label(kind="heading")
        self.line = Label(kind="hint")
        self.finding = Label(tone="warn", wraps=True)
        self.cards = {part: HistogramCard(part, ROLES[part]) for part in PARTS}
        self.strip = SampleStrip()
        self.seen = Card("What it says of one sample")
        self.seen_line = Label(kind="hint", wraps=True)
        self.grid = PictureGrid("Activations")
        self.bars = NumberBars()
        self.filters = Card("What it looks for")
        self.filters_line = Label(kind="hint", wraps=True)
        self.filter_grid = PictureGrid("Filters")
        self.strip.picked.connect(self.sample_asked.emit)
        self._arrange()

    def show_block(self, inside: Inside, node_id: str, sample: SampleInside) -> None:
        """Show a block and what it says of a sample; an unknown block changes nothing."""
        block = inside.block(node_id)
        if block is None:
            return
        node = inside.graph.node(node_id)
        self.title.setText(node.title)
        self.line.setText(str(node.kind.summary_line(node.config)))
        self.finding.setText(block.finding)
        self.finding.setVisible(bool(block.finding))
        for part, card in self.cards.items():
            words = explanation(part, inside), missing_words(part, block)
            card.show_distribution(part_of(block, part), *words)
        self._show_seen(sample.seen.get(node_id), inside)
        self._show_filters(inside, node_id)

    def show_samples(self, inside: Inside, chosen: int) -> None:
        """Show the samples on offer."""
        self.strip.show_samples(inside.samples, chosen)

    def _show_seen(self, seen: Seen | None, inside: Inside) -> None:
        is_bars = seen is not None and seen.kind in _BARS
        self.bars.setVisible(is_bars)
        self.grid.setVisible(seen is not None and not is_bars)
        if seen is None:
            self.seen_line.setText(_NO_PICTURE)
            self.seen.set_note("")
            return
        self.seen.set_note(shape_text(seen.shape))
        shown = len(seen.numbers) if is_bars else len(seen.pictures)
        self.seen_line.setText(seen_line(seen.kind, shown, seen.shape))
        if is_bars:
            self.bars.show_numbers(seen.numbers, inside.classes)
            return
        images = [grey_image(picture) for picture in seen.pictures]
        captions = [str(channel) for channel in seen.channels]
        is_spectrogram = seen.kind == "pitches" and len(images) == 1
        if seen.kind == "sequence" or is_spectrogram:
            self.grid.show_images(images, tile=_whole_size(images[0].size()))
        else:
            self.grid.show_images(images, captions)

    def _show_filters(self, inside: Inside, node_id: str) -> None:
        found = inside.filters
        is_here = found is not None and found.node == node_id
        self.filters.setVisible(is_here)
        if found is None or not is_here:
            return
        self.filters_line.setText(filters_line(len(found.pictures), found.count))
        images = [image_of(picture) for picture in found.pictures]
        side = metrics.scaled(_FILTER_PX)
        self.filter_grid.show_images(images, tile=QSize(side, side))

    def _arrange(self) -> None:
        inside = QWidget()
        inside.setProperty("kind", "scrolled")
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, metrics.S, 0)
        column.setSpacing(metrics.M)
        head = QHBoxLayout()
        head.setSpacing(metrics.S)
        head.addWidget(self.title)
        head.addWidget(self.line, 1)
        column.addLayout(head)
        column.addWidget(self.finding)
        three = QHBoxLayout()
        three.setSpacing(metrics.M)
        for card in self.cards.values():
            three.addWidget(card, 1)
        column.addLayout(three)
        for widget in (_sideways(self.strip), self.seen_line, self.grid, self.bars):
            self.seen.add(widget)
        column.addWidget(self.seen)
        for widget in (self.filters_line, self.filter_grid):
            self.filters.add(widget)
        column.addWidget(self.filters)
        column.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scrolling(inside))


def _whole_size(picture: QSize) -> QSize:
    """Return a whole multiple of a picture's size that is large and fits."""
    across, down = _SEQUENCE_PX[0] // picture.width(), _SEQUENCE_PX[1] // picture.height()
    return picture * max(1, min(across, down))


def _sideways(strip: SampleStrip) -> QScrollArea:
    """Return an area that scrolls the strip from left to right."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidget(strip)
    area.viewport().setAutoFillBackground(False)
    strip.setAutoFillBackground(False)
    strip.setProperty("kind", "scrolled")
    area.setFixedHeight(metrics.scaled(84))
    return area
