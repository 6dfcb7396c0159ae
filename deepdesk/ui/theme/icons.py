"""Icons drawn in the colour of the text beside them, sharp at every screen density."""

from __future__ import annotations

from functools import cache
from typing import Protocol, cast

from PySide6.QtCore import QByteArray, QObject, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from deepdesk.ui.theme.apply import current, tokens
from deepdesk.ui.theme.resources import ICONS

SIZE_PX = 16
# Screens of density 1, 1.5, 2 and 3.
_DENSITIES = (1.0, 1.5, 2.0, 3.0)
# A plain dot stands in for a drawing that is missing, so that a button never comes out blank.
_DOT = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24">'
    '<circle cx="12" cy="12" r="4" fill="currentColor"/></svg>'
)


class TakesIcon(Protocol):
    """A button or an action."""

    def setIcon(self, icon: QIcon, /) -> None: ...


def icon(name: str, role: str = "muted", size_px: int = SIZE_PX) -> QIcon:
    """Return the icon `name` in a token's colour; faint when switched off."""
    return QIcon(_icon(name, tokens().text_colour(role), tokens().faint, size_px))


def bind(target: TakesIcon, name: str, role: str = "muted", size_px: int = SIZE_PX) -> None:
    """Give `target` an icon that keeps its colour right when the theme changes."""
    assert isinstance(target, QObject)
    keeper = target.findChild(_Keeper, options=Qt.FindChildOption.FindDirectChildrenOnly)
    keeper = keeper or _Keeper(target)
    keeper.take(name, role, size_px)


class _Keeper(QObject):
    """Child of a button or action that renews its icon."""

    def __init__(self, target: QObject) -> None:
        super().__init__(target)
        self._wanted: tuple[str, str, int] = ("", "muted", SIZE_PX)
        current().changed.connect(self._renew)

    def take(self, name: str, role: str, size_px: int) -> None:
        self._wanted = (name, role, size_px)
        self._renew(None)

    def _renew(self, _tokens: object) -> None:
        name, role, size_px = self._wanted
        cast(TakesIcon, self.parent()).setIcon(icon(name, role, size_px))


def pixmap(name: str, role: str, size_px: int, density: float = 1.0) -> QPixmap:
    """Return the icon as a picture of `size_px` logical pixels for a screen of `density`."""
    return _pixmap(name, tokens().text_colour(role), size_px, density)


def has_icon(name: str) -> bool:
    """Return whether there is a drawing of that name."""
    return (ICONS / f"{name}.svg").is_file()


@cache
def _icon(name: str, colour: str, faint: str, size_px: int) -> QIcon:
    made = QIcon()
    for density in _DENSITIES:
        made.addPixmap(_pixmap(name, colour, size_px, density))
        made.addPixmap(_pixmap(name, faint, size_px, density), QIcon.Mode.Disabled)
    return made


@cache
def _pixmap(name: str, colour: str, size_px: int, density: float) -> QPixmap:
    side = round(size_px * density)
    made = QPixmap(side, side)
    made.fill(QColor(Qt.GlobalColor.transparent))
    drawing = _drawing(name).replace("currentColor", colour)
    painter = QPainter(made)
    QSvgRenderer(QByteArray(drawing.encode())).render(painter, QRectF(0, 0, side, side))
    painter.end()
    made.setDevicePixelRatio(density)
    return made


@cache
def _drawing(name: str) -> str:
    path = ICONS / f"{name}.svg"
    return path.read_text(encoding="utf-8") if path.is_file() else _DOT
