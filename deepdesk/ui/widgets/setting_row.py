"""One setting on a form: name, badge when it is changed, editor, what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from deepdesk.core.errors import ConfigError
from deepdesk.core.settings import Setting, bounds_text, value_text
from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.buttons import LinkButton
from deepdesk.ui.widgets.chip import Badge
from deepdesk.ui.widgets.editors import Editor, SwitchEditor, number_text
from deepdesk.ui.widgets.labels import Label

HEAD_PX = 20
_ON_OFF = {True: "on", False: "off"}


class SettingRow(QWidget):
    """A setting with its editor.

    Signals:
        edited: The key of the setting, after a person changed it or set it back.
    """

    edited = Signal(object)

    def __init__(self, setting: Setting, editor: Editor) -> None:
        super().__init__()
        self.setting = setting
        self.editor = editor
        self._base = setting.default
        self.label = Label(setting.knob.label, kind="small")
        self.badge = Badge("changed")
        self.badge.clicked.connect(lambda _checked=False: self.reset())
        self.error = Label(kind="small", tone="bad", wraps=True)
        self._arrange()
        self.badge.hide()
        self.error.hide()
        for widget in (self.label, editor):
            widget.setToolTip(help_text(setting))
        editor.setAccessibleDescription(setting.knob.help)
        self.label.setBuddy(editor)
        editor.set_value(setting.default)
        editor.edited.connect(lambda _value: self._edited())

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(metrics.XS)
        head = self._head = QHBoxLayout()
        head.setSpacing(metrics.S)
        self.label.setMinimumHeight(metrics.scaled(HEAD_PX))
        head.addWidget(self.label, 1)
        head.addWidget(self.badge)
        column.addLayout(head)
        beside = head if isinstance(self.editor, SwitchEditor) else column
        beside.addWidget(self.editor)
        column.addWidget(self.error)

    def offer(self, text: str, tip: str, act: Callable[[], None]) -> LinkButton:
        """Offer a way to a good value beside the name; return its link."""
        link = LinkButton(text, act)
        link.setToolTip(tip)
        self._head.addWidget(link)
        return link

    def value(self) -> Any:
        """Return the value.

        Raises:
            ConfigError: What is written is not a legal value.
        """
        return self.editor.value()

    def set_value(self, value: Any) -> None:
        """Show a value, without a signal."""
        self.editor.set_value(value)
        self.refresh()

    def set_base(self, value: Any) -> None:
        """Compare with `value` from now on; the badge sets back to it."""
        self._base = value
        self.badge.setToolTip(f"Set back to {self._words(value)}")
        self.badge.setAccessibleName(f"{self.setting.knob.label} is changed, set it back")
        self.refresh()

    def is_changed(self) -> bool:
        """Return whether the value differs from the one it is compared with."""
        try:
            return bool(self.editor.value() != self._base)
        except ConfigError:
            return True

    def reset(self) -> None:
        """Go back to the value it is compared with."""
        self.set_value(self._base)
        self.edited.emit(self.setting.key)

    def refresh(self) -> None:
        """Say what is wrong with the value, and whether it is changed."""
        try:
            self.editor.value()
        except ConfigError as error:
            self.show_error(error)
        else:
            self.show_error(None)
        self.badge.setVisible(self.is_changed())

    def show_error(self, error: ConfigError | None) -> None:
        """Write what is wrong below the editor; None takes it away."""
        self.error.setText("" if error is None else str(error))
        self.error.setVisible(error is not None)
        self.editor.set_wrong(error is not None)

    def _edited(self) -> None:
        self.refresh()
        self.edited.emit(self.setting.key)

    def _words(self, value: Any) -> str:
        own = value_text(self.setting, value)
        return own or str(_VALUE_WORDS.get(type(value), str)(value))


_VALUE_WORDS: dict[type[Any], Any] = {
    bool: lambda value: _ON_OFF[value],
    int: number_text,
    float: number_text,
    tuple: lambda value: ", ".join(str(part) for part in value) or "nothing",
    str: lambda value: value or "nothing",
}


def help_text(setting: Setting) -> str:
    """Return what a setting does and what is allowed."""
    allowed = "" if setting.knob.choices else bounds_text(setting.knob)
    range_words = f"Allowed: {allowed}." if allowed else ""
    return " ".join(part for part in (setting.knob.help, range_words) if part)
