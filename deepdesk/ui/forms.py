"""A form for any config class, made from its settings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from deepdesk.core.errors import ConfigError
from deepdesk.core.settings import Setting, check, settings_of
from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.editors import (
    ChoiceEditor,
    Editor,
    EditorFactory,
    ListEditor,
    NumberEditor,
    SwitchEditor,
    TextEditor,
)
from deepdesk.ui.widgets.fold import Fold
from deepdesk.ui.widgets.labels import SectionLabel
from deepdesk.ui.widgets.setting_row import SettingRow

EDITORS: dict[type[Any], EditorFactory] = {
    bool: SwitchEditor,
    int: NumberEditor,
    float: NumberEditor,
    str: TextEditor,
    tuple: ListEditor,
}
# A config that marks nothing as first is shown whole up to this many settings.
UNFOLDED_LIMIT = 6


def editor_for(setting: Setting) -> Editor:
    """Return an editor of the setting's type; one with choices is chosen from a list."""
    make: EditorFactory = ChoiceEditor if setting.knob.choices else EDITORS[setting.kind]
    return make(setting)


class ConfigForm(QWidget):
    """Rows for the settings of a config class, the deeper ones folded under More.

    Signals:
        changed: The new config, each time a person changed it to a legal one.
    """

    changed = Signal(object)

    def __init__(
        self,
        config_class: type[Any],
        value: Any | None = None,
        shown: Iterable[str] | None = None,
        *,
        base: Any | None = None,
        more: str = "More settings",
    ) -> None:
        """Make a form.

        Args:
            value: What it shows first; the defaults if None.
            shown: The keys that are not folded; None takes those marked so by their knobs.
            base: What the badges compare with; the defaults if None.
            more: The words of the line that opens the rest.
        """
        super().__init__()
        self._class = config_class
        settings = settings_of(config_class)
        self._rows = {setting.key: _row(setting) for setting in settings}
        self.fold = Fold(more)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(metrics.M)
        first = _first_keys(settings, shown)
        self._folded = [setting.key for setting in settings if setting.key not in first]
        self._place(settings, first)
        for row in self._rows.values():
            row.edited.connect(self._edited)
        self.set_base(config_class() if base is None else base)
        if value is not None:
            self.set_value(value)

    def value(self) -> Any:
        """Return the config as it is written.

        Raises:
            ConfigError: A field holds no legal value; its row says so.
        """
        return check(self._class(**{key: row.value() for key, row in self._rows.items()}))

    def set_value(self, config: Any) -> None:
        """Show a config, without a signal."""
        for key, row in self._rows.items():
            row.set_value(getattr(config, key))
        self._count()

    def set_base(self, config: Any) -> None:
        """Compare with `config` from now on, for the badges."""
        for key, row in self._rows.items():
            row.set_base(getattr(config, key))
        self._count()

    def row(self, key: str) -> SettingRow:
        """Return the row of a setting."""
        return self._rows[key]

    def changed_keys(self) -> tuple[str, ...]:
        """Return the keys whose value differs from what they are compared with."""
        return tuple(key for key, row in self._rows.items() if row.is_changed())

    def show_error(self, error: ConfigError) -> bool:
        """Write an error beside its field and go there.

        Returns:
            False when no field of this form has that key.
        """
        row = self._rows.get(error.key)
        if row is None:
            return False
        if error.key in self._folded:
            self.fold.set_open(True)
        row.show_error(error)
        row.editor.setFocus(Qt.FocusReason.OtherFocusReason)
        return True

    def clear_errors(self) -> None:
        """Take away errors that no longer hold."""
        for row in self._rows.values():
            row.refresh()

    def is_valid(self) -> bool:
        """Return whether every field holds a legal value."""
        try:
            self.value()
        except ConfigError:
            return False
        return True

    def _place(self, settings: tuple[Setting, ...], first: set[str]) -> None:
        for setting in settings:
            if setting.key in first:
                self._column.addWidget(self._rows[setting.key])
        groups: dict[str, list[SettingRow]] = {}
        for key in self._folded:
            groups.setdefault(self._rows[key].setting.knob.group, []).append(self._rows[key])
        for group, rows in groups.items():
            if group:
                self.fold.body.addWidget(SectionLabel(group))
            for row in rows:
                self.fold.body.addWidget(row)
        self._column.addWidget(self.fold)
        self.fold.setVisible(bool(self._folded))

    def _edited(self, _key: object) -> None:
        self._count()
        try:
            config = self.value()
        except ConfigError:
            return
        self.changed.emit(config)

    def _count(self) -> None:
        changed = sum(self._rows[key].is_changed() for key in self._folded)
        total = len(self._folded)
        at_defaults = "1 at default" if total == 1 else f"{total} at defaults"
        self.fold.set_note(f"{changed} changed" if changed else at_defaults)


def _row(setting: Setting) -> SettingRow:
    return SettingRow(setting, editor_for(setting))


def _first_keys(settings: tuple[Setting, ...], shown: Iterable[str] | None) -> set[str]:
    if shown is not None:
        return set(shown)
    marked = {setting.key for setting in settings if not setting.knob.more}
    if marked or len(settings) > UNFOLDED_LIMIT:
        return marked
    return {setting.key for setting in settings}
