"""Watts, price and currency, stated by the person."""

from __future__ import annotations

import dataclasses

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from deepdesk.core.errors import ConfigError
from deepdesk.core.settings import settings_of
from deepdesk.project.preferences import Preferences
from deepdesk.ui.dialogs import AskDialog
from deepdesk.ui.forms import editor_for
from deepdesk.ui.widgets.setting_row import SettingRow

KEYS = ("watts", "price_per_kwh", "currency")


class PowerDialog(AskDialog):
    """Asks for the three.

    Signals:
        kept: The changed `Preferences`.
    """

    kept = Signal(object)

    def __init__(self, window: QWidget | None, now: Preferences) -> None:
        super().__init__(window, "Power and price", verb="Keep")
        self._now = now
        self.rows: dict[str, SettingRow] = {}
        for setting in settings_of(Preferences):
            if setting.key in KEYS:
                row = SettingRow(setting, editor_for(setting))
                row.set_value(getattr(now, setting.key))
                self.rows[setting.key] = row
                self.add(row)
        self.add_text("A socket meter tells the watts. Where the machine counts, that comes first.")
        first = self.rows[KEYS[0]].editor
        first.setFocus()
        if isinstance(first, QLineEdit):
            first.selectAll()

    def accept(self) -> None:
        """Tell what was stated; a value that cannot be keeps the dialog open."""
        try:
            values = {key: row.value() for key, row in self.rows.items()}
        except ConfigError:
            return
        self.kept.emit(dataclasses.replace(self._now, **values))
        super().accept()
