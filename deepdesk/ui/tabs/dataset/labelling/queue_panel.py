"""The left column of the page: which picture is next."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from deepdesk.core.events import Progress
from deepdesk.ui.tabs.dataset.labelling.queue_model import ORDERS, QueueModel, Waiting
from deepdesk.ui.theme import colour, metrics
from deepdesk.ui.theme.fonts import font
from deepdesk.ui.theme.metrics import M, S
from deepdesk.ui.widgets.bar import Bar
from deepdesk.ui.widgets.buttons import LinkButton
from deepdesk.ui.widgets.labels import Label, SectionLabel
from deepdesk.ui.widgets.painting import antialiased, draw_dot, draw_text, outline_round

ROW_PX = 40
WIDE_PX, NARROW_PX = 208, 164


class QueuePanel(QFrame):
    """Pictures in the order of work.

    Signals:
        chosen: The id of a picture.
        order_chosen: Key of an order.
        measure_asked: None, when certainty is to be measured, or no more.
    """

    chosen = Signal(object)
    order_chosen = Signal(object)
    measure_asked = Signal(object)

    def __init__(self, model: QueueModel, noun: tuple[str, str]) -> None:
        super().__init__()
        self.setProperty("kind", "column")
        self.setProperty("edge", "right")
        self._noun = noun
        self.model = model
        self.count = Label("", kind="strong")
        self.bar = Bar(0.0, name="Labelled")
        self.order = QComboBox()
        self.order.setAccessibleName("Order of the pictures")
        self.order.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        for key, words in ORDERS.items():
            self.order.addItem(words, key)
        self.measure = LinkButton(
            "Measure certainty",
            lambda: self.measure_asked.emit(None),
            tip="Ask the network about all pictures that are not labelled, in the background.",
        )
        self.list = _List()
        self.list.setModel(model)
        self.list.setItemDelegate(_RowDelegate(model, self.list))
        self.list.setUniformItemSizes(True)
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setAccessibleName("Pictures to label")
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._arrange()
        self.list.clicked.connect(lambda index: self.chosen.emit(model.id_at(index.row())))
        self.list.activated.connect(lambda index: self.chosen.emit(model.id_at(index.row())))
        self.order.activated.connect(lambda _at: self.order_chosen.emit(self.order.currentData()))

    def give_room(self, *, is_narrow: bool) -> None:
        """Take as much room as there is."""
        self.setFixedWidth(metrics.scaled(NARROW_PX if is_narrow else WIDE_PX))

    def show_counts(self, waiting: Waiting) -> None:
        """Say how much is done."""
        total = len(waiting.ids)
        done = total - len(waiting.unlabelled)
        self.count.setText(f"{done:,} of {total:,} labelled")
        self.count.setToolTip(f"{len(waiting.unlabelled):,} {self._noun[1]} are not labelled yet.")
        self.bar.set_share(done / total if total else 0.0)

    def show_current(self, sample_id: int) -> None:
        """Mark the picture that is worked on."""
        row = self.model.row_of(sample_id)
        if row >= 0:
            index = self.model.index(row)
            self.list.setCurrentIndex(index)
            self.list.scrollTo(index)

    def show_progress(self, progress: Progress | None) -> None:
        """Say how far the measuring is."""
        if progress is None:
            self.measure.setText("Measure certainty")
        elif progress.total:
            self.measure.setText(f"Stop measuring ({progress.done:,} of {progress.total:,})")
        else:
            self.measure.setText(f"{progress.what}…")

    def offer_measuring(self, why_not: str) -> None:
        """Let certainty be measured, or say why not."""
        self.measure.setEnabled(not why_not)
        usual = "Ask the network about all pictures that are not labelled, in the background."
        self.measure.setToolTip(why_not or usual)

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, M, 1, 0)
        column.setSpacing(S)
        head = QWidget()
        upper = QVBoxLayout(head)
        upper.setContentsMargins(M, 0, M, 0)
        upper.setSpacing(S)
        upper.addWidget(SectionLabel("Pictures"))
        upper.addWidget(self.count)
        upper.addWidget(self.bar)
        upper.addWidget(self.order)
        upper.addWidget(self.measure)
        column.addWidget(head)
        column.addWidget(self.list, 1)


class _List(QListView):
    """Leaves letters and digits to the page, where they are tools and classes."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.text().strip() and not event.modifiers():
            event.ignore()
        else:
            super().keyPressEvent(event)


class _RowDelegate(QStyledItemDelegate):
    """Draws the name of a picture and how it stands."""

    def __init__(self, model: QueueModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._model = model

    def sizeHint(
        self, _option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(60, metrics.scaled(ROW_PX))

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        antialiased(painter)
        rect = QRectF(option.rect)
        state = option.state
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, colour("accent_soft"))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, colour("text", 0.04))
        number = self._model.id_at(index.row())
        inner = rect.adjusted(M, 4, -M, -4)
        dot = QRectF(inner.left(), inner.center().y() - 4, 8, 8)
        if self._model.is_new(number):
            outline_round(painter, dot, colour("faint"), 4)
        else:
            draw_dot(painter, dot.center(), colour("good"), 4)
        words = inner.adjusted(16, 0, 0, 0)
        half = words.height() / 2
        # Names of one series differ at their end.
        figures = QFontMetricsF(font(metrics.BODY))
        middle = Qt.TextElideMode.ElideMiddle
        name = figures.elidedText(str(index.data() or ""), middle, words.width())
        draw_text(painter, words.adjusted(0, 0, 0, -half), name, font(metrics.BODY), colour("text"))
        draw_text(
            painter,
            words.adjusted(0, half, 0, 0),
            self._model.state_of(number),
            font(metrics.SMALL),
            colour("muted"),
        )
