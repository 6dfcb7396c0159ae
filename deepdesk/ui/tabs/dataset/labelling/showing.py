"""Pictures on their way to the canvas: shown, locked with the reason, or refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from deepdesk.core.drawing import Drawing
from deepdesk.core.drawing_edits import scaled_to
from deepdesk.core.errors import DeepDeskError
from deepdesk.ui.tabs.dataset.labelling.loading import Loaded
from deepdesk.ui.tabs.dataset.labelling.scene import EMPTY

if TYPE_CHECKING:
    from deepdesk.ui.tabs.dataset.labelling.page import LabellingPage


class Showing(QObject):
    """Puts what the worktable tells onto the canvas.

    Args:
        why_locked: Why nothing can be drawn in this project, "" when it can.
    """

    def __init__(self, page: LabellingPage, why_locked: str) -> None:
        super().__init__(page)
        self._page = page
        self._why_locked = why_locked
        page.table.opening.connect(lambda _number: self._open())
        page.table.loaded.connect(self._show)
        page.table.refused.connect(self._refuse)
        page.table.told.connect(self._show_told)

    def _open(self) -> None:
        canvas = self._page.canvas
        canvas.tool.cancel()
        canvas.is_locked = True
        self._page.pre_labels.end()
        self._page.banner.hide()
        canvas.say("Reading the picture…")

    def _show(self, loaded: Loaded) -> None:
        canvas, scene = self._page.canvas, self._page.canvas.scene
        size = canvas.picture_size
        self._page.side.name.setText(loaded.sample.path.name)
        scene.forget_patches()
        scene.levels, scene.mask = loaded.levels, loaded.mask
        scene.selected, scene.hidden = frozenset(), frozenset()
        scene.drawing = loaded.drawing
        self._page.filling.pixels_HWC = loaded.levels.levels[0]
        canvas.ground.forget()
        canvas.message = ""
        if canvas.picture_size != size or canvas.is_fitted:
            canvas.show_all()
        canvas.rest_soon()
        self._page.show_classes()
        self._judge(loaded)
        self._page.scene_changed()
        canvas.update()

    def _judge(self, loaded: Loaded) -> None:
        """Say what is wrong with a picture, or let it be drawn on."""
        self._page.canvas.is_locked = bool(self._why_locked) or loaded.is_misfit
        if loaded.is_misfit:
            was, now = loaded.drawing, loaded.levels
            self._page.banner.say(
                f"The picture is {now.width_px} x {now.height_px} now; what is drawn on it was"
                f" drawn at {was.width_px} x {was.height_px}.",
                "Look whether it still fits, then draw on.",
                remedy="" if self._why_locked else "Fit it to the picture",
                act=lambda: self._fit(loaded),
            )
        elif self._why_locked:
            self._page.banner.say("Nothing can be drawn here.", self._why_locked)
        elif loaded.problem:
            self._page.banner.say(loaded.problem, "What is painted now lies above it.")
        if not loaded.is_misfit:
            self._page.pre_labels.begin(loaded.sample, is_labelled=loaded.is_labelled)

    def _fit(self, loaded: Loaded) -> None:
        self._page.banner.hide()
        now = Drawing(width_px=loaded.levels.width_px, height_px=loaded.levels.height_px)
        shapes = scaled_to(loaded.drawing.shapes, loaded.drawing, now)
        made = Drawing(
            width_px=now.width_px,
            height_px=now.height_px,
            shapes=tuple(shapes),
            mask=loaded.drawing.mask,
        )
        self._page.canvas.scene.forget_patches()
        self._page.canvas.is_locked = False
        self._page.canvas.change("Fitted what is drawn to the picture", made)

    def _refuse(self, error: DeepDeskError) -> None:
        scene = self._page.canvas.scene
        scene.levels, scene.mask, scene.drawing = None, None, EMPTY
        scene.selected = frozenset()
        scene.forget_patches()
        self._page.filling.pixels_HWC = None
        self._page.canvas.ground.forget()
        self._page.canvas.is_locked = True
        self._page.side.name.setText("")
        self._page.canvas.say(str(error))
        self._page.scene_changed()

    def _show_told(self, drawing: Drawing) -> None:
        canvas = self._page.canvas
        canvas.tool.cancel()
        fits = (drawing.width_px, drawing.height_px) == canvas.picture_size
        if not fits or (canvas.is_locked and not self._why_locked):
            # Whether it fits its picture has changed: it is judged anew.
            self._page.table.open(self._page.current)
            return
        canvas.show_drawing(drawing)
        self._page.show_classes()
        self._page.scene_changed()
