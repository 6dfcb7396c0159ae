"""One thing that a search is to vary: its range, or its values."""

from __future__ import annotations

import dataclasses
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from deepdesk.core.errors import ConfigError
from deepdesk.engine.search.space import Offer, within
from deepdesk.project.searches import Dimension
from deepdesk.ui.tabs.training.request_words import value_text
from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.buttons import IconButton
from deepdesk.ui.widgets.editors import number_text, plain_number
from deepdesk.ui.widgets.flow_row import FlowLayout
from deepdesk.ui.widgets.labels import Label

_END_PX = 92


class VaryRow(QWidget):
    """A setting with the ends of its range, or a mark for each of its values.

    Signals:
        edited: None, after any change.
        removed: Name of the dimension.
    """

    edited = Signal(object)
    removed = Signal(object)

    def __init__(self, offer: Offer) -> None:
        super().__init__()
        self.offer = offer
        self.label = Label(offer.dimension.label)
        self.wrong = Label(kind="small", tone="bad", wraps=True)
        self.wrong.hide()
        self.ends: tuple[QLineEdit, ...] = ()
        self.marks: tuple[QCheckBox, ...] = ()
        self.remove = IconButton(
            "cross",
            f"Do not vary {offer.dimension.label}",
            lambda: self.removed.emit(self.offer.dimension.name),
        )
        if offer.setting is not None:
            self.label.setToolTip(offer.setting.knob.help)
        self._lay_out()

    def value(self) -> Dimension:
        """Return what is to be varied.

        Raises:
            ConfigError: An end is no legal value, or nothing is left to choose among.
        """
        one = self.offer.dimension
        if self.ends:
            low, high = (plain_number(end.text()) for end in self.ends)
            return within(self.offer, low, high)
        values = tuple(
            value for value, mark in zip(one.choices, self.marks, strict=True) if mark.isChecked()
        )
        if not values:
            raise ConfigError(one.name, f"{one.label} has no value left.", "Mark at least one.")
        return dataclasses.replace(one, choices=values)

    def check(self) -> bool:
        """Say what is wrong; return whether nothing is."""
        try:
            self.value()
        except ConfigError as error:
            self.wrong.setText(str(error))
        else:
            self.wrong.setText("")
        self.wrong.setVisible(bool(self.wrong.text()))
        return not self.wrong.text()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(metrics.S)
        head.addWidget(self.label, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(metrics.XS)
        column.addLayout(head)
        if self.offer.dimension.kind == "choice":
            column.addWidget(self._marks())
        else:
            self._add_ends(head)
        head.addWidget(self.remove)
        column.addWidget(self.wrong)

    def _add_ends(self, row: QHBoxLayout) -> None:
        one = self.offer.dimension
        fields = []
        for value, words in ((one.low, "from"), (one.high, "to")):
            field = QLineEdit(number_text(int(value) if one.kind == "int" else float(value)))
            field.setFixedWidth(metrics.scaled(_END_PX))
            field.setAccessibleName(f"{one.label} {words}")
            field.textEdited.connect(self._edit)
            row.addWidget(Label(words, kind="small", tone="muted"))
            row.addWidget(field)
            fields.append(field)
        self.ends = tuple(fields)

    def _marks(self) -> QWidget:
        area = QWidget()
        flow = FlowLayout(area, gap=metrics.M)
        marks = []
        for value in self.offer.dimension.choices:
            mark = QCheckBox(choice_words(self.offer, value))
            mark.setChecked(True)
            mark.toggled.connect(self._edit)
            flow.addWidget(mark)
            marks.append(mark)
        self.marks = tuple(marks)
        return area

    def _edit(self, _value: object) -> None:
        self.check()
        self.edited.emit(None)


def choice_words(offer: Offer, value: Any) -> str:
    """Return what a value of a choice is called."""
    choices = offer.setting.knob.choices if offer.setting is not None else ()
    named = [words for choice, words in choices if choice == value]
    return named[0] if named else value_text(value)
