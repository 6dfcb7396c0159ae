"""What the windows of the Architecture tab need of it: a canvas and a network, on paper."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from deepdesk.insight.figures import distribution
from deepdesk.insight.pictures import filters_of, seen_of
from deepdesk.insight.report import (
    BlockInside,
    Inside,
    SampleInside,
    SampleSeen,
    with_findings,
)
from deepdesk.nn import presets
from deepdesk.ui.tabs.architecture.drawing import Choice


class PaperCanvas(QWidget):
    """Knows which block is chosen."""

    chosen = Signal(object)

    def __init__(self):
        super().__init__()
        self.selected = ""

    def select(self, node_id):
        if node_id != self.selected:
            self.selected = node_id
            self.chosen.emit(node_id)


class PaperNetwork(QObject):
    """Holds a drawing."""

    drawn = Signal(object)

    def __init__(self, drawing=None):
        super().__init__()
        self.choice = Choice()
        self.drawing = drawing


class PaperArchitecture(QWidget):
    """A tab without its parts."""

    def __init__(self, desk, drawing=None):
        super().__init__()
        self.desk = desk
        self.network = PaperNetwork(drawing)
        self.middle = SimpleNamespace(canvas=PaperCanvas())


def sample(number, *, is_right=True):
    picture = np.full((8, 8, 3), 20 * number % 256, dtype=np.uint8)
    return SampleSeen(
        sample=number,
        picture=picture,
        truth="cat",
        answer="cat" if is_right else "dog",
        is_right=is_right,
    )


def seen_sample(number=1, *, is_right=True):
    generator = np.random.default_rng(number)
    return SampleInside(
        sample=sample(number, is_right=is_right),
        seen={
            "picture": seen_of(generator.normal(size=(3, 8, 8))),
            "stem": seen_of(generator.normal(size=(32, 8, 8))),
            "filters_2": seen_of(generator.normal(size=(5, 4))),
            "classes": seen_of(generator.normal(size=10)),
        },
    )


def made_inside(run="001-quick", which="best"):
    """Return a look into a small network; one block of it is half silent."""
    generator = np.random.default_rng(1)
    graph = presets.small_cnn()

    def block(node):
        learns = node.kind.family not in ("inputs", "shape")
        spread = distribution([generator.normal(size=200)])
        return BlockInside(
            id=node.id,
            weights=spread if learns else None,
            activations=spread,
            gradients=spread if learns else None,
            silent=0.6 if node.id == "filters_2" else 0.0,
            units=64,
            is_map=True,
            learns=learns,
        )

    return Inside(
        run=run,
        which=which,
        step=40,
        graph=graph,
        classes=tuple("0123456789"),
        loss=1.25,
        batch_size=32,
        blocks=with_findings([block(node) for node in graph.order]),
        samples=tuple(sample(number, is_right=number != 2) for number in (1, 2, 3)),
        chosen=seen_sample(1),
        filters=filters_of("stem", generator.normal(size=(32, 3, 5, 5))),
    )
