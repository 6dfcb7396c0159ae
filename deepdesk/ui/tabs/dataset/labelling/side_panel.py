"""The right column of the page: classes, shapes, proposals, and what to do with the picture."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QComboBox,
    QCompleter,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from deepdesk.ui.tabs.dataset.labelling.proposing import Network
from deepdesk.ui.tabs.dataset.labelling.shape_list import ShapeList, ShapeModel, swatch
from deepdesk.ui.theme import current, metrics
from deepdesk.ui.theme.metrics import XS, M, S
from deepdesk.ui.widgets.buttons import LinkButton, SmallButton, SmallPrimaryButton
from deepdesk.ui.widgets.elided_label import ElidedLabel
from deepdesk.ui.widgets.escape import KeepsEscape
from deepdesk.ui.widgets.labels import Label, SectionLabel
from deepdesk.ui.widgets.plain_tip import plain_tip

WIDE_PX, NARROW_PX = 264, 216
MOST_KEYS = 9
CLASS_ROW_PX = 26
MOST_CLASS_ROWS, FEWEST_CLASS_ROWS = 7, 3


class _NameField(QLineEdit):
    """A name; Enter and Esc end here and mean nothing to the page behind it.

    Signals:
        meant: None, on Enter.
        dropped: None, on Esc.
    """

    meant = Signal(object)
    dropped = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        KeepsEscape(self, lambda: True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.meant.emit(None)
        elif event.key() == Qt.Key.Key_Escape:
            self.dropped.emit(None)
        else:
            super().keyPressEvent(event)


class ClassBox(QWidget):
    """Classes to draw with.

    Signals:
        chosen: Name of the class to draw with, or to give to what is selected.
        left: None, when a name was typed or called off: the canvas gets the keyboard back.
    """

    chosen = Signal(object)
    left = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.names: tuple[str, ...] = ()
        self._label = ""
        self.list = QListWidget()
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setAccessibleName("Classes to draw with")
        self.list.setToolTip("Keys 1 to 9 choose a class; what is selected takes it.")
        self.list.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.list.setIconSize(QSize(10, 10))
        self.field = _NameField()
        self.field.setProperty("size", "small")
        self.field.setPlaceholderText("Class by name, or a new one (C)")
        self.field.setAccessibleName("Name of a class, known or new")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(XS)
        column.addWidget(SectionLabel("Draw as"))
        column.addWidget(self.list)
        column.addWidget(self.field)
        self.list.itemClicked.connect(self._choose)
        self.list.itemActivated.connect(self._choose)
        self.field.meant.connect(lambda _none: self._take())
        self.field.dropped.connect(lambda _none: self.leave_field())
        self._fill()
        current().changed.connect(self._renew)

    def show_names(self, names: Sequence[str], label: str) -> None:
        """Show the classes, and which one is drawn with."""
        if tuple(names) != self.names:
            self.names = tuple(names)
            completer = QCompleter(list(names), self)
            completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
            self.field.setCompleter(completer)
            self._fill()
        self._label = label
        row = self.names.index(label) if label in self.names else -1
        self.list.setCurrentRow(row)

    def ask_name(self) -> None:
        """Let a name be typed."""
        self.field.clear()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def leave_field(self) -> None:
        """Call the typing off."""
        self.field.clear()
        self.left.emit(None)

    def _fill(self) -> None:
        self.list.clear()
        for at, name in enumerate(self.names):
            key = f"{at + 1}   " if at < MOST_KEYS else "     "
            item = QListWidgetItem(swatch(at), f"{key}{name}")
            item.setToolTip(plain_tip(name))
            item.setSizeHint(QSize(40, metrics.scaled(CLASS_ROW_PX)))
            self.list.addItem(item)
        rows = min(MOST_CLASS_ROWS, max(1, len(self.names)))
        self.list.setMaximumHeight(rows * metrics.scaled(CLASS_ROW_PX) + 4)
        self.list.setMinimumHeight(min(rows, FEWEST_CLASS_ROWS) * metrics.scaled(CLASS_ROW_PX) + 4)
        self.list.setVisible(bool(self.names))

    def _renew(self, _tokens: object) -> None:
        names, self.names = self.names, ()
        self.show_names(names, self._label)

    def _choose(self, item: QListWidgetItem) -> None:
        self.chosen.emit(self.names[self.list.row(item)])

    def _take(self) -> None:
        typed = " ".join(self.field.text().split())
        self.field.clear()
        if typed:
            known = {name.casefold(): name for name in self.names}
            self.chosen.emit(known.get(typed.casefold(), typed))
        self.left.emit(None)


class ProposalBox(QWidget):
    """What the project's own network suggests.

    Signals:
        network_chosen: Name of a run.
        asked: None: propose for this picture.
        accepted: None: take all proposals.
        dropped: None: take none of them.
    """

    network_chosen = Signal(object)
    asked = Signal(object)
    accepted = Signal(object)
    dropped = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.network = QComboBox()
        self.network.setAccessibleName("Run that proposes")
        self.network.setToolTip("The run whose network proposes shapes; the best one first.")
        self.network.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.words = Label("", kind="hint", wraps=True)
        self.accept_all = SmallPrimaryButton(
            "Accept", lambda: self.accepted.emit(None), tip="Enter"
        )
        self.drop = SmallButton("None", lambda: self.dropped.emit(None), tip="Take none of them")
        self.ask = SmallButton("Propose", lambda: self.asked.emit(None), tip="P")
        row = QHBoxLayout()
        row.setSpacing(S)
        row.addWidget(self.accept_all)
        row.addWidget(self.drop)
        row.addWidget(self.ask)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(XS)
        column.addWidget(SectionLabel("Proposals"))
        column.addWidget(self.network)
        column.addWidget(self.words)
        column.addLayout(row)
        self.network.activated.connect(
            lambda _at: self.network_chosen.emit(self.network.currentData())
        )
        self.show_networks((), None)

    def show_networks(self, networks: Sequence[Network], chosen: Network | None) -> None:
        """Show which runs can be asked."""
        self.network.clear()
        for network in networks:
            self.network.addItem(network.words, network.run)
        if chosen is not None:
            self.network.setCurrentIndex(max(0, self.network.findData(chosen.run)))
            self.network.setToolTip(f"{chosen.words}. Its network proposes shapes.")
        self.network.setVisible(bool(networks))
        self.ask.setEnabled(bool(networks))
        self.show_count(0, "")

    def show_count(self, count: int, words: str) -> None:
        """Say how many proposals there are."""
        usual = "" if self.network.count() else "Train once, then the network labels along."
        self.words.setText(words or usual)
        self.words.setVisible(bool(words or usual))
        self.accept_all.setText("Accept" if count == 1 else f"Accept all {count}")
        self.accept_all.setVisible(count > 0)
        self.drop.setVisible(count > 0)
        self.ask.setVisible(count == 0 and self.network.count() > 0)


class SidePanel(QFrame):
    """Classes, shapes, proposals and the picture's state.

    Signals:
        acted: "nothing", "copy", "away" or "next".
    """

    acted = Signal(object)

    def __init__(self, shapes: ShapeModel) -> None:
        super().__init__()
        self.setProperty("kind", "column")
        self.setProperty("edge", "left")
        self.classes = ClassBox()
        self.classes.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.shapes = ShapeList(shapes)
        self.proposals = ProposalBox()
        self.name = ElidedLabel("", kind="strong", where=Qt.TextElideMode.ElideMiddle)
        self.state = Label("", kind="hint", wraps=True)
        self.copy = LinkButton(
            "Take over from the last picture",
            lambda: self.acted.emit("copy"),
            tip="Copy all shapes of the picture that was worked on before (L)",
        )
        self.away = LinkButton(
            "Not labelled after all",
            lambda: self.acted.emit("away"),
            tip="Take all labels of this picture away",
        )
        self.nothing = SmallButton(
            "Nothing on it",
            lambda: self.acted.emit("nothing"),
            tip="Looked at, and there is nothing to draw (N)",
        )
        self.next = SmallButton("Next", lambda: self.acted.emit("next"), tip="D or Page Down")
        self._arrange()

    def give_room(self, *, is_narrow: bool) -> None:
        """Take as much room as there is."""
        self.setFixedWidth(metrics.scaled(NARROW_PX if is_narrow else WIDE_PX))

    def offer(self, *, can_draw: bool) -> None:
        """Let shapes be made, or only be looked at."""
        self.classes.field.setEnabled(can_draw)
        self.proposals.accept_all.setEnabled(can_draw)

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(M + 1, M, M, M)
        column.setSpacing(S)
        column.addWidget(self.name)
        column.addWidget(self.state)
        column.addWidget(self.classes)
        column.addWidget(SectionLabel("Shapes"))
        column.addWidget(self.shapes, 1)
        column.addWidget(self.proposals)
        column.addWidget(self.copy)
        column.addWidget(self.away)
        row = QHBoxLayout()
        row.setSpacing(S)
        row.addWidget(self.nothing)
        row.addWidget(self.next)
        row.addStretch(1)
        column.addLayout(row)
