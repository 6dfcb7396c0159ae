"""The one style sheet, made from the tokens.

A widget says what it is with the property `kind`: on a QPushButton primary, small, link, quiet
or danger; on a QLabel title, answer, heading, muted, small, hint, section or figure; on a QFrame
card, column, header, footer, raised or line. `tone` (accent, good, warn, bad, validation) colours
the words of a label, and `edge` (left, right) says on which side a column has its line.
"""

from __future__ import annotations

from PySide6.QtGui import QColor

from deepdesk.ui.theme import metrics
from deepdesk.ui.theme.fonts import points
from deepdesk.ui.theme.resources import MARKS
from deepdesk.ui.theme.sheet_lists import LISTS
from deepdesk.ui.theme.tokens import ROLES, TEXT_ROLES, Tokens

_LABELS = """
QLabel { background: transparent; }
QLabel[kind="title"] { font-size: $title; font-weight: 700; }
QLabel[kind="answer"] { font-size: $answer; font-weight: 700; }
QLabel[kind="heading"] { font-size: $heading; font-weight: 600; }
QLabel[kind="strong"] { font-weight: 600; }
QLabel[kind="figure"] { font-size: $heading; font-weight: 600; }
QLabel[kind="muted"] { color: @muted; }
QLabel[kind="small"] { font-size: $small; }
QLabel[kind="hint"] { font-size: $small; color: @muted; }
QLabel[tone="muted"] { color: @muted; }
QLabel[tone="accent"] { color: @accent; }
QLabel[tone="validation"] { color: @validation_text; }
QLabel[tone="good"] { color: @good_text; }
QLabel[tone="warn"] { color: @warn_text; }
QLabel[tone="bad"] { color: @bad_text; }
QLabel:disabled { color: @faint; }
"""
_FRAMES = """
QWidget[kind="page"] { background: @bg; }
QWidget[kind="surface"] { background: @surface; }
QFrame[kind="column"] { background: @surface; border: none; }
QFrame[kind="column"][edge="right"] { border-right: 1px solid @line; }
QFrame[kind="column"][edge="left"] { border-left: 1px solid @line; }
QFrame[kind="header"] { background: @surface; border: none; border-bottom: 1px solid @line; }
QFrame[kind="footer"] { background: @surface; border: none; border-top: 1px solid @line; }
QFrame[kind="raised"] {
  background: @raised; border: 1px solid @line; border-radius: %control;
}
QFrame[kind="line"] { background: @line; border: none; }
QScrollArea, QScrollArea > QWidget > QWidget[kind="scrolled"] { background: transparent; }
QSplitter::handle { background: @line; }
QDialog { background: @surface; }
QToolTip {
  background: @surface; color: @text; border: 1px solid @line; padding: 4px 6px;
  font-size: $small;
}
"""
_BUTTONS = """
QPushButton {
  background: @surface; color: @text; border: 1px solid @line; border-radius: %control;
  padding: 0 12px; min-height: %button; font-weight: 500;
}
QPushButton:hover { background: @raised; border-color: @faint; }
QPushButton:pressed, QPushButton:checked { background: @accent_soft; }
QPushButton:focus { border: 2px solid @accent; padding: 0 11px; min-height: %button_focus; }
QPushButton:disabled { color: @faint; background: @raised; border-color: @line; }
QPushButton[kind="primary"] { background: @accent; color: @on_accent; border-color: @accent; }
QPushButton[kind="primary"]:hover { background: @accent_hover; border-color: @accent_hover; }
QPushButton[kind="primary"]:pressed { background: @accent_pressed; border-color: @accent_pressed; }
QPushButton[kind="primary"]:focus { border: 2px solid @text; }
QPushButton[kind="primary"]:disabled {
  background: @line; color: @muted; border-color: @line;
}
QPushButton[kind="small"], QPushButton[kind="danger"], QPushButton[kind="small-primary"] {
  padding: 0 10px; min-height: %small; font-size: $small;
}
QPushButton[kind="small"]:focus, QPushButton[kind="danger"]:focus,
QPushButton[kind="small-primary"]:focus { padding: 0 9px; min-height: %small_focus; }
QPushButton[kind="danger"] { color: @bad_text; }
QPushButton[kind="small-primary"] {
  background: @accent; color: @on_accent; border-color: @accent;
}
QPushButton[kind="small-primary"]:hover { background: @accent_hover; }
QPushButton[kind="small-primary"]:focus { border: 2px solid @text; }
QPushButton[kind="small-primary"]:disabled {
  background: @line; color: @muted; border-color: @line;
}
QPushButton[kind="link"] {
  background: transparent; border: none; color: @accent; padding: 1px 2px; min-height: 0;
  font-size: $small; font-weight: 400; text-align: left;
}
QPushButton[kind="link"]:hover { text-decoration: underline; }
QPushButton[kind="link"]:focus { border: 1px solid @accent; padding: 0 1px; border-radius: 4px; }
QPushButton[kind="link"]:disabled { color: @faint; }
QPushButton[kind="quiet"], QToolButton {
  background: transparent; border: none; border-radius: %control; padding: 0;
  min-width: %small_outer; min-height: %small_outer; color: @muted;
}
QPushButton[kind="quiet"]:hover, QToolButton:hover { background: @hover; }
QPushButton[kind="quiet"]:pressed, QToolButton:pressed, QToolButton:checked {
  background: @accent_soft;
}
QPushButton[kind="quiet"]:focus, QToolButton:focus { border: 2px solid @accent; padding: 0; }
QToolButton::menu-indicator, QPushButton::menu-indicator { image: none; width: 0; }
"""
_FIELDS = """
QLineEdit, QComboBox, QSpinBox, QDoubleSpinBox, QDateEdit {
  background: @surface; color: @text; border: 1px solid @line; border-radius: %control;
  padding: 0 10px; min-height: %button; selection-background-color: @accent;
  selection-color: @on_accent;
}
QLineEdit:hover, QComboBox:hover, QSpinBox:hover, QDoubleSpinBox:hover { border-color: @faint; }
QLineEdit:focus, QComboBox:focus, QSpinBox:focus, QDoubleSpinBox:focus {
  border: 2px solid @accent; padding: 0 9px; min-height: %button_focus;
}
QAbstractSpinBox QLineEdit, QComboBox QLineEdit, QAbstractSpinBox QLineEdit:focus,
QComboBox QLineEdit:focus {
  border: none; padding: 0; min-height: 0; background: transparent;
}
QLineEdit[wrong="true"], QComboBox[wrong="true"], QPlainTextEdit[wrong="true"] {
  border-color: @bad;
}
QLineEdit:disabled, QComboBox:disabled, QSpinBox:disabled { color: @faint; background: @raised; }
QLineEdit:read-only { background: @raised; }
QPlainTextEdit, QTextEdit, QTextBrowser {
  background: @surface; color: @text; border: 1px solid @line; border-radius: %control;
  padding: 6px 8px; selection-background-color: @accent; selection-color: @on_accent;
}
QPlainTextEdit:focus, QTextEdit:focus, QTextBrowser:focus { border: 1px solid @accent; }
QComboBox::drop-down, QSpinBox::up-button, QDoubleSpinBox::up-button {
  border: none; background: transparent; width: 24px;
}
QComboBox::drop-down { subcontrol-origin: padding; subcontrol-position: center right; }
QComboBox::down-arrow { image: url("&marks/chevron.svg"); width: 14px; height: 14px; }
QComboBox[size="small"] { min-height: %small; font-size: $small; }
QComboBox[size="small"]:focus { min-height: %small_focus; }
QLineEdit[size="small"] { min-height: %small; font-size: $small; }
QLineEdit[size="small"]:focus { min-height: %small_focus; }
QSpinBox::up-button, QSpinBox::down-button, QDoubleSpinBox::up-button,
QDoubleSpinBox::down-button { width: 0; border: none; }
QCheckBox, QRadioButton { spacing: 8px; background: transparent; }
QCheckBox::indicator, QRadioButton::indicator {
  width: 14px; height: 14px; border: 1px solid @faint; background: @surface; border-radius: 4px;
}
QRadioButton::indicator { border-radius: 8px; }
QCheckBox::indicator:checked {
  background: @accent; border-color: @accent; image: url("&marks/&check");
}
QRadioButton::indicator:checked { border: 5px solid @accent; width: 6px; height: 6px; }
QCheckBox::indicator:focus, QRadioButton::indicator:focus { border-color: @accent; }
QCheckBox:focus, QRadioButton:focus { color: @accent; }
QSlider::groove:horizontal { height: 4px; background: @track; border-radius: 2px; }
QSlider::sub-page:horizontal { background: @accent; border-radius: 2px; }
QSlider::handle:horizontal {
  width: 12px; height: 12px; margin: -5px 0; border-radius: 7px; background: @surface;
  border: 1px solid @faint;
}
QSlider::handle:horizontal:hover { border-color: @accent; }
QSlider::handle:horizontal:focus { border: 2px solid @accent; width: 10px; height: 10px; }
QProgressBar {
  background: @track; border: none; border-radius: 3px; max-height: 6px; min-height: 6px;
}
QProgressBar::chunk { background: @accent; border-radius: 3px; }
"""
_SIZES = {
    "title": metrics.TITLE,
    "answer": metrics.ANSWER,
    "heading": metrics.HEADING,
    "small": metrics.SMALL,
    "section": metrics.SECTION,
}


def mixed(one: str, other: str, share: float) -> str:
    """Return `one` with `share` (0 to 1) of `other` in it, as #RRGGBB."""
    first, second = QColor(one), QColor(other)
    pairs = (
        (first.red(), second.red()),
        (first.green(), second.green()),
        (first.blue(), second.blue()),
    )
    return "#" + "".join(f"{round(a + (b - a) * share):02X}" for a, b in pairs)


def _colours(tokens: Tokens) -> dict[str, str]:
    found = {role: tokens.colour(role) for role in ROLES}
    found |= {text: tokens.colour(text) for text in TEXT_ROLES.values()}
    found["accent_hover"] = mixed(tokens.accent, tokens.text, 0.12)
    found["accent_pressed"] = mixed(tokens.accent, tokens.text, 0.24)
    found["hover"] = mixed(tokens.surface, tokens.text, 0.06)
    found["track"] = tokens.line
    found["scroll"] = mixed(tokens.surface, tokens.muted, 0.35)
    return found


def _lengths() -> dict[str, int]:
    # Qt's min-height is without the border of one pixel above and below.
    button, small = metrics.scaled(metrics.CONTROL_HEIGHT), metrics.scaled(metrics.SMALL_HEIGHT)
    return {
        "button_focus": button - 4,
        "button": button - 2,
        "small_focus": small - 4,
        "small_outer": small,
        "small": small - 2,
        "row": metrics.scaled(metrics.CHIP_HEIGHT) - 8,
        "control": metrics.RADIUS_CONTROL,
        "card": metrics.RADIUS_CARD,
    }


def sheet_of(tokens: Tokens) -> str:
    """Return the style sheet of a colour scheme at the present text size."""
    words = {f"@{name}": value for name, value in _colours(tokens).items()}
    words |= {f"%{name}": f"{value}px" for name, value in _lengths().items()}
    words |= {f"${name}": f"{points(size)}pt" for name, size in _SIZES.items()}
    words["&marks"] = MARKS.as_posix()
    words["&check"] = "check-dark.svg" if tokens.is_dark else "check-light.svg"
    text = _LABELS + _FRAMES + _BUTTONS + _FIELDS + LISTS
    # Longest first: @accent must not eat the start of @accent_soft.
    for word in sorted(words, key=len, reverse=True):
        text = text.replace(word, words[word])
    return text
