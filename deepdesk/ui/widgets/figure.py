"""A measured number with its name above it."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from deepdesk.ui.widgets.labels import Label


class Figure(QWidget):
    """Name above, value below: Parameters, 1.24 M."""

    def __init__(self, name: str, value: str = "", *, tip: str = "") -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        self.name = Label(name, kind="hint")
        self.value = Label(value, kind="figure")
        column.addWidget(self.name)
        column.addWidget(self.value)
        self.setToolTip(tip)
        self.set_value(value)

    def set_value(self, value: str) -> None:
        """Show another value, with its unit."""
        self.value.setText(value)
        self.setAccessibleName(f"{self.name.text()}: {value}")
