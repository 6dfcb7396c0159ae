"""The row above the canvas: tools, what the tool in hand can be set to, zoom, and a way out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QSlider, QToolButton, QWidget

from deepdesk.data.region_growing import LEAST_TOLERANCE, MOST_TOLERANCE
from deepdesk.ui.tabs.dataset.labelling.canvas import LEAST_BRUSH_PX, Canvas
from deepdesk.ui.tabs.dataset.labelling.viewpoint import Viewpoint
from deepdesk.ui.theme import icons, metrics
from deepdesk.ui.theme.metrics import XS, S
from deepdesk.ui.widgets.buttons import IconButton, SmallButton
from deepdesk.ui.widgets.labels import Label

SLIDER_PX, NARROW_SLIDER_PX = 96, 64
# Below this width zoom has its wheel and keys alone.
NARROW_PX = 640
WIDEST_BRUSH_PX = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolWords:
    """How a tool is shown: its icon, its letter and what it does."""

    key: str
    icon: str
    letter: str
    name: str
    how: str

    @property
    def tip(self) -> str:
        """Name, letter and how it is used."""
        return f"{self.name} ({self.letter}). {self.how}"


TOOL_WORDS = (
    ToolWords(
        key="select",
        icon="pointer",
        letter="S",
        name="Select",
        how="Click shapes, drag them, pull corners and sides; double click adds a corner.",
    ),
    ToolWords(
        key="box",
        icon="rectangle",
        letter="B",
        name="Box",
        how="Drag from corner to corner, or click both.",
    ),
    ToolWords(
        key="outline",
        icon="outline",
        letter="O",
        name="Outline",
        how="Click corner by corner; Enter or a double click closes it.",
    ),
    ToolWords(
        key="brush",
        icon="brush",
        letter="R",
        name="Brush",
        how="Paint pixels of the class. [ and ] or Shift and the wheel change its size.",
    ),
    ToolWords(
        key="eraser",
        icon="eraser",
        letter="E",
        name="Eraser",
        how="Take painted pixels away, of the selected region or of all.",
    ),
    ToolWords(
        key="fill",
        icon="fill",
        letter="F",
        name="Fill",
        how="Click to fill up to the next edge; drag to the right to let more colours in.",
    ),
    ToolWords(
        key="point",
        icon="point",
        letter="X",
        name="Point",
        how="Click a place.",
    ),
)


class ToolBar(QWidget):
    """Tools and zoom.

    Signals:
        tool_chosen: Key of a tool.
        keys_asked: None, when the list of keys is wanted.
        left: None, when a person is done.
    """

    tool_chosen = Signal(object)
    keys_asked = Signal(object)
    left = Signal(object)

    def __init__(self, canvas: Canvas) -> None:
        super().__init__()
        self._canvas = canvas
        self._group = QButtonGroup(self)
        self.buttons = {words.key: self._tool_button(words) for words in TOOL_WORDS}
        self.size_label = Label("", kind="hint")
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setFixedWidth(SLIDER_PX)
        self.slider.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.zoom = SmallButton("100 %", canvas.show_pixels, tip="Pixel for pixel (Z)")
        self.fit = IconButton("expand", "The whole picture (0)", canvas.show_all)
        self.nearer = IconButton("add", "Nearer (+ or the wheel)", lambda: canvas.zoom_by(1.25))
        self.farther = IconButton("remove", "Farther (-)", lambda: canvas.zoom_by(0.8))
        self.hide_shapes = _toggle("eye", "Hide all shapes (H)", self._hide_shapes)
        self.keys = SmallButton("?", lambda: self.keys_asked.emit(None), tip="All keys (?)")
        self.keys.setAccessibleName("All keys")
        self.done = SmallButton(
            "Done", lambda: self.left.emit(None), tip="Back to the samples (Esc)"
        )
        self._arrange()
        self.slider.valueChanged.connect(self._slide)
        canvas.brush_changed.connect(lambda _none: self._show_size())
        canvas.view_changed.connect(self._show_zoom)
        self.show_tool("select")

    def show_tool(self, key: str) -> None:
        """Show which tool is in hand, and what it can be set to."""
        self.buttons[key].setChecked(True)
        has_size = key in _SIZED
        self.slider.setVisible(has_size)
        self._give_room()
        if has_size:
            low, high, name = _SIZED[key]
            self.slider.blockSignals(True)
            self.slider.setRange(low, high)
            self.slider.blockSignals(False)
            self.slider.setAccessibleName(name)
        self._show_size()

    def offer(self, *, can_draw: bool) -> None:
        """Let tools that draw be taken or not."""
        for key, button in self.buttons.items():
            button.setEnabled(can_draw or key == "select")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._give_room()

    def _give_room(self) -> None:
        """Leave out what the wheel does as well, where there is little room."""
        is_narrow = self.width() < metrics.scaled(NARROW_PX)
        for widget in (self.nearer, self.farther):
            widget.setVisible(not is_narrow)
        has_size = not self.slider.isHidden()
        self.size_label.setVisible(has_size and not is_narrow)
        self.slider.setFixedWidth(NARROW_SLIDER_PX if is_narrow else SLIDER_PX)

    def _arrange(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(XS)
        for button in self.buttons.values():
            row.addWidget(button)
        row.addSpacing(S)
        row.addWidget(self.size_label)
        row.addWidget(self.slider)
        row.addStretch(1)
        for widget in (self.farther, self.zoom, self.nearer, self.fit, self.hide_shapes):
            row.addWidget(widget)
        row.addSpacing(S)
        row.addWidget(self.keys)
        row.addWidget(self.done)

    def _tool_button(self, words: ToolWords) -> QToolButton:
        button = _toggle(words.icon, words.tip, lambda _on: self.tool_chosen.emit(words.key))
        button.setAccessibleName(words.name)
        self._group.addButton(button)
        return button

    def _hide_shapes(self, is_hidden: bool) -> None:
        self._canvas.ground.shows_shapes = not is_hidden
        self._canvas.ground.forget()
        self._canvas.update()

    def _slide(self, value: int) -> None:
        if self.buttons["fill"].isChecked():
            self._canvas.set_tolerance(value)
        else:
            self._canvas.set_brush(max(LEAST_BRUSH_PX, value))

    def _show_size(self) -> None:
        is_fill = self.buttons["fill"].isChecked()
        value = self._canvas.tolerance if is_fill else round(self._canvas.brush_px)
        self.size_label.setText(f"Tolerance {value}" if is_fill else f"{value} px")
        self.slider.setToolTip(f"{self.slider.accessibleName()}: {value}")
        self.slider.blockSignals(True)
        self.slider.setValue(value)
        self.slider.blockSignals(False)

    def _show_zoom(self, view: Viewpoint) -> None:
        percent = view.zoom * 100
        self.zoom.setText(f"{percent:.0f} %" if percent >= 10 else f"{percent:.1f} %")


_SIZED = {
    "brush": (1, WIDEST_BRUSH_PX, "Size of the brush in pixels of the picture"),
    "eraser": (1, WIDEST_BRUSH_PX, "Size of the eraser in pixels of the picture"),
    "fill": (LEAST_TOLERANCE, MOST_TOLERANCE, "How different colours may be, of 255"),
}


def _toggle(icon: str, tip: str, toggled: Callable[[bool], object]) -> QToolButton:
    button = QToolButton()
    button.setCheckable(True)
    icons.bind(button, icon, "text", 18)
    button.setIconSize(QSize(18, 18))
    side = metrics.scaled(metrics.SMALL_HEIGHT) + 4
    button.setFixedSize(side, side)
    button.setToolTip(tip)
    button.setAccessibleName(tip)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.clicked.connect(lambda is_on=False: toggled(is_on))
    return button
