"""The card that greets on the first start: what this computer can do, and how to begin."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout

from deepdesk.ui.checked_devices import CheckedDevices
from deepdesk.ui.desk import Desk
from deepdesk.ui.widgets.buttons import SmallButton
from deepdesk.ui.widgets.card import Card
from deepdesk.ui.widgets.labels import Label

BEGIN = (
    "Choose at the left what your network should learn: from a sample that is here already, or"
    " from files of your own."
)
PRIVATE = "Nothing is sent anywhere: your files, networks and answers stay on this computer."


class FirstStart(Card):
    """Shown once, beside what one chooses from; in nobody's way."""

    def __init__(self, desk: Desk) -> None:
        super().__init__("Welcome to DeepDesk")
        self.devices = CheckedDevices(desk)
        self.add(Label(BEGIN, kind="hint", wraps=True))
        self.add(self.devices)
        self.add(Label(PRIVATE, kind="hint", wraps=True))
        row = QHBoxLayout()
        row.addWidget(SmallButton("Close", self.hide))
        row.addStretch(1)
        self.body.addLayout(row)
        self.hide()

    def greet(self) -> None:
        """Come up, and find out what the devices can do."""
        self.show()
        self.devices.start()
