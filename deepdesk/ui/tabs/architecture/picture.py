"""The drawing as a picture for elsewhere: PNG or SVG."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRectF, QSize
from PySide6.QtGui import QImage, QImageWriter, QPainter
from PySide6.QtSvg import QSvgGenerator

from deepdesk.ui.tabs.architecture.scene import NetworkScene
from deepdesk.ui.theme import colour

MARGIN_PX = 24
DENSITY = 2.0
CSS_DOTS_PER_INCH = 96
MOST_PIXELS = 24_000_000


def png_of(scene: NetworkScene) -> Callable[[], bytes]:
    """Draw a PNG, twice as dense as the screen unless that is very large.

    Returns:
        A function that packs it, which takes a while and may run in any thread.
    """
    room = _room(scene)
    density = min(DENSITY, (MOST_PIXELS / (room.width() * room.height())) ** 0.5)
    size = (room.size() * density).toSize()
    image = QImage(size, QImage.Format.Format_RGB32)
    image.fill(colour("bg"))
    painter = QPainter(image)
    _render(scene, painter, QRectF(0, 0, size.width(), size.height()), room)
    painter.end()
    return lambda: _packed(image)


def _packed(image: QImage) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"png")).write(image)
    return bytes(buffer.data().data())


def svg_of(scene: NetworkScene) -> Callable[[], bytes]:
    """Draw an SVG and return a function that returns it."""
    room = _room(scene)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    made = QSvgGenerator()
    made.setOutputDevice(buffer)
    made.setResolution(CSS_DOTS_PER_INCH)
    made.setTitle(scene.drawing.graph.name)
    size = room.size().toSize()
    made.setSize(QSize(size.width(), size.height()))
    made.setViewBox(QRectF(0, 0, size.width(), size.height()))
    painter = QPainter(made)
    painter.fillRect(QRectF(0, 0, size.width(), size.height()), colour("bg"))
    _render(scene, painter, QRectF(0, 0, size.width(), size.height()), room)
    painter.end()
    data = bytes(buffer.data().data())
    return lambda: data


PAINTERS: Mapping[str, Callable[[NetworkScene], Callable[[], bytes]]] = {
    "png": png_of,
    "svg": svg_of,
}


def _room(scene: NetworkScene) -> QRectF:
    return scene.contents().adjusted(-MARGIN_PX, -MARGIN_PX, MARGIN_PX, MARGIN_PX)


def _render(scene: NetworkScene, painter: QPainter, target: QRectF, room: QRectF) -> None:
    """Draw everything but what is selected: only a screen shows that."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    scene.render(painter, target, room)
