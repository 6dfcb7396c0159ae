"""What a person does on the page: pictures, classes, shapes that are copied."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from deepdesk.core.drawing import Drawing, Shape
from deepdesk.core.drawing_edits import (
    moved,
    relabelled,
    scaled_to,
    with_shapes,
    without,
)
from deepdesk.ui.tabs.dataset.labelling.canvas import Canvas, Changed

if TYPE_CHECKING:
    from deepdesk.ui.tabs.dataset.labelling.page import LabellingPage

PASTE_STEP_PX = 12.0


class Acts(QObject):
    """Turns wishes into changes of the canvas."""

    def __init__(self, page: LabellingPage) -> None:
        super().__init__(page)
        self._page = page
        self._canvas: Canvas = page.canvas
        self._last: Drawing | None = None
        self._is_class_asked = False
        self._copied: tuple[list[Shape], Drawing] | None = None
        self.table: Mapping[str, Callable[[], object]] = {
            "nothing": self.mark_nothing,
            "copy": self.take_over,
            "away": page.table.take_away,
            "next": lambda: self.step(1),
            "previous": lambda: self.step(-1),
            "accept": self.accept,
            "propose": page.pre_labels.ask,
            "name": page.side.classes.ask_name,
            "hide": page.bar.hide_shapes.click,
            "keys": page.show_keys,
            "copy_shapes": self.copy_shapes,
            "paste_shapes": self.paste_shapes,
            "all": self.select_all,
            "redo": page.desk.undo.redo,
            "drop": page.pre_labels.drop,
            "leave": page.leave,
        }

    def remember(self, drawing: Drawing | None) -> None:
        """Keep what was drawn on the picture before, for the next one."""
        self._is_class_asked = False
        if drawing is not None and drawing.shapes:
            self._last = drawing

    def step(self, by: int) -> None:
        """Go to the next picture of the queue, or back."""
        model = self._page.queue.model
        row = model.row_of(self._page.current)
        there = self._page.queueing.row_after(row) if by > 0 else row - 1
        number = model.id_at(there if row >= 0 else 0)
        if number < 0 and by > 0:
            # Behind the last one come those that were passed over.
            number = model.first_new()
            if number < 0:
                self._page.desk.say("This is the last picture, and all are labelled.")
        if number >= 0:
            self._page.open(number)
            self._canvas.setFocus()

    def accept(self) -> None:
        """Take proposals; without any go on to the next picture."""
        if not self._page.pre_labels.accept():
            self.step(1)

    def ask_class(self) -> None:
        """Ask for a class, as something was to be drawn without one."""
        self._is_class_asked = True
        self._page.banner.say(
            "What do you draw?", "Type the name of its class at the right, then Enter."
        )
        self._page.side.classes.ask_name()

    def choose_class(self, name: str) -> None:
        """Draw with a class from now on; what is selected takes it."""
        page, canvas, scene = self._page, self._canvas, self._canvas.scene
        canvas.label = name
        if scene.chosen >= 0:
            page.pre_labels.accept_one(scene.chosen, name)
        elif scene.selected and not canvas.tool.draws:
            # With a tool that draws, a class is meant for what comes next.
            drawing = relabelled(scene.drawing, scene.selected, name)
            canvas.change(f"Now of “{name}”", drawing, scene.selected)
        elif name not in page.known and not canvas.is_locked:
            page.table.add_class(name)
        if self._is_class_asked:
            self._is_class_asked = False
            page.banner.hide()
        page.show_classes()
        canvas.update()

    def choose_class_at(self, number: int) -> bool:
        """Draw with the class at a place, from 0; False if there is none."""
        names = self._page.side.classes.names
        if number >= len(names):
            return False
        self.choose_class(names[number])
        return True

    def mark_nothing(self) -> None:
        """Say that a person has looked at the picture and there is nothing to draw on it."""
        page, drawing = self._page, self._canvas.scene.drawing
        if self._canvas.is_locked:
            return
        empty = Drawing(width_px=drawing.width_px, height_px=drawing.height_px)
        page.pre_labels.drop()
        self._canvas.show_drawing(empty)
        page.scene_changed()
        self._canvas.changed.emit(Changed(text="Nothing on it", drawing=empty))

    def take_over(self) -> None:
        """Draw the shapes of the last picture on this one too."""
        if self._last is not None:
            drawing = self._canvas.scene.drawing
            shapes = scaled_to(self._last.shapes, self._last, drawing)
            self._put(shapes, "Took over")

    def copy_shapes(self) -> None:
        """Keep what is selected, or all, to be pasted."""
        scene = self._canvas.scene
        chosen = sorted(scene.selected) or range(len(scene.drawing.shapes))
        shapes = [scene.drawing.shapes[at] for at in chosen]
        if shapes:
            self._copied = (shapes, scene.drawing)
            self._page.desk.say(f"Copied {_many(len(shapes))}")

    def paste_shapes(self) -> None:
        """Draw what was copied; beside itself where it lies already."""
        if self._copied is None:
            return
        copied, was = self._copied
        drawing = self._canvas.scene.drawing
        shapes = scaled_to(copied, was, drawing)
        while any(shape in drawing.shapes for shape in shapes):
            before = shapes
            shapes = [moved(shape, (PASTE_STEP_PX, PASTE_STEP_PX), drawing) for shape in shapes]
            if shapes == before:
                break
        self._put(shapes, "Pasted")

    def select_all(self) -> None:
        """Select all shapes that are shown."""
        scene = self._canvas.scene
        self._canvas.select(frozenset(range(len(scene.drawing.shapes))) - scene.hidden)

    def delete_selected(self) -> None:
        """Delete what is selected."""
        scene = self._canvas.scene
        if scene.selected:
            text = f"Deleted {_many(len(scene.selected))}"
            self._canvas.change(text, without(scene.drawing, scene.selected))

    def hide(self, places: frozenset[int]) -> None:
        """Hide shapes and show the others."""
        self._canvas.scene.hidden = places
        self._canvas.ground.forget()
        self._canvas.rest_soon()
        self._canvas.update()

    def can_take_over(self) -> bool:
        """Return whether there is a last picture with shapes."""
        return self._last is not None

    def _put(self, shapes: list[Shape], verb: str) -> None:
        drawing = self._canvas.scene.drawing
        new = [shape for shape in shapes if shape not in drawing.shapes]
        if new:
            made = with_shapes(drawing, new)
            first = len(drawing.shapes)
            self._canvas.change(
                f"{verb} {_many(len(new))}", made, frozenset(range(first, first + len(new)))
            )


def _many(count: int) -> str:
    return "1 shape" if count == 1 else f"{count:,} shapes"
