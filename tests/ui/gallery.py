"""Pictures of every widget in every state: python -m tests.ui.gallery FOLDER."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from deepdesk.core.settings import Knob
from deepdesk.ui import theme
from deepdesk.ui.forms import ConfigForm
from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.banner import Banner, ErrorState
from deepdesk.ui.widgets.bar import Bar, Part, SplitBar
from deepdesk.ui.widgets.buttons import (
    DangerButton,
    IconButton,
    LinkButton,
    PlainButton,
    PrimaryButton,
    SmallButton,
    SmallPrimaryButton,
)
from deepdesk.ui.widgets.card import Card, Divider
from deepdesk.ui.widgets.chip import Badge, Tag
from deepdesk.ui.widgets.chip_row import ChipRow
from deepdesk.ui.widgets.class_bar import ClassBar, ClassFacts
from deepdesk.ui.widgets.column import Column
from deepdesk.ui.widgets.command_palette import CommandPalette
from deepdesk.ui.widgets.dial import SegmentedDial
from deepdesk.ui.widgets.elided_label import ElidedLabel
from deepdesk.ui.widgets.figure import Figure
from deepdesk.ui.widgets.flow_row import FlowRow
from deepdesk.ui.widgets.fold import Fold
from deepdesk.ui.widgets.labels import Label, SectionLabel
from deepdesk.ui.widgets.list_row import ListRow, RowFacts
from deepdesk.ui.widgets.problem_row import ProblemRow
from deepdesk.ui.widgets.score_bars import ScoreBars, ShareBars, ShareRow
from deepdesk.ui.widgets.states import BusyState, EmptyState
from deepdesk.ui.widgets.switch import Switch

CLASSES = [
    "airplane",
    "automobile",
    "bird",
    "cat",
    "deer",
    "dog",
    "frog",
    "horse",
    "ship",
    "truck",
    "boat",
    "lamp",
]


def column(edge: str, width: int, *widgets: QWidget) -> QFrame:
    """Return a side column as the window has it."""
    frame = QFrame()
    frame.setProperty("kind", "column")
    frame.setProperty("edge", edge)
    frame.setFixedWidth(metrics.scaled(width))
    inside = QVBoxLayout(frame)
    inside.setContentsMargins(metrics.L, metrics.L, metrics.L, metrics.L)
    inside.setSpacing(metrics.M)
    for widget in widgets:
        inside.addWidget(widget)
    inside.addStretch(1)
    return frame


def row(*widgets: QWidget, stretch: bool = True) -> QWidget:
    """Return widgets side by side."""
    made = QWidget()
    inside = QHBoxLayout(made)
    inside.setContentsMargins(0, 0, 0, 0)
    inside.setSpacing(metrics.S)
    for widget in widgets:
        inside.addWidget(widget)
    if stretch:
        inside.addStretch(1)
    return made


def classes() -> QFrame:
    """Return the left column of the Dataset picture."""
    head = row(SectionLabel("Classes"), stretch=True)
    head.layout().addWidget(LinkButton("+ Add"))
    bars = QWidget()
    inside = QVBoxLayout(bars)
    inside.setContentsMargins(0, 0, 0, 0)
    inside.setSpacing(0)
    for at, name in enumerate(CLASSES):
        count = 412 if name == "deer" else 1000
        facts = ClassFacts(name=name, count=count, share=count / 1200, position=at)
        bar = ClassBar(facts)
        bar.setChecked(name == "cat")
        inside.addWidget(bar)
    inside.addWidget(ClassBar(ClassFacts(name="no label", count=7, share=0.01, position=-1)))
    split = SplitBar(
        Part(text="train 70", share=0.7, role="accent"),
        Part(text="15", share=0.15, role="validation"),
        Part(text="15", share=0.15, role="muted"),
    )
    words = Label(
        "Even in every class, seed 1. Near twins stay on one side.", kind="hint", wraps=True
    )
    made = column(
        "right", metrics.COLUMN_LEFT, head, bars, Divider(), SectionLabel("Split"), split, words
    )
    made.layout().setContentsMargins(metrics.S, metrics.L, metrics.S, metrics.L)
    return made


def settings() -> QFrame:
    """Return the left column of the Training picture."""
    network, epochs, wrong, off = QComboBox(), QLineEdit("20"), QLineEdit("-3"), QLineEdit("off")
    network.addItems(["Residual, small", "Tiny vision transformer"])
    wrong.setProperty("wrong", True)
    off.setEnabled(False)
    search = QLineEdit()
    search.setPlaceholderText("Search names")
    pause = PrimaryButton("Pause")
    pause.set_icon("pause")
    disabled = PrimaryButton("Train")
    disabled.setEnabled(False)
    slider = QSlider(Qt.Orientation.Horizontal)
    slider.setValue(40)
    check = QCheckBox("Open the last project")
    check.setChecked(True)
    more = Fold("More settings", "14 at their defaults")
    dial = SegmentedDial([("q", "Quick"), ("b", "Balanced"), ("x", "Best")], value="b")
    about = "About 7 minutes, 1.1 GB of memory, 0.01 kWh here, likely 80 to 83 %."
    label = row(Label("Epochs", kind="small"))
    label.layout().addWidget(Badge("changed"))
    return column(
        "right",
        metrics.COLUMN_LEFT,
        dial,
        Label(about, kind="hint", wraps=True),
        Label("Network", kind="small"),
        network,
        label,
        epochs,
        wrong,
        off,
        search,
        more,
        pause,
        disabled,
        row(SmallButton("Stop and keep"), SmallButton("Queue next"), stretch=False),
        row(DangerButton("Delete"), SmallPrimaryButton("Resume")),
        Divider(),
        SectionLabel("Chosen for this machine"),
        slider,
        check,
        row(Switch(is_on=True), Switch()),
    )


def middle() -> QWidget:
    """Return cards and states."""
    page = QWidget()
    page.setProperty("kind", "page")
    inside = QVBoxLayout(page)
    inside.setContentsMargins(metrics.L, metrics.L, metrics.L, metrics.L)
    inside.setSpacing(metrics.M)
    chips = ChipRow([("all", "All 9,407"), ("t", "Train"), ("v", "Validation"), ("e", "Test")])
    chips.add_chip("p", "Problems 15", tone="warn")
    tabs = SegmentedDial(
        [("d", "Dataset"), ("a", "Architecture"), ("t", "Training"), ("i", "Inference")],
        with_dots=True,
    )
    tabs.segment("d").set_state("working")
    tabs.segment("a").set_state("ready")
    tabs.segment("t").set_state("look")
    inside.addWidget(row(tabs, IconButton("more", "More"), PlainButton("Add data...")))
    inside.addWidget(row(chips, SmallButton("Add data...")))
    progress = Card()
    progress.add(
        row(Label("Epoch 13 of 20", kind="strong"), Label("step 1,006 of 1,560", tone="muted"))
    )
    progress.add(Bar(0.64, height_px=7))
    inside.addWidget(progress)
    loss = Card("Loss", note="click a cell")
    loss.setMinimumHeight(90)
    health = Card("Interrupted run", link="Compare")
    health.head.addWidget(Tag("step 1,240", tone="warn"))
    health.add(ProblemRow("12 near twins across splits", "Fix"))
    health.add(Divider())
    health.add(ProblemRow('"deer" has 2.4 times fewer samples than the others', "Balance"))
    inside.addWidget(row(loss, health, stretch=False))
    add_states(inside)
    return page


def add_states(inside: QVBoxLayout) -> None:
    """Put an area that is empty, busy and wrong into a column."""
    empty = EmptyState(
        "Drop a folder of pictures here",
        "Choose a folder...",
        icon="image",
        hint="One folder per class, a zip, or a CSV of path and label.",
    )
    over = EmptyState("Drop to add 3 files", is_primary=False)
    over.set_over(True)
    inside.addWidget(row(empty, over, stretch=False), 1)
    busy = BusyState("Importing pictures")
    busy.show_progress(1240, 9410, "about 2 minutes left")
    card = Card()
    card.add(busy)
    inside.addWidget(card)
    banner = Banner()
    banner.say(
        "The disk is full.", "Free 1.2 GB on /home and go on.", remedy="Go on", details="OSError"
    )
    inside.addWidget(banner)
    warn = Banner(tone="warn")
    warn.say("Another window has this project open.", remedy="Open to read")
    inside.addWidget(warn)
    inside.addWidget(ErrorState("No pictures were found in this folder.", remedy="Choose another"))


def answer() -> QFrame:
    """Return the right column of the Inference and Training pictures."""
    scores = [("cat", 0.784), ("dog", 0.149), ("frog", 0.031), ("deer", 0.016), ("bird", 0.009)]
    share = ShareBars(
        [
            ShareRow(name="Time", figure="54 %", share=0.54),
            ShareRow(name="Parameters", figure="61 %", share=0.61),
        ]
    )
    runs = [
        RowFacts(
            title="004 balanced", note="running, epoch 13 of 20", figure="80.9 %", state="working"
        ),
        RowFacts(
            title="003 balanced", note="no real difference to 002", figure="79.8 %", state="ready"
        ),
        RowFacts(
            title="001 first try",
            note="stopped, best kept",
            figure="71.2 %",
            aside="today",
            state="empty",
        ),
    ]
    rows = [ListRow(facts) for facts in runs]
    rows[0].setChecked(True)
    right = row(SmallButton("Right"), SmallButton("It is a..."), stretch=False)
    long = ElidedLabel(
        "a_very_long_file_name_that_does_not_fit_into_the_column_0011.jpg", kind="strong"
    )
    flow = FlowRow(*(Tag(name) for name in CLASSES[:8]))
    return column(
        "left",
        metrics.COLUMN_RIGHT,
        Label("cat", kind="answer"),
        Label("78.4 % sure", tone="muted"),
        ScoreBars(scores),
        right,
        Divider(),
        SectionLabel("Why"),
        share,
        long,
        flow,
        *rows,
        row(Figure("Parameters", "1.24 M"), Figure("Per picture", "41 MFLOP")),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """Settings of every type."""

    channels: Annotated[int, Knob(label="Channels", help="Filters.", low=1, more=False)] = 64
    activation: Annotated[
        str,
        Knob(label="Activation", choices=(("gelu", "GELU"), ("relu", "ReLU")), more=False),
    ] = "gelu"
    flip: Annotated[bool, Knob(label="Flip pictures", more=False)] = True
    memory: Annotated[float, Knob(label="Memory", unit="GB", low=0.1, more=False)] = 4.0
    rate: Annotated[float, Knob(label="Learning rate", low=0, group="Optimiser")] = 1e-3
    sizes: Annotated[tuple[int, ...], Knob(label="Sizes", group="Optimiser")] = (8, 16)


def form() -> QFrame:
    """Return a form with a changed value, a wrong one, and the fold open."""
    made = ConfigForm(Example, Example(channels=128, flip=False, rate=3e-4))
    made.row("memory").editor.setText("0.01")
    made.row("memory").refresh()
    made.fold.set_open(True)
    column = Column(edge="left", width_px=metrics.COLUMN_LEFT)
    column.add(SectionLabel("Residual stage"))
    column.add(made)
    column.body.addStretch(1)
    return column


def gallery() -> QWidget:
    """Return everything side by side."""
    window = QWidget()
    window.setProperty("kind", "page")
    inside = QHBoxLayout(window)
    inside.setContentsMargins(0, 0, 0, 0)
    inside.setSpacing(0)
    inside.addWidget(settings())
    inside.addWidget(classes())
    inside.addWidget(middle(), 1)
    inside.addWidget(answer())
    inside.addWidget(form())
    window.resize(metrics.scaled(1740), metrics.scaled(860))
    return window


def palette_over(window: QWidget) -> CommandPalette:
    """Return an open command palette."""
    names = {"Open a project...": "Ctrl+O", "Train": "Ctrl+Return", "Undo": "Ctrl+Z", "Tidy": ""}
    actions = [QAction(name, window) for name in names]
    for action, keys in zip(actions, names.values(), strict=True):
        action.setShortcut(QKeySequence(keys))
    palette = CommandPalette(window, lambda: actions)
    palette.open_over()
    return palette


def main(folder: Path) -> None:
    """Save one picture per colour scheme and text size."""
    app = QApplication.instance() or QApplication([])
    folder.mkdir(parents=True, exist_ok=True)
    for mode, scale in (("light", 1.0), ("dark", 1.0), ("light", 1.3)):
        theme.apply(app, mode, text_scale=scale)
        window = gallery()
        window.setWindowFlag(Qt.WindowType.FramelessWindowHint)
        window.show()
        palette = palette_over(window)
        app.processEvents()
        picture = window.grab()
        window.render(picture, QPoint())
        picture.save(str(folder / f"gallery-{mode}-{scale:g}.png"))
        palette.grab().save(str(folder / f"palette-{mode}-{scale:g}.png"))
        palette.leave()
        window.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
